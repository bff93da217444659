// biome-ignore-all lint/suspicious/noExplicitAny: pages call with anything
// biome-ignore-all lint/suspicious/useIterableCallbackReturn: one way to iterate everywhere makes the script smaller
import { address, referrer, send } from "./events"
import { page } from "./page"
import { store } from "./queue"

/** Every product's name gets the same methods; Plausible's is one itself. Calls that waited in a stub's list are made. */
export const installGlobals = (): void => {
  ;["sparklytics", "clickport", "umami", "grademypage", "plausible", "hk"].map((c) => {
    /** A name, properties and revenue; for Grademypage and Plausible a name and a bag; Umami's bag may have the name, too. */
    const track = (n?: any, p?: any, $?: any): void => {
      if (n?.call) n = n({ url: address(), title: document.title, referrer })
      if (typeof n === "object") {
        p = n
        n = n?.name
      } else if (!/g|b/.test(c)) p = { data: p, revenue: $ }
      p ||= {}
      // in the order that compresses best, as the names above
      send({
        n,
        t: p.title,
        u: p.u || p.url,
        $: p.revenue,
        q: p.interactive,
        r: p.referrer,
        en: p.eventName,
        c,
        p: p.props || p.eventData || p.data,
      })
      // the event is kept from here on: who waits for it may leave the page
      if (p.callback) setTimeout(p.callback)
    }
    const early = page[c]?.q
    const api: any = Object.assign(track, {
      event: track,
      track,
      trackConversion: (eventName: any, bag?: any) => track("conversion", { eventName, ...bag }),
      identify: (d: any, p?: any) => send(typeof d === "object" ? { k: "d", p: d } : { k: "d", d, p }),
      reset: () => delete store.hk_user,
    })
    const call = (given: any) => (c === "plausible" ? track(...(given as [any])) : api[given.shift()]?.(...given))
    page[c] = api
    if (early) {
      early.map(call)
      // who kept the stub goes on calling it
      early.push = call
    }
  })
}
