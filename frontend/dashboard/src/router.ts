/** The address bar is the state: what a page shows follows from its path and parameters alone. */
import { computed, signal } from "@preact/signals"
import { at, within } from "./base"

export const address = signal(new URL(location.href))
/** Without the path below which the server is. */
export const path = computed(() => within(address.value.pathname))

const QUESTION = ["range", "from", "to", "filter", "filters", "segment"]
/** Where one is in a list. */
const PLACES = ["offset", "opened"]

/** What changes of the parameters; null removes one, a list gives it several times. */
export type Changes = Record<string, string | readonly string[] | null>

/** This page's address with other parameters. */
export function changed(changes: Changes, from: URL = address.value): string {
  const found = new URL(from)
  // Another question begins at the first page of a list.
  if (QUESTION.some((name) => name in changes)) for (const name of PLACES) found.searchParams.delete(name)
  for (const [name, value] of Object.entries(changes)) {
    found.searchParams.delete(name)
    for (const each of value === null ? [] : [value].flat()) found.searchParams.append(name, each)
  }
  return found.pathname + readable(found.search)
}

/** Spaces and commas as people read them; the browser takes both. */
const readable = (search: string): string => search.replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/")

export function go(to: string, { replace = false } = {}): void {
  const before = path.value
  history[replace ? "replaceState" : "pushState"](null, "", to)
  address.value = new URL(location.href)
  if (path.value !== before) scrollTo(0, 0)
}

export const parameter = (name: string): string | null => address.value.searchParams.get(name)

/** How far down a list the address is. */
export const placeOf = (name: string): number => Math.max(0, Number.parseInt(parameter(name) ?? "", 10) || 0)

/** Where to go after the login, which is nowhere else than here. */
export function destination(to: string | null): string {
  const found = to === null ? null : URL.parse(to, location.origin)
  return to !== null && found?.origin === location.origin && found.pathname.startsWith(at("/")) ? to : at("/")
}

/** Links within the dashboard do not load the page again. */
export function followLinks(): void {
  addEventListener("popstate", () => {
    address.value = new URL(location.href)
  })
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.("a")
    if (!link || !isOwn(link) || event.defaultPrevented || event.button || hasModifier(event)) return
    event.preventDefault()
    go(link.pathname + link.search)
  })
}

const hasModifier = (event: MouseEvent): boolean => event.metaKey || event.ctrlKey || event.shiftKey || event.altKey

/** The shell's own paths; files, the API and its description are loaded as usual. */
const isOwn = (link: HTMLAnchorElement): boolean =>
  link.origin === location.origin &&
  link.pathname.startsWith(at("/")) &&
  !link.target &&
  !link.hash &&
  !link.hasAttribute("download") &&
  /^\/($|sites(\/|$)|settings(\/|$)|login$|setup$)/.test(within(link.pathname))
