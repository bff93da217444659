import type { ComponentChildren } from "preact"
import type { Found } from "../answers"
import { refresh } from "../answers"
import type { ApiError } from "../api"
import { words } from "../language"
import { ErrorText } from "./error_text"
import { Icon } from "./icon"

/** A card with a title, what stands beside it, its content, and what stands below. */
export function Panel(given: {
  title: ComponentChildren
  aside?: ComponentChildren
  footer?: ComponentChildren
  className?: string
  children: ComponentChildren
}) {
  return (
    <section class={`panel ${given.className ?? ""}`}>
      <header>
        <h2>{given.title}</h2>
        {given.aside}
      </header>
      <div class="content" tabIndex={-1}>
        {given.children}
      </div>
      {given.footer && <footer>{given.footer}</footer>}
    </section>
  )
}

/** Skeleton, error, or the data: what is on the page already stays, dimmed, while the new is on its way. */
export function Shown<Data>(given: {
  found: Found<Data>
  skeleton?: ComponentChildren
  children: (data: Data) => ComponentChildren
}) {
  const { data, error, loading } = given.found
  if (error) return <Problem error={error} />
  if (data === undefined) return <>{given.skeleton ?? <Lines />}</>
  return (
    <div class={loading ? "busy" : undefined} aria-busy={loading}>
      {given.children(data)}
    </div>
  )
}

/** What will be here, before the first answer. */
export function Lines({ count = 9, height = 28 }: { count?: number; height?: number }) {
  return (
    <div class="stack" style={{ gap: "6px" }} aria-busy="true">
      <span class="unseen">{words.value.shared.loading}</span>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all are alike
        <span key={index} class="skeleton" style={{ height: `${height}px`, width: `${100 - ((index * 37) % 45)}%` }} />
      ))}
    </div>
  )
}

export const Block = ({ height }: { height: number }) => (
  <span class="skeleton" aria-busy="true" style={{ height: `${height}px` }} />
)

/** What went wrong, and a way on. */
export function Problem({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
  return <Trouble text={<ErrorText error={error} />} onRetry={onRetry} />
}

export function Trouble(given: {
  text: ComponentChildren
  onRetry?: (() => void) | undefined
  children?: ComponentChildren
}) {
  return (
    <div class="note problem" role="alert">
      <Icon name="warning" />
      <div>
        <p>{given.text}</p>
        <div class="row" style={{ marginTop: "8px" }}>
          <button type="button" class="button small" onClick={given.onRetry ?? refresh}>
            {words.value.shared.tryAgain}
          </button>
          {given.children}
        </div>
      </div>
    </div>
  )
}

/** Says that there is nothing, and what to do so that there is. */
export function Empty({ children, title }: { title?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>{title ?? words.value.shared.nothing}</p>
      {children}
    </div>
  )
}
