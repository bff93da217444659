import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { words } from "../language"
import { Icon } from "./icon"

/** The browser's own modal dialog: it holds the focus, and Escape closes it. */
export function Dialog(given: {
  title: string
  narrow?: boolean
  wide?: boolean
  aside?: ComponentChildren
  footer?: ComponentChildren
  onClose: () => void
  children: ComponentChildren
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null
    dialog.current?.showModal()
    return () => before?.focus()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same as a click beside it
    <dialog
      ref={dialog}
      class={given.narrow ? "narrow" : given.wide ? "wide" : undefined}
      aria-label={given.title}
      onClose={given.onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <header>
        <h2>{given.title}</h2>
        <div class="row push">{given.aside}</div>
        <button
          type="button"
          class="button bare icon"
          aria-label={words.value.shared.close}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="content">{given.children}</div>
      {given.footer && <footer>{given.footer}</footer>}
    </dialog>
  )
}
