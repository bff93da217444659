/** hk.js: pageviews, single-page applications, events by every product's name, and their delivery. */
import { flush } from "./delivery"
import { send, view, viewSoon } from "./events"
import { installGlobals } from "./globals"
import { counting, isOn, options, server, site } from "./options"
import { page } from "./page"
import { store } from "./queue"
import type { Start } from "./wire"

declare const AUTOMATIC: string

const start = (): void => {
  if (counting) {
    // as isOn(), of what is on by default
    if (!/fa/.test(options.auto! + options.autoTrack)) {
      view()
      // without it hk-auto.js watches the address
      if (!/fa/.test(options.spa!) && !isOn("disableSpaTracking"))
        page.navigation?.addEventListener("currententrychange", viewSoon)
    }
    import(/* @vite-ignore */ `${server}hk-auto.js?v=${AUTOMATIC}`)
      .then((automatic: { start: Start }) => automatic.start(view, store, options, send, site, flush, viewSoon))
      .catch(flush)
  }
  installGlobals()
}

// a second script has nothing to do
if (!page.plausible?.track) {
  if (document.prerendering) document.addEventListener("prerenderingchange", start)
  else start()
}
