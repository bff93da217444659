/** Realtime figures as they come: as server-sent events, and by asking again and again while those do not come. */
import { useEffect, useState } from "preact/hooks"
import { round } from "../answers"
import { type ApiError, ask, listen } from "../api"
import type { Realtime } from "../api_types"
import { type Asked, chosen, question } from "../question"

export type Connection = "connecting" | "live" | "asking" | "lost" | "paused"

export interface Live {
  data: Realtime | undefined
  error: ApiError | undefined
  connection: Connection
}

interface About {
  path: { site_id: string }
  parameters: Asked
}

const ROUTE = "GET /api/sites/{site_id}/reports/realtime"
const PATIENCE_MS = 4_000
const ASK_MS = 5_000
/** The browser gives up on some answers for good, so a new stream is tried now and then. */
const ASKS_BEFORE_NEW_STREAM = 3

export function useLive(paused: boolean): Live {
  const [live, setLive] = useState<Live>({ data: undefined, error: undefined, connection: "connecting" })
  const hidden = useHidden()
  const about = { path: { site_id: question.value.site }, parameters: chosen() }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is the request, the round asks anew
  useEffect(() => {
    if (paused || hidden) return
    return follow(about, (news) => setLive((before) => ({ ...before, ...news })))
  }, [JSON.stringify(about), paused, hidden, round.value])
  return paused ? { ...live, connection: "paused" } : live
}

/** A stream is one of the few connections that a browser keeps to a server, so tabs that nobody sees let go of it. */
function useHidden(): boolean {
  const [hidden, setHidden] = useState(document.hidden)
  useEffect(() => {
    const changed = (): void => setHidden(document.hidden)
    document.addEventListener("visibilitychange", changed)
    return () => document.removeEventListener("visibilitychange", changed)
  }, [])
  return hidden
}

/** Tells what is new until the function that it gives is called. */
export function follow(about: About, tell: (news: Partial<Live>) => void): () => void {
  const control = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let streaming = false
  let asks = 0
  let close = (): void => {}
  const open = (): void => {
    close()
    close = listen(`${ROUTE}/stream`, about, "realtime", heard, (is) => is || lost())
  }
  const heard = (text: string): void => {
    streaming = true
    asks = 0
    clearTimeout(timer)
    tell({ data: JSON.parse(text), error: undefined, connection: "live" })
  }
  // Browsers try again every few seconds, and say each time that it failed.
  const lost = (): void => {
    if (streaming) wait(PATIENCE_MS)
  }
  const wait = (time: number): void => {
    streaming = false
    clearTimeout(timer)
    timer = setTimeout(askOnce, time)
  }
  const askOnce = async (): Promise<void> => {
    asks += 1
    if (asks % ASKS_BEFORE_NEW_STREAM === 0) open()
    const news = await ask(ROUTE, { ...about, signal: control.signal }).then(
      (data): Partial<Live> => ({ data, error: undefined, connection: "asking" }),
      (error: ApiError): Partial<Live> => ({ error, connection: "lost" }),
    )
    if (streaming || control.signal.aborted) return
    tell(news)
    wait(ASK_MS)
  }
  tell({ connection: "connecting" })
  open()
  wait(PATIENCE_MS)
  return () => {
    control.abort()
    clearTimeout(timer)
    close()
  }
}
