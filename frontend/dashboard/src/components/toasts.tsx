/** What happened, said for a moment; screen readers say it as well. */
import { signal } from "@preact/signals"
import type { ApiError } from "../api"
import { ErrorText } from "./error_text"
import { Icon } from "./icon"

interface Toast {
  id: number
  text: string | ApiError
  kind: "success" | "problem"
}

const SHOWN_MS = 6_000
const shown = signal<readonly Toast[]>([])

export function say(text: string, kind: Toast["kind"] = "success"): void {
  show(text, kind)
}

export const sayProblem = (error: ApiError): void => show(error, "problem")

function show(text: Toast["text"], kind: Toast["kind"]): void {
  const toast = { id: performance.now(), text, kind }
  shown.value = [...shown.value.slice(-2), toast]
  setTimeout(() => {
    shown.value = shown.value.filter((each) => each !== toast)
  }, SHOWN_MS)
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((each) => (
        <div key={each.id} class={`note ${each.kind}`}>
          <Icon name={each.kind === "success" ? "check" : "warning"} />
          <p>{typeof each.text === "string" ? each.text : <ErrorText error={each.text} />}</p>
        </div>
      ))}
    </div>
  )
}
