import type { ComponentChildren } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { Icon } from "./icon"

const ITEMS = '[role^="menuitem"]:not(:disabled), a, button:not(:disabled), input, select'

/**
 * A button that opens what is within. Arrow keys go from item to item, Escape closes and gives the focus back.
 * As a `dialog` it may hold fields; else it is a menu of items.
 */
export function Menu(given: {
  label: ComponentChildren
  title?: string
  className?: string
  end?: boolean
  kind?: "menu" | "dialog"
  arrow?: boolean
  shortcut?: string
  children: ComponentChildren | ((close: () => void) => ComponentChildren)
}) {
  const { kind = "menu", arrow = true, children } = given
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const close = (): void => {
    setOpen(false)
    button.current?.focus()
  }
  useEffect(() => {
    if (!open) return
    items(box.current)[0]?.focus()
    const outside = (event: Event): void => {
      if (!box.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener("pointerdown", outside)
    document.addEventListener("focusin", outside)
    return () => {
      document.removeEventListener("pointerdown", outside)
      document.removeEventListener("focusin", outside)
    }
  }, [open])
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && open) {
      event.stopPropagation()
      close()
    } else if (open && kind === "menu") moveFocus(event, box.current)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of what is within
    <div class="menu" ref={box} onKeyDown={pressed}>
      <button
        type="button"
        ref={button}
        class={`button ${given.className ?? ""}`}
        aria-haspopup={kind}
        aria-expanded={open}
        {...(given.title && { title: given.title, "aria-label": given.title })}
        {...(given.shortcut && { "data-shortcut": given.shortcut, "aria-keyshortcuts": given.shortcut })}
        onClick={() => setOpen(!open)}
      >
        {given.label}
        {arrow && <Icon name="chevron" size={14} />}
      </button>
      {open && (
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a name
        <div class={`popup ${given.end ? "end" : ""}`} role={kind} aria-label={given.title}>
          {typeof children === "function" ? children(close) : children}
        </div>
      )}
    </div>
  )
}

const items = (box: HTMLElement | null): HTMLElement[] => [
  ...(box?.querySelectorAll<HTMLElement>(`.popup :is(${ITEMS})`) ?? []),
]

function moveFocus(event: KeyboardEvent, box: HTMLElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const all = items(box)
  const at = all.indexOf(document.activeElement as HTMLElement)
  const next = step
    ? all.at((at + step) % all.length)
    : event.key === "Home"
      ? all[0]
      : event.key === "End"
        ? all.at(-1)
        : null
  if (!next) return
  event.preventDefault()
  next.focus()
}

/** One choice of a menu; `href` makes it a link. */
export function MenuItem(given: {
  href?: string
  chosen?: boolean
  download?: boolean
  onChoose?: () => void
  children: ComponentChildren
}) {
  const role = given.chosen === undefined ? "menuitem" : "menuitemradio"
  const checked = given.chosen === undefined ? {} : ({ "aria-checked": given.chosen } as const)
  if (given.href !== undefined) {
    return (
      <a role={role} {...checked} href={given.href} download={given.download} onClick={given.onChoose}>
        {given.children}
      </a>
    )
  }
  return (
    <button type="button" role={role} {...checked} onClick={given.onChoose}>
      {given.children}
    </button>
  )
}

/** A small menu to choose one of several values by. */
export function ChoiceMenu<Value extends string | null>(given: {
  label: string
  title: string
  end?: boolean
  options: readonly (readonly [Value, string])[]
  chosen: Value
  onChoose: (value: Value) => void
}) {
  const { label, title, end = false, options, chosen, onChoose } = given
  return (
    <Menu label={<bdi class="cut">{label}</bdi>} title={`${title}: ${label}`} className="small bare" end={end}>
      {(close) =>
        options.map(([value, text]) => (
          <MenuItem
            key={value}
            chosen={value === chosen}
            onChoose={() => {
              close()
              onChoose(value)
            }}
          >
            <bdi>{text}</bdi>
          </MenuItem>
        ))
      }
    </Menu>
  )
}
