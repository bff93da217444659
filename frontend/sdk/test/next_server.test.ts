import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import {
  createServerClient,
  trackServerEvent,
  trackServerMiddleware,
  trackServerPageview,
  withAnalytics,
} from "../src/next_server.js"
import { Receiver } from "./receiver.js"

let receiver: Receiver
const websiteId = "cm5x9yz1a0001"

beforeEach(async () => {
  receiver = await Receiver.start()
  vi.stubEnv("SPARKLYTICS_HOST", receiver.address)
  vi.stubEnv("SPARKLYTICS_WEBSITE_ID", websiteId)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await receiver.stop()
})

function asked(method = "GET", headers: Record<string, string> = {}): Request {
  return new Request("http://localhost:3000/shop?utm_source=news", { method, headers })
}

const BROWSER = {
  "user-agent": "Mozilla/5.0 Firefox/140.0",
  "x-forwarded-for": "198.51.100.7, 10.0.0.1",
  referer: "https://www.google.com/",
  "accept-language": "de-DE",
}

test("an event says what was said of it, and whose it is", async () => {
  await trackServerEvent({
    host: `${receiver.address}/`,
    websiteId,
    url: "/checkout",
    eventName: "purchase",
    eventData: { amount: 49.99, deep: { trial: false } },
    userAgent: "Mozilla/5.0",
    ip: "2001:db8::7",
    visitorId: "a3f8",
    id: "order-1",
  })
  const [{ path, headers, body }] = receiver.requests as [(typeof receiver.requests)[0]]
  expect(path).toBe("/api/collect")
  expect(headers).toMatchObject({ "user-agent": "Mozilla/5.0", "x-forwarded-for": "2001:db8::7" })
  expect(body).toEqual([
    {
      website_id: websiteId,
      type: "event",
      url: "/checkout",
      event_name: "purchase",
      event_data: { amount: 49.99, deep: { trial: false } },
      visitor_id: "a3f8",
      event_id: "order-1",
    },
  ])
})

test("what names nobody is a visitor of its own", async () => {
  const options = { host: receiver.address, websiteId, url: "/" }
  await trackServerPageview(options)
  await trackServerPageview(options)
  await trackServerPageview({ ...options, ip: "198.51.100.7" })
  const [first, second, third] = receiver.events.map(({ visitor_id }) => visitor_id)
  expect(first).toMatch(/^[0-9a-f]{32}$/)
  expect(second).not.toBe(first)
  expect(third).toBeUndefined()
})

test("a client of a request knows its page, browser, language, referrer and address", async () => {
  const analytics = createServerClient().fromRequest(asked("GET", BROWSER))
  await analytics.trackPageview()
  await analytics.trackEvent({ eventName: "viewed", url: "/virtual" })
  const [{ headers, body }] = receiver.requests as [(typeof receiver.requests)[0]]
  expect(headers).toMatchObject({ "user-agent": BROWSER["user-agent"], "x-forwarded-for": BROWSER["x-forwarded-for"] })
  expect(body[0]).toMatchObject({
    type: "pageview",
    url: "/shop?utm_source=news",
    referrer: BROWSER.referer,
    language: "de-DE",
  })
  expect(receiver.events[1]).toMatchObject({ event_name: "viewed", url: "/virtual", language: "de-DE" })
})

test("a request's wishes go along, and a page that is loaded ahead of time says so", async () => {
  const client = createServerClient()
  await client.fromRequest(asked("GET", { dnt: "1", "sec-gpc": "1" })).trackPageview()
  await client.fromRequest(asked("GET", { "next-router-prefetch": "1" })).trackPageview()
  expect(receiver.requests[0]?.headers).toMatchObject({ dnt: "1", "sec-gpc": "1" })
  expect(receiver.requests[1]?.headers).toMatchObject({ "sec-purpose": "prefetch" })
})

test("the site and the host may come from the page's names in the environment", async () => {
  vi.stubEnv("SPARKLYTICS_HOST", undefined)
  vi.stubEnv("SPARKLYTICS_WEBSITE_ID", undefined)
  vi.stubEnv("NEXT_PUBLIC_SPARKLYTICS_HOST", receiver.address)
  vi.stubEnv("NEXT_PUBLIC_HITKEEP_SITE", "site-1")
  await createServerClient({ silent: false }).trackPageview({ url: "/" })
  expect(receiver.events[0]).toMatchObject({ website_id: "site-1" })
})

test("what fails once is sent again at once, as the same event", async () => {
  receiver.replies = [{ status: 503 }]
  await trackServerPageview({ host: receiver.address, websiteId, url: "/" })
  const [first, second] = receiver.events
  expect(second.event_id).toBe(first.event_id)
})

