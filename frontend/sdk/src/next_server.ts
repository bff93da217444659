import { addressOf } from "./address.js"
import type { BatchEvent } from "./collect.js"
import { newId } from "./identifier.js"
import { present, toJson } from "./json.js"
import { isFinal, post } from "./post.js"

declare const process: { env: { [name: string]: string | undefined } }

const TIMEOUT = 10_000
/** For the pageview of a request that somebody waits for. */
const BESIDE = 1000
/** What a browser wishes, and pages that it loads ahead of time, hold for what is told of its request, too. */
const WISHES = ["dnt", "sec-gpc", "sec-purpose", "purpose"]
const PREFETCH_OF_NEXT = "next-router-prefetch"

export interface TrackServerBaseOptions {
  /** Address of the analytics server. */
  host: string
  /** The site's id, or an alias. */
  websiteId: string
  /** Path or address of the page. */
  url: string
  referrer?: string | undefined
  language?: string | undefined
  userAgent?: string | undefined
  /** The visitor's address, or a whole X-Forwarded-For; believed of the proxies that the analytics server trusts. */
  ip?: string | undefined
  /** Who it is, by your own id. Without it, and without ip and userAgent, the event is a visitor of its own. */
  visitorId?: string | undefined
  /** The event's own id, at most 64 characters: of two events with one id the first is stored. Made when left out. */
  id?: string | undefined
}

export type TrackServerPageviewOptions = TrackServerBaseOptions

export interface TrackServerEventOptions extends TrackServerBaseOptions {
  eventName: string
  eventData?: Readonly<Record<string, unknown>> | undefined
}

export interface ServerClientConfig {
  /** Without it SPARKLYTICS_HOST, NEXT_PUBLIC_HITKEEP_HOST or NEXT_PUBLIC_SPARKLYTICS_HOST of the environment. */
  host?: string | undefined
  /** Without it SPARKLYTICS_WEBSITE_ID, NEXT_PUBLIC_HITKEEP_SITE or NEXT_PUBLIC_SPARKLYTICS_WEBSITE_ID. */
  websiteId?: string | undefined
  /** false: what could not be sent is thrown; else it is named on the console. */
  silent?: boolean | undefined
}

type OfClient<Options> = Omit<Options, "host" | "websiteId">

export interface ServerClient {
  trackPageview(options: OfClient<TrackServerPageviewOptions>): Promise<void>
  trackEvent(options: OfClient<TrackServerEventOptions>): Promise<void>
  /** Of this request: its page, browser, language, referrer and address need not be told. */
  fromRequest(request: Request): BoundServerClient
}

export interface BoundServerClient {
  trackPageview(options?: Partial<OfClient<TrackServerPageviewOptions>>): Promise<void>
  trackEvent(options: Omit<OfClient<TrackServerEventOptions>, "url"> & { url?: string | undefined }): Promise<void>
}

export interface WithAnalyticsConfig extends ServerClientConfig {
  /** Whether each request is a pageview; without it, each GET and HEAD is. */
  pageview?: boolean | undefined
}

type Headers = Record<string, string>

/** Resolves once the event is on the analytics server's disk. Throws when it is not. */
export function trackServerPageview(options: TrackServerPageviewOptions): Promise<void> {
  return send(options, { type: "pageview" }, {})
}

/** As above, with a custom event. */
export function trackServerEvent(options: TrackServerEventOptions): Promise<void> {
  return send(options, customEvent(options), {})
}

/** Host and site may come from the environment. */
export function createServerClient(config: ServerClientConfig = {}): ServerClient {
  const site = siteOf(config)
  return {
    trackPageview: (options) => told(trackServerPageview({ ...site, ...options }), config),
    trackEvent: (options) => told(trackServerEvent({ ...site, ...options }), config),
    fromRequest: (request) => {
      const known = { ...site, ...circumstancesOf(request) }
      const wishes = wishesOf(request)
      return {
        trackPageview: (options = {}) => told(send({ ...known, ...options }, { type: "pageview" }, wishes), config),
        trackEvent: ({ url = known.url, ...options }) =>
          told(send({ ...known, ...options, url }, customEvent(options), wishes), config),
      }
    },
  }
}

function siteOf({ host, websiteId }: ServerClientConfig) {
  return { host: host ?? hostOfEnvironment(), websiteId: websiteId ?? siteOfEnvironment() }
}

function told(sent: Promise<void>, { silent }: ServerClientConfig): Promise<void> {
  return silent === false ? sent : warned(sent)
}

/** Each by its full name, since bundlers put them in by that. */
function hostOfEnvironment(): string {
  const own = process.env.SPARKLYTICS_HOST ?? process.env.NEXT_PUBLIC_HITKEEP_HOST
  return own ?? process.env.NEXT_PUBLIC_SPARKLYTICS_HOST ?? ""
}

function siteOfEnvironment(): string {
  const own = process.env.SPARKLYTICS_WEBSITE_ID ?? process.env.NEXT_PUBLIC_HITKEEP_SITE
  return own ?? process.env.NEXT_PUBLIC_SPARKLYTICS_WEBSITE_ID ?? ""
}

