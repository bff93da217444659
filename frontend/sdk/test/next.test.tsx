// @vitest-environment happy-dom
import { act, type ReactNode } from "react"
import { createRoot, type Root } from "react-dom/client"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type BrowserClient, createClient } from "../src/index.js"
import {
  identify,
  reset,
  type SparklyticsHook,
  SparklyticsProvider,
  Track,
  TrackedLink,
  type TrackedLinkProps,
  usePageview,
  useSparklytics,
} from "../src/next.js"
import { eventually, Receiver, visit } from "./receiver.js"

declare module "../src/next.js" {
  interface SparklyticsEvents {
    checkout_started: { cart_value: number }
  }
}

let receiver: Receiver
let root: Root
let analytics: SparklyticsHook
let client: BrowserClient | undefined
const place = document.createElement("div")

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

beforeEach(async () => {
  receiver = await Receiver.start()
  localStorage.clear()
  document.body.replaceChildren(place)
  visit("http://example.com/one")
  root = createRoot(place)
})

afterEach(async () => {
  await act(async () => root.unmount())
  Reflect.deleteProperty(globalThis, "next")
  await client?.close(0)
  client = undefined
  await receiver.stop()
})

function Watcher() {
  analytics = useSparklytics()
  return null
}

async function show(content: ReactNode, options: object = {}): Promise<void> {
  client ??= createClient({ host: receiver.address, site: "cm5x9yz1a0001", interval: 1, ...options })
  await act(async () =>
    root.render(
      <SparklyticsProvider client={client} auto={false} {...options}>
        <Watcher />
        {content}
      </SparklyticsProvider>,
    ),
  )
}

async function sent(): Promise<[string, unknown][]> {
  await analytics.flush()
  return receiver.events.map(({ k, n, p }) => [n ?? k, p])
}

async function click(selector: string, options: MouseEventInit = {}): Promise<boolean> {
  let goesOn = true
  const press = new MouseEvent("click", { bubbles: true, cancelable: true, ...options })
  await act(async () => {
    goesOn = document.querySelector(selector)?.dispatchEvent(press) ?? false
  })
  return goesOn
}

test("Track tracks what its child is asked to and leaves it its handler", async () => {
  const calls: string[] = []
  await show(
    <Track event="field_reached" data={{ form: "contact" }} trigger="focus">
      <input onFocus={() => calls.push("own")} />
    </Track>,
  )
  await act(async () => document.querySelector("input")?.focus())
  expect(calls).toEqual(["own"])
  expect(await sent()).toEqual([["field_reached", { form: "contact" }]])
})

test("events that are declared take their own properties, others any", async () => {
  await show(null)
  analytics.track("checkout_started", { cart_value: 49.99 })
  // @ts-expect-error: a text is no amount
  analytics.track("checkout_started", { cart_value: "much" })
  // @ts-expect-error: without what was declared
  analytics.track("checkout_started")
  analytics.track("something_new", { anything: true })
  analytics.track("nothing_said")
  expect((await sent()).map(([name]) => name)).toEqual([
    ...Array(3).fill("checkout_started"),
    "something_new",
    "nothing_said",
  ])
})

test("a user told outside of components is in what is sent from then on, until it is forgotten", async () => {
  await show(null)
  analytics.track("before")
  identify("user_1")
  analytics.track("during")
  analytics.pageview("/products/7")
  reset()
  analytics.track("after")
  await sent()
  expect(receiver.events.map(({ d }) => d)).toEqual([undefined, "user_1", "user_1", undefined])
  expect(receiver.events[2].u).toBe("http://example.com/products/7")
})

test.each([
  { storage: "none" },
  { disabled: true },
])("a user told outside of components is not stored with %o", async (options) => {
  await show(null, options)
  analytics.track("before")
  identify("user_1")
  analytics.track("during")
  expect(localStorage).toHaveLength(0)
  await sent()
  expect(receiver.events.map(({ d }) => d)).toEqual("storage" in options ? [undefined, "user_1"] : [])
  reset()
})

test("a user told outside of components is not stored where the browser asks not to be tracked", async () => {
  Object.defineProperty(navigator, "globalPrivacyControl", { value: true, configurable: true })
  await show(null)
  identify("user_1")
  analytics.track("during")
  expect(localStorage).toHaveLength(0)
  Reflect.deleteProperty(navigator, "globalPrivacyControl")
  reset()
})

test("a user told before anything was sent is the user of the first event", async () => {
  await show(null)
  identify("user_1")
  analytics.track("first")
  await sent()
  expect(receiver.events.map(({ d }) => d)).toEqual(["user_1"])
  expect(localStorage.getItem("hk_user")).toBe("user_1")
  reset()
})

function Counted() {
  usePageview({ host: receiver.address, websiteId: "cm5x9yz1a0001" })
  return null
}

test("usePageview counts each page without a provider", async () => {
  await act(async () => root.render(<Counted />))
  history.pushState({}, "", "/two")
  history.replaceState({}, "", "/three")
  dispatchEvent(new Event("pagehide"))
  await eventually(() => receiver.events.length === 3)
  expect(receiver.requests[0]?.body.s).toBe("cm5x9yz1a0001")
  expect(receiver.events.map(({ k, u }) => [k, new URL(u).pathname])).toEqual([
    ["p", "/one"],
    ["p", "/two"],
    ["p", "/three"],
  ])
})

