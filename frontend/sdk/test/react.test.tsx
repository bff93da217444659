// @vitest-environment happy-dom
import { act, type ReactNode, StrictMode, useState } from "react"
import { createRoot, type Root } from "react-dom/client"
import { renderToString } from "react-dom/server"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type BrowserClient, createClient } from "../src/index.js"
import { SparklyticsEvent, SparklyticsProvider, useSparklytics } from "../src/next.js"
import { type Analytics, AnalyticsProvider, TrackEvent, useAnalytics } from "../src/react.js"
import { Receiver, visit } from "./receiver.js"

let receiver: Receiver
let client: BrowserClient
let root: Root
const place = document.createElement("div")

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

beforeEach(async () => {
  receiver = await Receiver.start()
  client = createClient({ host: receiver.address, site: "example.com", interval: 10 })
  localStorage.clear()
  document.body.replaceChildren(place)
  root = createRoot(place)
})

afterEach(async () => {
  await act(async () => root.unmount())
  await client.close(0)
  await receiver.stop()
})

async function show(content: ReactNode): Promise<void> {
  await act(async () => root.render(content))
}

async function provided(content: ReactNode): Promise<void> {
  await show(
    <AnalyticsProvider client={client} auto={false}>
      {content}
    </AnalyticsProvider>,
  )
}

async function click(selector: string): Promise<void> {
  await act(async () => document.querySelector<HTMLElement>(selector)?.click())
}

async function sent(): Promise<[string, unknown][]> {
  await client.flush()
  return receiver.events.map(({ k, n, p }) => [n ?? k, p])
}

// The component of Sparklytics' document, word for word.
function PricingCard() {
  const { track } = useSparklytics()
  return (
    <button type="button" onClick={() => track("plan_selected", { plan: "pro" })}>
      Get Pro
    </button>
  )
}

function Counter() {
  const [count, setCount] = useState(0)
  return (
    <TrackEvent name="clicked">
      <button type="button" className="own" onClick={() => setCount(count + 1)}>
        {count}
      </button>
    </TrackEvent>
  )
}

let analytics: Analytics | undefined

function Watcher() {
  analytics = useSparklytics()
  return null
}

function Buttons() {
  const { track } = useAnalytics()
  return (
    <TrackEvent name="a">
      <button type="button" onClick={() => track("b")}>
        Go
      </button>
    </TrackEvent>
  )
}

test("the hook of Sparklytics' document tracks", async () => {
  await provided(<PricingCard />)
  await click("button")
  expect(await sent()).toEqual([["plan_selected", { plan: "pro" }]])
})

test("the component of Sparklytics' document tracks, without an element of its own", async () => {
  await provided(
    <SparklyticsEvent name="demo_request" data={{ source: "pricing" }}>
      <button type="button">Request Demo</button>
    </SparklyticsEvent>,
  )
  expect(place.innerHTML).toBe('<button type="button">Request Demo</button>')
  await click("button")
  expect(await sent()).toEqual([["demo_request", { source: "pricing" }]])
})

test("the child keeps its own handler and its props", async () => {
  await provided(<Counter />)
  await click("button.own")
  await click("button.own")
  expect(place.textContent).toBe("2")
  expect(await sent()).toHaveLength(2)
})

test("a text or several children get an element that takes no space", async () => {
  await provided(
    <TrackEvent name="either">
      <i>one</i>
      <b>two</b>
    </TrackEvent>,
  )
  expect(place.querySelector("span")?.style.display).toBe("contents")
  await click("i")
  await click("b")
  expect(await sent()).toHaveLength(2)
})

test("other events than clicks can be the trigger", async () => {
  await provided(
    <TrackEvent name="contact" trigger="submit">
      <form onSubmit={(event) => event.preventDefault()}>
        <button type="submit">Send</button>
      </form>
    </TrackEvent>,
  )
  await click("button")
  expect(await sent()).toEqual([["contact", undefined]])
})

test("a provider counts each page once, in strict mode too", async () => {
  visit("http://example.com/one")
  await show(
    <StrictMode>
      <AnalyticsProvider client={client}>
        <p>page</p>
      </AnalyticsProvider>
    </StrictMode>,
  )
  history.pushState({}, "", "/two")
  await client.flush()
  expect(receiver.events.map(({ k, u }) => [k, new URL(u).pathname])).toEqual([
    ["p", "/one"],
    ["p", "/two"],
  ])
})

test("a provider makes its client from its options, by Sparklytics' names too", async () => {
  await show(
    <SparklyticsProvider host={receiver.address} websiteId="cm5x9yz1a0001">
      <Watcher />
    </SparklyticsProvider>,
  )
  await analytics?.flush()
  expect(receiver.requests[0]?.body).toMatchObject({ s: "cm5x9yz1a0001", e: [{ k: "p" }] })
})

test("without a provider the page's script is used, if it is there", async () => {
  const calls: unknown[][] = []
  const hear =
    (name: string) =>
    (...call: unknown[]) =>
      void calls.push([name, ...call])
  await show([<PricingCard key="card" />, <Watcher key="watcher" />])
  await click("button")
  expect([analytics?.pageview(), analytics?.identify("user_1")]).toEqual([false, false])
  Object.assign(globalThis, { hk: { track: hear("track"), identify: hear("identify"), reset: hear("reset") } })
  await click("button")
  expect(analytics?.track("sale", { items: 2 }, { revenue: 49.99, currency: "EUR", interactive: false })).toBe(true)
  analytics?.pageview("/virtual", { title: "Virtual", props: { tab: 1 } })
  analytics?.identify("user_1", { plan: "pro" })
  analytics?.reset()
  Reflect.deleteProperty(globalThis, "hk")
  expect(calls).toEqual([
    ["track", { name: "plan_selected", data: { plan: "pro" } }],
    ["track", { name: "sale", data: { items: 2 }, revenue: { amount: 49.99, currency: "EUR" }, interactive: false }],
    ["track", { url: "/virtual", title: "Virtual", data: { tab: 1 } }],
    ["identify", "user_1", { plan: "pro" }],
    ["reset"],
  ])
})

test("a server renders it and sends nothing", async () => {
  const html = renderToString(
    <AnalyticsProvider host={receiver.address}>
      <Buttons />
    </AnalyticsProvider>,
  )
  expect(html).toBe('<button type="button">Go</button>')
  expect(receiver.requests).toHaveLength(0)
})