/** A route handler that is also given a client of its request. */
export function withAnalytics<Context = unknown>(
  handler: (request: Request, analytics: BoundServerClient, context?: Context) => Response | Promise<Response>,
  config: WithAnalyticsConfig = {},
): (request: Request, context?: Context) => Promise<Response> {
  const client = createServerClient(config)
  return async (request, context) => {
    const isPageview = config.pageview ?? ["GET", "HEAD"].includes(request.method)
    const counted = isPageview ? countBeside(request, config) : Promise.resolve()
    const answer = await handler(request, client.fromRequest(request), context)
    await counted
    return answer
  }
}

/** A pageview of the request that a middleware sees: waits for a second at most. */
export function trackServerMiddleware(
  request: Request,
  options: Partial<OfClient<TrackServerPageviewOptions>> & { silent?: boolean | undefined } = {},
): Promise<void> {
  const { silent, ...pageview } = options
  return countBeside(request, { silent }, pageview)
}

type WaitUntil = (work: Promise<unknown>) => void

/** Nothing to wait for where the framework keeps the process until the work is done. */
function countBeside(
  request: Request,
  config: ServerClientConfig,
  pageview: Partial<OfClient<TrackServerPageviewOptions>> = {},
) {
  const sent = send(
    { ...siteOf(config), ...circumstancesOf(request), ...pageview },
    { type: "pageview" },
    wishesOf(request),
    BESIDE,
  )
  const waitUntil = waitUntilOfFramework()
  if (waitUntil) waitUntil(warned(sent))
  const counted = waitUntil ? Promise.resolve() : told(sent, config)
  counted.catch(() => {}) // whoever waits for it hears of it, also when the handler fails before
  return counted
}

/** Where Next.js and Vercel put it. */
function waitUntilOfFramework(): WaitUntil | undefined {
  const contexts = globalThis as { [name: symbol]: { get?(): { waitUntil?: WaitUntil } | undefined } | undefined }
  for (const name of ["@next/request-context", "@vercel/request-context"]) {
    const context = contexts[Symbol.for(name)]?.get?.()
    if (context?.waitUntil) return context.waitUntil.bind(context)
  }
  return undefined
}

function customEvent({ eventName, eventData }: Pick<TrackServerEventOptions, "eventName" | "eventData">) {
  return { type: "event", event_name: eventName, event_data: eventData } as const
}

/**
 * Stored once, and tried once more at once, since a connection that was idle may have been closed meanwhile; but not
 * after a try that took its time.
 */
async function send(
  options: TrackServerBaseOptions,
  what: Pick<BatchEvent, "type" | "event_name" | "event_data">,
  wishes: Headers,
  milliseconds = TIMEOUT,
): Promise<void> {
  if (!options.host) throw new TypeError("host is missing: the address of the analytics server")
  const { userAgent, ip } = options
  const headers = {
    ...wishes,
    ...(userAgent ? { "User-Agent": userAgent } : {}),
    ...(ip ? { "X-Forwarded-For": ip } : {}),
  }
  const route = {
    address: `${addressOf(options.host)}/api/collect`,
    headers: { "Content-Type": "application/json", ...headers },
    keepalive: false,
    timeout: milliseconds,
  }
  const body = toJson([present({ ...eventOf(options), ...what })])
  const began = Date.now()
  let answer = await post(route, body, milliseconds)
  const left = began + milliseconds - Date.now()
  const isWorthAnother = !isFinal(answer) && answer.retryAfter === undefined && left > milliseconds / 2
  if (isWorthAnother) answer = await post(route, body, left)
  if (answer.status < 200 || answer.status >= 300) throw new Error(`the event was not stored: ${answer.message}`)
}

function eventOf({ websiteId, url, referrer, language, userAgent, ip, visitorId, id }: TrackServerBaseOptions) {
  const isSomebody = visitorId || userAgent || ip
  return {
    website_id: websiteId,
    url,
    referrer,
    language,
    visitor_id: isSomebody ? visitorId : newId(),
    event_id: id || newId(),
  }
}

async function warned(sent: Promise<void>): Promise<void> {
  try {
    await sent
  } catch (error) {
    console.warn("@hitkeep-py/sdk:", error)
  }
}

/** The path without the host, which behind a proxy is not the visitor's. */
function circumstancesOf({ url, headers }: Request) {
  const header = (name: string) => headers.get(name) ?? undefined
  const { pathname, search } = new URL(url, "http://localhost")
  return {
    url: pathname + search,
    userAgent: header("user-agent"),
    ip: header("x-forwarded-for"), // all of it: whoever asks may have written its left
    referrer: header("referer"),
    language: header("accept-language"),
  }
}

function wishesOf({ headers }: Request): Headers {
  const found = WISHES.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? ""]] : []))
  return { ...Object.fromEntries(found), ...(headers.has(PREFETCH_OF_NEXT) ? { "sec-purpose": "prefetch" } : {}) }
}

export type { BatchEvent }