test("links are told where they lead", async () => {
  const stay = (event: { preventDefault(): void }) => event.preventDefault()
  await show(
    <nav onClick={stay} onKeyDown={stay}>
      <a id="inner" href="/pricing?plan=pro#top">
        <b id="within">View</b> our prices
      </a>
      <a id="outer" href="https://elsewhere.example/x">
        {" "}
      </a>
      <a id="mail" href="mailto:a@example.com">
        Mail
      </a>
      <a id="anchor" href="#part">
        Part
      </a>
    </nav>,
    { trackLinks: true },
  )
  for (const each of ["#within", "#outer", "#mail", "#anchor", "nav"]) await click(each)
  expect(await sent()).toEqual([
    ["link_click", { href: "/pricing?plan=pro#top", text: "View our prices" }],
    ["link_click", { href: "https://elsewhere.example/x", external: true }],
    ["link_click", { href: "mailto:a@example.com", text: "Mail", external: true }],
  ])
  await show(null)
  await click("a")
  expect(await sent()).toHaveLength(3)
})

test("only links to elsewhere are told when only these are wanted", async () => {
  await show(
    <p>
      <a id="inner" href="/pricing" onClick={(event) => event.preventDefault()}>
        Prices
      </a>
      <a id="outer" href="https://elsewhere.example/" onClick={(event) => event.preventDefault()}>
        Else
      </a>
    </p>,
    { trackLinks: "outbound" },
  )
  await click("#inner")
  await click("#outer")
  expect((await sent()).map(([, props]) => (props as { href: string }).href)).toEqual(["https://elsewhere.example/"])
})

function scroll(percent: number): void {
  Object.defineProperty(document.documentElement, "scrollHeight", { value: innerHeight + 1000, configurable: true })
  Object.defineProperty(window, "scrollY", { value: percent * 10, configurable: true })
  dispatchEvent(new Event("scroll"))
}

test.each([
  [true, [25, 50, 75, 100, 25]],
  [
    [33, 66],
    [33, 66],
  ],
])("each depth of %j is told once a page", async (trackScrollDepth, depths) => {
  await show(null, { trackScrollDepth })
  for (const percent of [10, 60, 40, 60, 100]) scroll(percent)
  await show(<p>again</p>, { trackScrollDepth: Array.isArray(trackScrollDepth) ? [...trackScrollDepth] : true })
  scroll(100)
  history.pushState({}, "", "/two")
  scroll(30)
  expect((await sent()).map(([name, props]) => [name, (props as { depth: number }).depth])).toEqual(
    depths.map((depth) => ["scroll_depth", depth]),
  )
})

test("forms that are sent are told, without what was typed", async () => {
  await show(
    <form id="contact" name="letter" action="/send" onSubmit={(event) => event.preventDefault()}>
      <input name="id" defaultValue="secret" />
    </form>,
    { trackForms: true },
  )
  const form = document.querySelector("form")
  await act(async () => form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })))
  expect(await sent()).toEqual([
    ["form_submit", { form_id: "contact", form_name: "letter", action: "http://example.com/send" }],
  ])
})

interface Went {
  way: string
  to: unknown[]
}

function routed(appDir: boolean): Went[] {
  const went: Went[] = []
  const way =
    (name: string) =>
    (...to: unknown[]) =>
      void went.push({ way: name, to })
  Object.assign(globalThis, { next: { appDir, router: { push: way("push"), replace: way("replace") } } })
  return went
}

async function link(options: Partial<TrackedLinkProps>): Promise<void> {
  await show(
    <TrackedLink href="/pricing" className="own" {...options}>
      Prices
    </TrackedLink>,
  )
}

test("a tracked link tells where it leads and goes through the router", async () => {
  const went = routed(true)
  await link({ eventName: "cta", eventData: { place: "hero" } })
  expect(place.innerHTML).toBe('<a class="own" href="/pricing">Prices</a>')
  expect(await click("a")).toBe(false)
  expect(went).toEqual([{ way: "push", to: ["/pricing"] }])
  expect(await sent()).toEqual([["cta", { href: "/pricing", place: "hero" }]])
})

test.each([
  [true, ["/pricing", { scroll: false }]],
  [false, ["/pricing", undefined, { scroll: false }]],
])("a tracked link may replace the page and stay where it was scrolled (appDir: %s)", async (appDir, to) => {
  const went = routed(appDir)
  await link({ replace: true, scroll: false })
  await click("a")
  expect(went).toEqual([{ way: "replace", to }])
})

test("a tracked link to an object has its address, and is told by its path", async () => {
  await link({ href: { pathname: "/products", query: { id: 42, tag: ["a", "b"] }, hash: "top" }, onClick: prevent })
  expect(document.querySelector("a")?.getAttribute("href")).toBe("/products?id=42&tag=a&tag=b#top")
  await click("a")
  expect(await sent()).toEqual([["link_click", { href: "/products" }]])
})

test.each<[string, Partial<TrackedLinkProps>, MouseEventInit]>([
  ["with a key for a new tab", {}, { ctrlKey: true }],
  ["with another button", {}, { button: 1 }],
  ["for another tab", { target: "_blank" }, {}],
  ["to another site", { href: "https://elsewhere.example/" }, {}],
  ["to a download", { download: true }, {}],
  ["that its own handler has stopped", { onClick: prevent }, {}],
])("a click %s is tracked and left to the browser", async (_, options, press) => {
  const went = routed(true)
  await link(options)
  place.addEventListener("click", (event) => event.preventDefault(), { once: true })
  await click("a", press)
  expect(went).toEqual([])
  expect(await sent()).toHaveLength(1)
})

test("without a router a tracked link is a link", async () => {
  await link({})
  const stopped: boolean[] = []
  document.body.addEventListener("click", (event) => stopped.push(event.defaultPrevented) && event.preventDefault(), {
    once: true,
  })
  await click("a")
  expect(stopped).toEqual([false])
})

function prevent(event: { preventDefault(): void }): void {
  event.preventDefault()
}
