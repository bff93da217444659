/** What was asked, kept for a while: going back is instant, and what is on the page stays until the new answer is there. */
import { signal } from "@preact/signals"
import { useEffect, useState } from "preact/hooks"
import { type Answer, ApiError, addressOf, ask, type Request, type Route } from "./api"

const MOST_KEPT = 200
const FRESH_MS = 30_000

interface Kept {
  answer: unknown
  at: number
}

const kept = new Map<string, Kept>()

/** Grows when everything on the page shall be asked anew. */
export const round = signal(0)

export function refresh(): void {
  kept.clear()
  round.value += 1
}

/** Nobody else who logs in here shall see it. */
export const forget = (): void => kept.clear()

/** `data` is of an earlier question while `loading`, so that nothing jumps. */
export interface Found<Data> {
  data: Data | undefined
  error: ApiError | undefined
  loading: boolean
}

const NOTHING: Found<never> = { data: undefined, error: undefined, loading: true }

/** The answer of a route, asked again when the request changes; with null nothing is asked. */
export function useAnswer<R extends Route>(route: R, request: Request<R> | null): Found<Answer<R>> {
  const key = request && `${route} ${addressOf(route, request)} ${JSON.stringify(request.body ?? "")}`
  const now = round.value
  const [found, setFound] = useState<Found<Answer<R>>>(() => remembered(key) ?? NOTHING)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the request, the round asks again
  useEffect(() => {
    if (!request || !key) return
    const known = remembered<Answer<R>>(key)
    if (known) setFound(known)
    if (known && !known.loading) return
    if (!known) setFound((before) => ({ data: before.data, error: undefined, loading: true }))
    const control = new AbortController()
    ask(route, { ...request, signal: control.signal }).then(
      (answer) => {
        keep(key, answer)
        setFound({ data: answer, error: undefined, loading: false })
      },
      (error) => {
        if (error instanceof ApiError) setFound((before) => ({ data: before.data, error, loading: false }))
      },
    )
    return () => control.abort()
  }, [key, now])
  return found
}

function remembered<Data>(key: string | null): Found<Data> | undefined {
  const found = key === null ? undefined : kept.get(key)
  if (!found) return undefined
  return { data: found.answer as Data, error: undefined, loading: Date.now() - found.at > FRESH_MS }
}

function keep(key: string, answer: unknown): void {
  kept.delete(key)
  kept.set(key, { answer, at: Date.now() })
  const [oldest] = kept.keys()
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
}
