/** hk-auto.js: all that the tracker notices by itself. */
import { watchClicks } from "./clicks"
import { watchEngagement } from "./engagement"
import { installAssignments, runExperiments } from "./experiments"
import type { Send, Start } from "./wire"

declare const VITALS: string

/** In browsers without the Navigation API, by which hk.js knows. */
const watchHistory = (changed: () => void): void => {
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name]
    history[name] = (...change) => {
      original.apply(history, change)
      changed()
    }
  }
  addEventListener("popstate", changed)
}

const isMissing = (): boolean =>
  (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.responseStatus === 404

const countMissing = (send: Send, option: string | undefined): void => {
  if (option === "true" || (option !== "false" && isMissing())) send({ n: "not_found", p: { path: location.pathname } })
}

export const start: Start = (view, store, options, send, site, flush, viewSoon) => {
  const isOn = (name: string): boolean => !["false", undefined].includes(options[name])
  const isOff = (name: string): boolean => options[name] === "false"
  const wanted = (name: string, disabled: string): boolean => !isOff(name) && !isOn(disabled)
  const follows = !isOff("auto") && !isOff("autoTrack") && wanted("spa", "disableSpaTracking")
  const address = (): string => location.href.replace(isOn("hash") ? "" : location.hash, "")
  const place = (): string => address().replace(/\?[^#]*/, "")
  const disabled = {
    downloads: "disableDownloadTracking",
    outbound: "disableOutboundTracking",
    forms: "disableFormTracking",
  }
  let current = place()

  // what an earlier page has left
  flush()
  addEventListener("online", flush)
  // a page that is left in the moment it was come to, before it tells how it was read
  if (follows) for (const name of ["pagehide", "visibilitychange"]) addEventListener(name, view, true)
  const left =
    (isOff("engagement") && isOff("scroll")) || watchEngagement(send, address, !isOff("engagement"), !isOff("scroll"))
  // after it, so that its report is sent, too
  addEventListener("visibilitychange", flush)
  addEventListener("pageshow", (event) => event.persisted && !isOff("auto") && !isOff("autoTrack") && send({}))
  watchClicks(send, (what) => wanted(what, disabled[what]))
  countMissing(send, options.notFound)
  if (isOn("vitals") || isOn("enableWebVitals")) {
    import(/* @vite-ignore */ `./hk-vitals.js?v=${VITALS}`).then(({ measure }) => measure(send)).catch(() => {})
  }
  installAssignments(() => [])
  if (isOn("experiments")) {
    const here = import.meta.url
    const project = encodeURIComponent(site || location.hostname)
    runExperiments(new URL(`api/analytics/experiments/active?projectId=${project}`, here).href, store, send)
  }
  if (!follows) return
  const changed = (): void => {
    viewSoon()
    if (place() === current) return
    current = place()
    if (left !== true) left()
  }
  const { navigation } = window
  if (navigation) navigation.addEventListener("currententrychange", changed)
  else watchHistory(changed)
  changed()
}
