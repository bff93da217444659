import { signal } from "@preact/signals"

const STORED = "hk_shortcuts"

/** People who dictate or whose hand trembles switch them off (WCAG 2.1.4). */
export const shortcuts = signal(localStorage.getItem(STORED) !== "off")

export function switchShortcuts(): void {
  shortcuts.value = !shortcuts.value
  localStorage.setItem(STORED, shortcuts.value ? "on" : "off")
}

/** Keys for what is done often: an element with data-shortcut is clicked by its key, unless someone is typing. */
export function listenForShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (!shortcuts.value || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
    if (isTyping(event.target as HTMLElement) || isScrolling(event)) return
    if (document.querySelector("dialog[open], .popup")) return
    const wanted = [...document.querySelectorAll<HTMLElement>("[data-shortcut]")].find(
      (each) => each.dataset.shortcut === event.key,
    )
    if (!wanted) return
    event.preventDefault()
    wanted.click()
  })
}

const isTyping = (target: HTMLElement): boolean =>
  target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)

/** In a wide table the arrow keys go to and fro. */
const isScrolling = ({ key, target }: KeyboardEvent): boolean =>
  key.startsWith("Arrow") && (target as HTMLElement).closest(".scrolls") !== null
