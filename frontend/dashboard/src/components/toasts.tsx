/** What happened, said for a moment; screen readers say it as well. */
import { signal } from "@preact/signals"
import { Icon } from "./icon"

interface Toast {
  id: number
  text: string
  kind: "success" | "problem"
}

const SHOWN_MS = 6_000
const shown = signal<readonly Toast[]>([])

export function say(text: string, kind: Toast["kind"] = "success"): void {
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
          <p>{each.text}</p>
        </div>
      ))}
    </div>
  )
}
