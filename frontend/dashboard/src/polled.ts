import { useEffect, useState } from "preact/hooks"
import type { Found } from "./answers"
import { type Answer, ApiError, addressOf, ask, type Request, type Route } from "./api"

/** The answer of a route, asked again and again while the page is seen; with null not at all. */
export function usePolled<R extends Route>(route: R, request: Request<R> | null, everyMs: number): Found<Answer<R>> {
  const [found, setFound] = useState<Found<Answer<R>>>({ data: undefined, error: undefined, loading: true })
  const key = request && addressOf(route, request)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the request
  useEffect(() => {
    if (!request) return
    const control = new AbortController()
    const next = async (): Promise<void> => {
      if (!document.hidden) await once()
      if (!control.signal.aborted) timer = setTimeout(next, everyMs)
    }
    const once = (): Promise<void> =>
      ask(route, { ...request, signal: control.signal }).then(
        (data) => setFound({ data, error: undefined, loading: false }),
        (error) => {
          if (error instanceof ApiError) setFound((before) => ({ data: before.data, error, loading: false }))
        },
      )
    let timer = setTimeout(next)
    return () => {
      control.abort()
      clearTimeout(timer)
    }
  }, [key, everyMs])
  return found
}
