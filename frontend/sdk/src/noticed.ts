import type { Props } from "./types.js"

/** What pages do, told by the names and properties that @sparklytics/next gives it. */
type Tell = (name: string, props: Props) => unknown
type Stop = () => void

const LINK_TEXT = 100

/** Links that are followed; with `outbound` only those to other origins. */
export function noticeLinks(tell: Tell, outbound: boolean): Stop {
  return onDocument("click", (target) => {
    const link = target.closest("a[href]")
    const props = link && propsOfLink(link)
    if (props && (props.external || !outbound)) tell("link_click", props)
  })
}

/** A link within the page, or one that runs a script, leads nowhere. */
function propsOfLink(link: Element): { href: string; text?: string; external?: true } | undefined {
  const written = link.getAttribute("href") ?? ""
  if (!written || written.startsWith("#") || /^\s*javascript:/i.test(written)) return undefined
  const text = link.textContent?.trim().replace(/\s+/g, " ").slice(0, LINK_TEXT)
  const { href, external } = destinationOf(written)
  return { href, ...(text ? { text } : {}), ...(external ? { external } : {}) }
}

function destinationOf(written: string): { href: string; external: boolean } {
  try {
    const { href, origin, pathname, search, hash } = new URL(written, location.href)
    const external = origin !== location.origin
    return { href: external ? href : pathname + search + hash, external }
  } catch {
    return { href: written, external: true }
  }
}

/** Each depth in percent once a page, when it is reached. */
export function noticeScrolling(tell: Tell, depths: readonly number[]): Stop {
  let page = ""
  let left: readonly number[] = []
  const look = () => {
    if (location.pathname !== page) left = depths
    page = location.pathname
    const room = document.documentElement.scrollHeight - innerHeight
    if (room <= 0) return
    const reached = Math.round((scrollY / room) * 100)
    for (const depth of left.filter((each) => each <= reached)) tell("scroll_depth", { depth })
    left = left.filter((each) => each > reached)
  }
  addEventListener("scroll", look, { passive: true })
  return () => removeEventListener("scroll", look)
}

/** Forms that are sent, and nothing of what was typed. */
export function noticeForms(tell: Tell): Stop {
  return onDocument("submit", (form) => {
    const told = { form_id: form.getAttribute("id"), form_name: form.getAttribute("name"), action: actionOf(form) }
    tell("form_submit", Object.fromEntries(Object.entries(told).filter(([, value]) => value)))
  })
}

function actionOf(form: Element): string {
  const written = form.getAttribute("action") ?? ""
  if (/^\s*javascript:/i.test(written)) return ""
  try {
    return new URL(written, location.href).href
  } catch {
    return written
  }
}

/** Before the page's own handlers, which may stop the event. */
function onDocument(type: "click" | "submit", call: (target: Element) => void): Stop {
  const handle = ({ target }: Event) => {
    if (target instanceof Element) call(target)
  }
  document.addEventListener(type, handle, { capture: true })
  return () => document.removeEventListener(type, handle, { capture: true })
}