test.each([
  [400, {}, 1],
  [500, {}, 2],
  [429, { "Retry-After": "1" }, 1],
])("what is answered %d is thrown by the functions alone", async (status, headers, times) => {
  receiver.judge = () => ({ status, headers, body: "no" })
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
  const options = { host: receiver.address, websiteId, url: "/" }
  await expect(trackServerEvent({ ...options, eventName: "a" })).rejects.toThrow(`${status} no`)
  expect(receiver.requests).toHaveLength(times)
  await createServerClient().trackPageview({ url: "/" })
  expect(warn).toHaveBeenCalledTimes(1)
  await expect(createServerClient({ silent: false }).trackPageview({ url: "/" })).rejects.toThrow(`${status}`)
  await expect(trackServerMiddleware(asked(), { silent: false })).rejects.toThrow(`${status}`)
  warn.mockRestore()
})

test("without a host nothing is sent and it is said", async () => {
  vi.stubEnv("SPARKLYTICS_HOST", undefined)
  await expect(createServerClient({ silent: false }).trackPageview({ url: "/" })).rejects.toThrow("host")
})

test("a middleware counts its request", async () => {
  await trackServerMiddleware(asked("GET", BROWSER), { url: "/virtual-page" })
  expect(receiver.events).toMatchObject([{ type: "pageview", url: "/virtual-page", website_id: websiteId }])
})

test.each([
  ["GET", undefined, ["pageview", "event"]],
  ["HEAD", undefined, ["pageview", "event"]],
  ["POST", undefined, ["event"]],
  ["POST", true, ["pageview", "event"]],
  ["GET", false, ["event"]],
])("a route handler for %s with pageview: %s sends %j", async (method, pageview, types) => {
  const handler = withAnalytics<{ id: string }>(
    async (request, analytics, context) => {
      await analytics.trackEvent({ eventName: "seen", eventData: { id: context?.id } })
      return new Response(request.method)
    },
    { pageview },
  )
  const answer = await handler(asked(method), { id: "7" })
  expect(await answer.text()).toBe(method)
  expect(receiver.events.map(({ type }) => type).sort()).toEqual([...types].sort())
  expect(receiver.events.find(({ type }) => type === "event")).toMatchObject({
    event_name: "seen",
    event_data: { id: "7" },
    url: expect.any(String),
  })
})

/** A server that takes connections and never answers. */
async function silent(): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  vi.stubEnv("SPARKLYTICS_HOST", `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return server
}

test.each([
  ["a middleware", () => trackServerMiddleware(asked("GET", BROWSER))],
  ["a route handler", () => withAnalytics(() => new Response("ok"))(asked("GET", BROWSER))],
])("%s waits for a server that does not answer for a second, once", async (_, run) => {
  const server = await silent()
  const requests: unknown[] = []
  server.on("request", (request) => requests.push(request))
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
  const began = performance.now()
  await run()
  const waited = performance.now() - began
  server.closeAllConnections()
  server.close()
  expect(waited).toBeGreaterThan(900)
  expect(waited).toBeLessThan(1900)
  expect(requests).toHaveLength(1)
  expect(warn).toHaveBeenCalledTimes(1)
  warn.mockRestore()
})

test("a route handler runs beside its pageview, and an error of its own stays the one that is thrown", async () => {
  const server = await silent()
  let runsAfter = Number.POSITIVE_INFINITY
  const began = performance.now()
  const handler = withAnalytics(
    () => {
      runsAfter = performance.now() - began
      throw new Error("of the application")
    },
    { silent: false },
  )
  await expect(handler(asked())).rejects.toThrow("of the application")
  server.closeAllConnections()
  server.close()
  expect(runsAfter).toBeLessThan(500)
})

test.each([
  "@next/request-context",
  "@vercel/request-context",
])("where %s keeps a process nobody waits", async (name) => {
  const server = await silent()
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
  const kept: Promise<unknown>[] = []
  const context = { waitUntil: (work: Promise<unknown>) => void kept.push(work) }
  Object.assign(globalThis, { [Symbol.for(name)]: { get: () => context } })
  const began = performance.now()
  await trackServerMiddleware(asked("GET", BROWSER), { silent: false })
  await withAnalytics(() => new Response("ok"))(asked("GET", BROWSER))
  const waited = performance.now() - began
  await Promise.all(kept)
  Reflect.deleteProperty(globalThis, Symbol.for(name))
  server.closeAllConnections()
  server.close()
  expect(kept).toHaveLength(2)
  expect(waited).toBeLessThan(500)
  expect(warn).toHaveBeenCalledTimes(2)
  warn.mockRestore()
})
