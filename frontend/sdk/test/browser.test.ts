// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { type BrowserClient, type BrowserOptions, createClient, type DeliveryError } from "../src/index.js"
import { eventually, Receiver, visit } from "./receiver.js"

let receiver: Receiver
let told: DeliveryError[]
const clients: BrowserClient[] = []

beforeEach(async () => {
  receiver = await Receiver.start()
  told = []
  localStorage.clear()
  visit("http://example.com/pricing?utm_source=news")
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close(0)))
  await receiver.stop()
})

function made(options: Partial<BrowserOptions> = {}): BrowserClient {
  const onError = (error: DeliveryError) => void told.push(error)
  const client = createClient({ host: receiver.address, site: "example.com", interval: 10, onError, ...options })
  clients.push(client)
  return client
}

function ask(name: "doNotTrack" | "globalPrivacyControl", value: unknown): void {
  Object.defineProperty(navigator, name, { value, configurable: true })
}

test("an event is of its site and page", async () => {
  const client = made()
  document.title = "Prices"
  expect(client.track("plan selected", { plan: "pro" }, { revenue: 9.5, currency: "EUR" })).toBe(true)
  expect(await client.flush()).toBe(true)
  const [{ path, headers, body }] = receiver.requests as [(typeof receiver.requests)[0]]
  expect(path).toBe("/ingest/batch")
  expect(headers["content-type"]).toMatch(/^text\/plain/)
  expect(headers.authorization).toBeUndefined()
  expect(body.s).toBe("example.com")
  expect(body.e[0]).toMatchObject({
    k: "e",
    n: "plan selected",
    p: { plan: "pro" },
    u: "http://example.com/pricing?utm_source=news",
    t: "Prices",
    $: { amount: 9.5, currency: "EUR" },
    w: [screen.width, screen.height, innerWidth],
  })
  expect(body.e[0].i).toMatch(/^[0-9a-f]{32}$/)
  expect(body.e[0].a).toBeGreaterThanOrEqual(0)
})

test("an event that its visitor did nothing for says so", async () => {
  const client = made()
  client.track("banner shown", {}, { interactive: false })
  client.track("clicked", {}, { interactive: true })
  await client.flush()
  expect(receiver.events.map(({ q }) => q)).toEqual([false, true])
})

test("an event tells its age, so that it keeps its time when it is sent later", async () => {
  receiver.replies = [{ status: 503, headers: { "Retry-After": "1" } }]
  const client = made()
  client.track("signup")
  await eventually(() => receiver.requests.length === 2)
  const [first, second] = receiver.events
  expect(second.i).toBe(first.i)
  expect(second.a - first.a).toBeGreaterThanOrEqual(900)
})

test("a router's pages are counted, each once, with the last one as referrer", async () => {
  const client = made()
  const stop = client.followPages()
  history.pushState({}, "", "/about")
  history.pushState({}, "", "/about#team")
  history.replaceState({}, "", "/contact")
  stop()
  history.pushState({}, "", "/later")
  const again = client.followPages()
  again()
  await client.flush()
  const pages = receiver.events.map(({ k, u, r }) => [k, new URL(u).pathname, r && new URL(r).pathname])
  expect(pages).toEqual([
    ["p", "/pricing", undefined],
    ["p", "/about", "/pricing"],
    ["p", "/contact", "/about"],
    ["p", "/later", "/contact"],
  ])
})

test("a component that is shown again on the same page counts it once", async () => {
  const client = made()
  client.followPages()()
  client.followPages()()
  await client.flush()
  expect(receiver.events).toHaveLength(1)
})

test("a page's address may be given as a path", async () => {
  const client = made()
  client.pageview("/products/7")
  await client.flush()
  expect(receiver.events[0].u).toBe("http://example.com/products/7")
})

test("who identified is the user of later events, also on later pages, until reset", async () => {
  const client = made()
  client.identify("user_1", { plan: "pro" })
  client.track("signup")
  const later = made()
  await client.flush()
  later.track("renewal")
  later.reset()
  later.track("anonymous")
  await later.flush()
  expect(receiver.events.map(({ k, n, d }) => [k, n, d])).toEqual([
    ["d", undefined, "user_1"],
    ["e", "signup", "user_1"],
    ["e", "renewal", "user_1"],
    ["e", "anonymous", undefined],
  ])
  expect(localStorage.getItem("hk_user")).toBeNull()
})

test.each([
  ["doNotTrack", "1", null],
  ["globalPrivacyControl", true, undefined],
] as const)("nothing is counted when the browser asks so by %s, unless told otherwise", async (name, value, usual) => {
  ask(name, value)
  const [client, other] = [made(), made({ ignoreDnt: true })]
  expect(client.track("signup")).toBe(false)
  expect(other.track("signup")).toBe(true)
  await other.flush()
  client.identify("user_1")
  client.reset()
  expect(localStorage.getItem("hk_user")).toBeNull()
  ask(name, usual)
  expect(receiver.events).toHaveLength(1)
  expect(localStorage).toHaveLength(0)
})

test("a disabled client does nothing", () => {
  const client = made({ disabled: true })
  expect(client.track("signup")).toBe(false)
  expect(client.identify("user_1")).toBe(false)
  expect(localStorage).toHaveLength(0)
  client.followPages()()
  expect(client.counts).toMatchObject({ lost: 0, waiting: 0 })
})

