// biome-ignore-all lint/suspicious/noExplicitAny: pages call with anything
// biome-ignore-all lint/suspicious/useIterableCallbackReturn: one way to iterate everywhere makes the script smaller
import { address, referrer, send } from "./events"
import { page } from "./page"
import { store } from "./queue"
import { safely } from "./safely"

/** Every product's name gets the same methods; Plausible's is one itself. Calls that waited in a stub's list are made. */
export const installGlobals = (): void => {
  ;["sparklytics", "clickport", "umami", "grademypage", "plausible", "hk"].map((c) => {
    /** A name, properties and revenue; for Grademypage and Plausible a name and a bag; Umami's bag may have the name, too. */
    const track: any = safely((n?: any, p?: any, $?: any) => {
      if (n?.call) n = n({ title: document.title, referrer, url: address() })
      if (typeof n === "object") {
        p = n
        n = n?.name
      } else if (!/g|b/.test(c)) p = { data: p, revenue: $ }
      p ||= {}
      // in the order that compresses best, as the names above
      send({
        c,
        u: p.u || p.url,
        r: p.referrer,
        p: p.props || p.eventData || p.data,
        $: p.revenue,
        en: p.eventName,
        q: p.interactive,
        t: p.title,
        n,
      })
      // the event is kept from here on: who waits for it may leave the page
      p.callback?.()
    })
    const early = page[c]?.q || []
    /** An id and properties, or the properties alone, as Umami's; an id among them is the visitor's. */
    track.identify = (d: any, p?: any) => {
      if (typeof d === "object") {
        p = d
        d = d?.id
      }
      send({ k: "d", p, d })
    }
    track.event = track.track = track
    track.reset = () => delete store.hk_user
    track.trackConversion = safely((eventName: any, bag?: any) => track("conversion", { eventName, ...bag }))
    const call = safely((given: any) => (/b/.test(c) ? track : track[given.shift()])(...given))
    page[c] = track
    early.map(call)
    // who kept the stub goes on calling it
    early.push = call
  })
}
