import type { Send } from "./wire"

const FILE =
  /\.(7z|avi|csv|docx?|epub|gz|ics|jpe?g|json|key|mov|mp[34]|pdf|png|pptx?|rar|rtf|svg|tar|tgz|txt|webp|xlsx?|xml|zip|dmg|exe|msi|apk|deb|rpm|iso|wav|mkv|webm|odt|ods|odp)$/i
const DECLARED = /^data-(?:hk|hitkeep|umami)-event(?:-(.+))?$/
const DECLARING = "[data-hk-event],[data-hitkeep-event],[data-umami-event]"

export interface Found {
  n: string
  p: Record<string, unknown>
}

type Happening = "downloads" | "outbound" | "forms"

/** The event that an element declares: data-hk-event is its name, data-hk-event-plan="pro" a property. */
export const declaredBy = (element: Element): Found => {
  const found: Found = { n: "", p: {} }
  for (const { name, value } of element.attributes) {
    const [matches, key] = DECLARED.exec(name) || []
    if (key) found.p[key] = value
    else if (matches) found.n = value
  }
  return found
}

/** What following a link is called, if it leads to a file or to another site. */
export const linkTo = (address: URL, host: string, wanted: (what: Happening) => boolean): Found | undefined => {
  const [, extension] = FILE.exec(address.pathname) || []
  if (!/^http/.test(address.protocol)) return
  if (extension && wanted("downloads")) {
    const p = { file_host: address.host, file_path: address.pathname, file_ext: extension.toLowerCase() }
    return { n: "file_download", p }
  }
  if (address.host === host || !wanted("outbound")) return
  const p = { target_host: address.host, target_path: address.pathname, target_protocol: address.protocol.slice(0, -1) }
  return { n: "outbound_click", p }
}

/** Nothing of what was typed. A field may be called "action", so attributes are read. */
export const sentForm = (form: Element, base: string): Found => {
  const action = new URL(form.getAttribute("action") || "", base)
  return {
    n: "form_submit",
    p: {
      action_host: action.host,
      action_path: action.pathname,
      method: (form.getAttribute("method") || "get").toLowerCase(),
      same_origin: action.origin === new URL(base).origin,
      form_id: form.id || undefined,
    },
  }
}

/** Links, files, forms, and elements that declare an event of their own, which is then the only one. */
export const watchClicks = (send: Send, wanted: (what: Happening) => boolean): void => {
  const clicked = (event: Event): void => {
    const target = event.target as Element
    if ((event as MouseEvent).button > 1) return
    const declaring = target.closest(DECLARING)
    if (declaring?.tagName === "FORM") return
    const link = target.closest<HTMLAnchorElement>("a[href]")
    const found = declaring ? declaredBy(declaring) : link && linkTo(new URL(link.href), location.host, wanted)
    if (found) send(found)
  }
  const submitted = (event: Event): void => {
    const form = event.target as Element
    if (form.matches(DECLARING)) send(declaredBy(form))
    else if (wanted("forms")) send(sentForm(form, location.href))
  }
  const listen = (name: string, heard: (event: Event) => void): void =>
    document.addEventListener(
      name,
      (event) => {
        try {
          heard(event)
        } catch {}
      },
      true,
    )
  listen("click", clicked)
  listen("auxclick", clicked)
  listen("submit", submitted)
}