test("what was not delivered when the page is left goes first on the next page, with the same id", async () => {
  receiver.judge = () => ({ status: 503 })
  const left = made({ interval: 60_000 })
  left.track("offline action")
  dispatchEvent(new Event("pagehide"))
  await eventually(() => receiver.requests.length > 0)
  await left.close(0)
  receiver.judge = () => undefined
  const { i } = receiver.events[0]
  receiver.requests.length = 0
  const next = made()
  next.track("next")
  await next.flush()
  expect(receiver.events.map(({ n }) => n)).toEqual(["offline action", "next"])
  expect(receiver.events[0].i).toBe(i)
  expect(localStorage).toHaveLength(0)
})

interface Kept {
  id: string
  at: number
  body: string
}

/** By the name under which it is kept, the oldest first. */
function kept(): [string, Kept][] {
  const names = Object.keys(localStorage).filter((name) => name.startsWith("hk_sdk_queue"))
  const found = names.map((name): [string, Kept] => [name, JSON.parse(localStorage.getItem(name) ?? "")])
  return found.sort(([, one], [, other]) => number(one) - number(other))
}

function number({ body }: Kept): number {
  return JSON.parse(body).p.number
}

test("what is kept is at most 100 events, 60 KB and 7 days old", async () => {
  const client = made({ host: "http://127.0.0.1:9", queueEvents: 1000 })
  for (let number = 0; number < 300; number += 1) client.track("step", { number, text: "x".repeat(1000) })
  await client.close(0)
  const found = kept()
  expect(found.map(([, event]) => JSON.stringify(event)).join("").length).toBeLessThanOrEqual(60_000)
  expect(found.length).toBeGreaterThan(40)
  expect(number((found.at(-1) as [string, Kept])[1])).toBe(299)
  for (const [name, event] of found.slice(1)) {
    localStorage.setItem(name, JSON.stringify({ ...event, at: Date.now() - 8 * 86_400_000 }))
  }
  const next = made({ host: "http://127.0.0.1:9" })
  next.track("next")
  expect(next.counts.waiting).toBe(2)
  expect(kept()).toHaveLength(1)
})

test("of many small events the last 100 are kept, in order", async () => {
  const client = made({ host: "http://127.0.0.1:9" })
  for (let number = 0; number < 130; number += 1) client.track("step", { number })
  await client.close(0)
  receiver.requests.length = 0
  const next = made({ host: "http://127.0.0.1:9" })
  next.track("step", { number: 130 })
  expect(next.counts.waiting).toBe(101)
  expect(kept().map(([, event]) => number(event))).toEqual(Array.from({ length: 100 }, (_, place) => 30 + place))
})

test("tabs that are left at once keep the events of both", async () => {
  receiver.judge = () => ({ status: 503 })
  const tabs = [made({ interval: 60_000 }), made({ interval: 60_000 })]
  tabs.forEach((tab, number) => void tab.track("in a tab", { number }))
  tabs.forEach((tab, number) => void tab.track("later", { number }))
  dispatchEvent(new Event("pagehide"))
  expect(kept()).toHaveLength(4)
  await Promise.all(tabs.map((tab) => tab.close(0)))
  receiver.judge = () => undefined
  receiver.requests.length = 0
  const next = made()
  next.track("next", { number: 2 })
  await next.flush()
  expect(receiver.events.map(({ n }) => n).sort()).toEqual(["in a tab", "in a tab", "later", "later", "next"])
  expect(localStorage).toHaveLength(0)
})

/** As a browser does when no room is left. */
function fill(): void {
  const { localStorage: found } = globalThis
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => found.getItem(name),
    removeItem: (name: string) => found.removeItem(name),
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError")
    },
  })
}

test("who identified while localStorage is full is known as long as the page is there", async () => {
  localStorage.setItem("hk_user", "user_0")
  const client = made()
  fill()
  client.identify("user_1")
  client.track("signup")
  await client.flush()
  vi.unstubAllGlobals()
  expect(receiver.events.map(({ d }) => d)).toEqual(["user_1", "user_1"])
  expect(localStorage.getItem("hk_user")).toBeNull()
  client.reset()
  client.track("anonymous")
  await client.flush()
  expect(receiver.events.at(-1).d).toBeUndefined()
})

test("with storage none nothing is kept", async () => {
  const client = made({ host: "http://127.0.0.1:9", storage: "none" })
  client.identify("user_1")
  dispatchEvent(new Event("pagehide"))
  await client.close(100)
  expect(localStorage).toHaveLength(0)
  expect(client.counts.lost).toBe(1)
})

test("storage that holds something else, or is blocked, hurts nothing", async () => {
  localStorage.setItem(`hk_sdk_queue ${receiver.address} example.com x`, '[1,{"id":2},null')
  const client = made()
  expect(client.track("signup")).toBe(true)
  expect(await client.flush()).toBe(true)
})

test("an event refused by the server is told and not kept", async () => {
  receiver.replies = [{ status: 404, body: "no site has this id" }]
  const client = made()
  client.track("signup")
  await client.flush()
  expect(told).toMatchObject([{ kept: false }])
  expect(localStorage).toHaveLength(0)
})

test("batches have at most 50 events and stay below what may outlive a page", async () => {
  const client = made()
  for (let number = 0; number < 120; number += 1) client.track("step", { text: "x".repeat(2000) })
  await client.flush()
  expect(receiver.events).toHaveLength(120)
  for (const { body } of receiver.requests) expect(JSON.stringify(body).length).toBeLessThan(64_000)
})
