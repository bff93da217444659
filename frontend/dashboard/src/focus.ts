/** What has the focus may go away with the next answer: what was around it takes it, so that the keyboard stays there. */
const FALLBACKS = '.content[tabindex="-1"], main'

export function keepFocus(): void {
  let last: HTMLElement | null = null
  let around: HTMLElement[] = []
  document.addEventListener("focusin", ({ target }) => {
    last = target as HTMLElement
    around = fallbacksOf(last)
  })
  document.addEventListener("focusout", ({ target }) => {
    // Some browsers say it as well of what goes away, which by then has gone.
    queueMicrotask(() => {
      if (last === target && last?.isConnected) last = null
    })
  })
  new MutationObserver(() => {
    if (!last || last.isConnected || !isNowhere(document.activeElement)) return
    last = null
    around.find((each) => each.isConnected)?.focus({ preventScroll: true })
  }).observe(document.body, { childList: true, subtree: true })
}

const isNowhere = (element: Element | null): boolean => element === null || element === document.body

function fallbacksOf(element: HTMLElement): HTMLElement[] {
  const found = element.parentElement?.closest<HTMLElement>(FALLBACKS)
  return found ? [found, ...fallbacksOf(found)] : []
}
