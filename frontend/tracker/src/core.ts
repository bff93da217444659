/** hk.js: pageviews, single-page applications, events by every product's name, and their delivery. */
import { flush } from "./delivery"
import { send, view } from "./events"
import { installGlobals } from "./globals"
import { counting, isOff, isOn, options, server, site } from "./options"
import { page } from "./page"
import { store } from "./queue"
import type { Start } from "./wire"

declare const AUTOMATIC: string

const start = (): void => {
  if (counting) {
    if (!isOff("auto") && !isOff("autoTrack")) {
      view()
      // without it hk-auto.js watches the address
      if (!isOff("spa") && !isOn("disableSpaTracking")) page.navigation?.addEventListener("currententrychange", view)
    }
    flush()
    import(/* @vite-ignore */ `${server}hk-auto.js?v=${AUTOMATIC}`)
      .then((automatic: { start: Start }) => automatic.start(send, view, flush, options, store, site))
      .catch(flush)
  }
  installGlobals()
}

// a second script has nothing to do
if (!page.plausible?.track) {
  if (document.prerendering) document.addEventListener("prerenderingchange", start)
  else start()
}
