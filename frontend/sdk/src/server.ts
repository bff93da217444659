import { Delivery } from "./delivery.js"
import { flushAtExit } from "./exit.js"
import { newId } from "./identifier.js"
import { present, toJson } from "./json.js"
import type { ServerClient, ServerDetails, ServerOptions } from "./types.js"

const PAGEVIEW = "pageview"
const CUSTOM = "custom"
/** Types that mean something to the server, so an event that is only called so is sent as a custom one. */
const AUTOMATIC = new Set([PAGEVIEW, "scroll", "engagement", "experiment_impression"])

/** Events of a server to POST /api/analytics/server-events. */
export function createServerClient(options: ServerOptions, address: string): ServerClient {
  const exitTimeout = options.exitTimeout ?? 5000
  const delivery = new Delivery({
    route: {
      address: `${address}/api/analytics/server-events`,
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${options.key}` },
      keepalive: false,
      timeout: options.timeout ?? 10_000,
    },
    write: (batch) => `[${batch.map(({ body }) => body).join(",")}]`,
    mostEvents: 100,
    mostBytes: 240 * 1024,
    queueEvents: options.queueEvents ?? 10_000,
    interval: options.interval ?? 1000,
    onError: options.onError,
  })
  let stay: (() => void) | undefined

  function put(fields: Record<string, unknown>, details: ServerDetails): boolean {
    stay ??= flushAtExit({
      milliseconds: exitTimeout,
      signals: options.signals ?? true,
      isIdle: () => delivery.counts.waiting === 0,
      flush: (milliseconds) => delivery.flush(milliseconds),
      giveUp: () => void delivery.close(0),
    })
    const id = details.id || newId()
    try {
      const body = toJson(present({ ...fields, ...circumstances(details), idempotencyKey: id }))
      return delivery.put({ id, at: Date.now(), body })
    } catch (error) {
      return delivery.refuse(`the event cannot be written as JSON: ${error}`, { ...fields, eventData: undefined })
    }
  }

  return {
    track: (name, props, details = {}) => put(customEvent(name, props ?? {}, details), details),
    pageview: (url, { props, ...details } = {}) => put({ eventType: PAGEVIEW, eventData: props }, { url, ...details }),
    flush: (milliseconds = 10_000) => delivery.flush(milliseconds),
    close: async (milliseconds = exitTimeout) => {
      await delivery.close(milliseconds)
      stay?.()
    },
    get counts() {
      return delivery.counts
    },
  }
}

function customEvent(name: string, props: object, { revenue, currency, category }: ServerDetails) {
  const type = category || (AUTOMATIC.has(name) ? CUSTOM : name)
  return {
    eventType: type,
    eventName: type === name ? undefined : name,
    eventData: revenue === undefined ? props : { ...props, ...present({ revenue, currency }) },
  }
}

function circumstances({ url, referrer, title, visitor, session, time, experiment }: ServerDetails) {
  return {
    fullUrl: url,
    referrer,
    title,
    visitor: visitor === undefined || visitor === "" ? undefined : { id: String(visitor) },
    sessionId: session,
    timestamp: Number(time ?? Date.now()),
    experimentId: experiment?.id,
    variantId: experiment?.variant,
  }
}
