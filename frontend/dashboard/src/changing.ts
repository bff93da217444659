/** A change sent to the server: whether it is under way, what is wrong with it, and that it was done. */
import { useState } from "preact/hooks"
import { refresh } from "./answers"
import { ApiError } from "./api"
import { say } from "./components/toasts"

export interface Changing {
  busy: boolean
  /** What the server says of a field. */
  problem: (field: string) => ApiError | undefined
  /** What it says of none of the form's fields. */
  other: ApiError | undefined
  /** True when it was done; then everything shown is asked anew. */
  send: (change: () => Promise<unknown>, done: string | (() => string)) => Promise<boolean>
}

export function useChanging(fields: readonly string[] = []): Changing {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const send: Changing["send"] = async (change, done) => {
    setBusy(true)
    setError(null)
    try {
      await change()
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      setError(failure)
      return false
    } finally {
      setBusy(false)
    }
    const text = typeof done === "function" ? done() : done
    if (text) say(text)
    refresh()
    return true
  }
  const named = error?.field ?? ""
  return {
    busy,
    problem: (field) => (error && named === field ? error : undefined),
    other: error && !fields.includes(named) ? error : undefined,
    send,
  }
}

/** What a form holds, as texts. */
export const given = (event: Event): ((name: string) => string) => {
  const data = new FormData(event.currentTarget as HTMLFormElement)
  return (name) => String(data.get(name) ?? "")
}
