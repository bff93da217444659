// biome-ignore-all lint/suspicious/noExplicitAny: pages call with anything
/** What count.js does after hk.js: GoatCounter's own functions, whose events are kept and sent as all others are. */
import { page } from "./page"
import { safely } from "./safely"

interface Hit {
  path?: unknown
  title?: unknown
  referrer?: unknown
  event?: boolean
}

const script = document.currentScript as HTMLScriptElement
const endpoint = script.dataset.goatcounter || new URL("count", script.src).href
const own = page.goatcounter
/** Of the developer's machine and of private networks. */
const LOCAL = /(^|\.)localhost$|^(0\.0|10|127|192\.168|172\.(1[6-9]|2\d|3[01]))\./

/** Of the call, else of the settings; a function is asked with what it would be. */
const chosen = (hit: Hit, name: keyof Hit, usual: string): any => {
  const found = hit[name] ?? own[name]
  return typeof found === "function" ? found(usual) : (found ?? usual)
}

const filled = (hit: Hit = {}) => ({
  path: chosen(hit, "path", location.pathname + location.search),
  title: chosen(hit, "title", document.title),
  referrer: chosen(hit, "referrer", document.referrer),
  event: !!(hit.event ?? own.event),
})

own.filter = (): string | false => {
  if (!own.allow_frame && location !== parent.location) return "frame"
  return !own.allow_local && LOCAL.test(location.hostname) && "localhost"
}

/** A path of null, as a function of the page may say, counts nothing. */
own.count = safely((hit?: Hit) => {
  const { path, title, referrer, event } = filled(hit)
  if (path === null || own.filter()) return
  const place = /^(\/|https?:)/.test(path) ? path : `/${path}`
  page.hk.track(event ? { name: path, title, referrer } : { url: place, title, referrer })
})

/** The address that counts when it is asked for, as that of an image. */
own.url = (hit?: Hit): string | undefined => {
  const { path, title, referrer, event } = filled(hit)
  if (path === null) return
  const { width, height } = screen
  const fields = { p: path, t: title, r: referrer, s: [width, height, devicePixelRatio], q: location.search }
  const parameters = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]))
  if (event) parameters.set("e", "true")
  parameters.set("rnd", Math.random().toString(36).slice(2, 7))
  return `${endpoint}?${parameters}`
}

own.get_query = (name: string): string | undefined => {
  const found = [...new URLSearchParams(location.search)].find(([key]) => key.toLowerCase() === name.toLowerCase())
  return found?.[1]
}

/** Elements that are there; called again it adds those that have come. */
own.bind_events = (): void => {
  for (const element of document.querySelectorAll<HTMLElement>("[data-goatcounter-click]")) {
    const { dataset, id, title } = element
    if (dataset.goatcounterBound) continue
    const clicked = () =>
      own.count({
        event: true,
        path: dataset.goatcounterClick || element.getAttribute("name") || id,
        title: dataset.goatcounterTitle || title || element.textContent?.slice(0, 200),
        referrer: dataset.goatcounterReferrer,
      })
    for (const name of ["click", "auxclick"]) element.addEventListener(name, clicked)
    dataset.goatcounterBound = "true"
  }
}

if (!own.no_onload && !own.no_events) {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", own.bind_events)
  else own.bind_events()
}
