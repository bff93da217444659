import { Delivery, type Waiting } from "./delivery.js"
import { newId } from "./identifier.js"
import { present, toJson } from "./json.js"
import { LeftBehind } from "./left_behind.js"
import { asksNotToBeTracked, onEveryPage, Page, withoutFragment } from "./page.js"
import type { BrowserClient, BrowserOptions, Details, PageDetails } from "./types.js"
import { hearOfUsers, rememberedUser, rememberUser } from "./user.js"

const MOST_EVENTS = 50
const MOST_BYTES = 56_000 // browsers let 64 KiB outlive the page

/** Events of a page to POST /ingest/batch. Nothing happens before the first call, so it may be made on a server. */
export function createBrowserClient(options: BrowserOptions, address: string): BrowserClient {
  const page = new Page()
  const stores = options.storage !== "none" && typeof localStorage !== "undefined"
  const keeper = stores ? new LeftBehind(address, options.site ?? "") : undefined
  const delivery = new Delivery({
    route: {
      address: `${address}/ingest/batch`,
      headers: { "Content-Type": "text/plain" }, // asks for no permission first
      keepalive: typeof document !== "undefined",
      timeout: options.timeout ?? 10_000,
    },
    write: (batch) => writeBatch(options.site, batch),
    mostEvents: MOST_EVENTS,
    mostBytes: MOST_BYTES,
    queueEvents: options.queueEvents ?? 1000,
    interval: options.interval ?? 500,
    onError: options.onError,
    keeper,
  })
  let unstored = "" // a user whom only this page knows
  let stopHearing = () => {}
  const listening = new AbortController()
  let isListening = false
  let lastSeen = ""

  function refuses(): boolean {
    return Boolean(options.disabled) || (!options.ignoreDnt && asksNotToBeTracked())
  }

  function take(user: string): void {
    unstored = stores && rememberUser(user) ? "" : user
  }

  function listen(): void {
    if (isListening) return
    isListening = true
    delivery.putBack(keeper?.read() ?? [])
    if (typeof document === "undefined") return
    stopHearing = hearOfUsers(take)
    const { signal } = listening
    addEventListener("pagehide", () => delivery.leave(), { signal })
    addEventListener("online", () => delivery.hurry(), { signal })
    document.addEventListener("visibilitychange", () => document.hidden && delivery.leave(), { signal })
  }

  function put(fields: Record<string, unknown>, details: PageDetails): boolean {
    if (refuses()) return false
    listen()
    const id = details.id || newId()
    const event = present({
      i: id,
      ...fields,
      ...circumstances(page, details),
      d: unstored || (stores ? rememberedUser() : ""),
    })
    try {
      return delivery.put({ id, at: Date.now(), body: toJson(event) })
    } catch (error) {
      return delivery.refuse(`the event cannot be written as JSON: ${error}`, { i: id, n: fields.n })
    }
  }

  const client: BrowserClient = {
    track: (name, props, details = {}) => put({ k: "e", n: name, p: props, q: details.interactive }, details),
    pageview: (url, { props, ...details } = {}) => put({ k: "p", p: props }, { url, ...details }),
    identify: (id, traits) => {
      if (refuses()) return false
      listen()
      take(id)
      return put({ k: "d", p: traits }, {})
    },
    reset: () => {
      if (!refuses()) listen()
      take("")
    },
    followPages: () =>
      onEveryPage(() => {
        const seen = withoutFragment(location.href)
        if (seen !== lastSeen) client.pageview()
        lastSeen = seen
      }),
    flush: (milliseconds = 10_000) => delivery.flush(milliseconds),
    close: async (milliseconds = 5000) => {
      await delivery.close(milliseconds)
      listening.abort()
      stopHearing()
    },
    get counts() {
      return delivery.counts
    },
  }
  return client
}

function circumstances(page: Page, details: Details): Record<string, unknown> {
  const { url, referrer, title, sizes } = page.fields
  const { revenue, currency } = details
  return {
    u: absolute(details.url, url),
    r: details.referrer ?? referrer,
    t: details.title ?? title,
    w: sizes,
    $: revenue === undefined ? undefined : present({ amount: revenue, currency }),
  }
}

/** "/thanks" is an address of this page's site. */
function absolute(url: string | undefined, page: string): string {
  try {
    return url ? new URL(url, page || undefined).href : page
  } catch {
    return url ?? page
  }
}

/** The age is known only now: it tells the time without trusting the visitor's clock. */
function writeBatch(site: string | undefined, batch: readonly Waiting[]): string {
  const now = Date.now()
  const events = batch.map(({ at, body }) => `{"a":${Math.max(0, now - at)},${body.slice(1)}`)
  return `{${site ? `"s":${JSON.stringify(site)},` : ""}"e":[${events.join(",")}]}`
}
