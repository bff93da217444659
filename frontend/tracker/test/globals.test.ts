// @vitest-environment happy-dom
import { expect, test, vi } from "vitest"
import { load, page, pass, server, visit } from "./page"

const QUIET = { "data-auto": "false" }

const calls: [string, () => unknown, object][] = [
  ["hk.event", () => page.hk.event("a", { b: 1 }), { c: "hk", n: "a", p: { b: 1 } }],
  ["sparklytics.track", () => page.sparklytics.track("a", { b: [1] }), { c: "sparklytics", n: "a", p: { b: [1] } }],
  [
    "clickport.track",
    () => page.clickport.track("Donation", null, { amount: 25 }),
    { c: "clickport", n: "Donation", p: null, $: { amount: 25 } },
  ],
  [
    "grademypage.track",
    () => page.grademypage.track("feature_used", { eventName: "pdf_export", eventData: { pages: 12 } }),
    { c: "grademypage", n: "feature_used", en: "pdf_export", p: { pages: 12 } },
  ],
  ["grademypage.track alone", () => page.grademypage.track("video_played"), { c: "grademypage", n: "video_played" }],
  [
    "grademypage.trackConversion",
    () => page.grademypage.trackConversion("signup", { eventData: { plan: "pro" } }),
    { c: "grademypage", n: "conversion", en: "signup", p: { plan: "pro" } },
  ],
  [
    "plausible",
    () => page.plausible("Purchase", { props: { a: 1 }, revenue: { amount: 5, currency: "EUR" }, u: "/virtual" }),
    { c: "plausible", n: "Purchase", p: { a: 1 }, $: { amount: 5, currency: "EUR" }, u: "http://shop.test/virtual" },
  ],
  [
    "plausible of what the visitor did nothing for",
    () => page.plausible("Seen", { interactive: false }),
    { c: "plausible", n: "Seen", q: false },
  ],
  [
    "hk.track of an object",
    () => page.hk.track({ name: "buy", data: { a: 1 }, revenue: { amount: 5 }, interactive: false, url: "/virtual" }),
    { c: "hk", n: "buy", p: { a: 1 }, $: { amount: 5 }, q: false, u: "http://shop.test/virtual" },
  ],
  ["umami.track", () => page.umami.track("buy", { color: "red" }), { c: "umami", n: "buy", p: { color: "red" } }],
  [
    "umami.track of an object",
    () => page.umami.track({ url: "/home", title: "Home", name: "seen", data: { a: 1 } }),
    { c: "umami", n: "seen", p: { a: 1 }, u: "http://shop.test/home", t: "Home" },
  ],
  [
    "umami.track of a function",
    () => page.umami.track((props: object) => ({ ...props, name: "seen" })),
    { c: "umami", n: "seen", u: "http://shop.test/" },
  ],
]

test.each(calls)("%s", async (_, call, event) => {
  await load(QUIET)
  call()
  await pass()
  expect(server.events()).toHaveLength(1)
  expect(server.events()[0]).toMatchObject(event)
})

test("umami.track() is a pageview", async () => {
  await load(QUIET)
  page.umami.track()
  await pass()
  expect(server.events()).toHaveLength(1)
  expect(server.events()[0]).not.toHaveProperty("n")
})

test("who is identified is named in all events until reset, also on the next page", async () => {
  await load(QUIET)
  page.sparklytics.identify("user_1")
  page.hk.event("a")
  expect(localStorage.getItem("hk_user")).toBe("user_1")
  page.sparklytics.reset()
  page.hk.event("b")
  await pass()
  expect(server.events()).toHaveLength(3)
  expect(server.events().map((each) => [each.k, each.d])).toEqual([
    ["d", "user_1"],
    [undefined, "user_1"],
    [undefined, undefined],
  ])
  expect(localStorage.getItem("hk_user")).toBeNull()
})

test("what Umami says of a user goes with the identification", async () => {
  await load(QUIET)
  page.umami.identify("user_1", { plan: "pro" })
  page.umami.identify({ plan: "free" })
  page.umami.identify({ id: "user_2", plan: "max" })
  page.umami.track("after")
  page.umami.identify(null)
  await pass()
  expect(server.events().map((each) => [each.d, each.p])).toEqual([
    ["user_1", { plan: "pro" }],
    ["user_1", { plan: "free" }],
    ["user_2", { id: "user_2", plan: "max" }],
    ["user_2", undefined],
    ["user_2", null],
  ])
})

test("Plausible's callback comes, also where nothing is counted", async () => {
  visit("http://localhost/")
  await load(QUIET)
  let calls = 0
  page.plausible("Signup", {
    callback: () => {
      calls += 1
    },
  })
  await pass()
  expect([calls, server.events()]).toEqual([1, []])
})

test("calls that were made before are made, in order, by Plausible's own snippet and by ours", async () => {
  page.plausible = (...given: unknown[]) => {
    page.plausible.q = page.plausible.q || []
    page.plausible.q.push(given)
  }
  page.plausible("Signup", { props: { plan: "pro" } })
  page.hk = { q: [["event", "first", { a: 1 }]] }
  page.grademypage = { q: [["trackConversion", "signup"], ["nothing of ours"]] }
  await load(QUIET)
  await pass()
  expect(server.names()).toEqual(["conversion", "Signup", "first"])
})

test("who kept a stub goes on calling it", async () => {
  const q: unknown[][] = []
  page.sparklytics = { q, track: (...given: unknown[]) => q.push(["track", ...given]) }
  const { track } = page.sparklytics
  await load(QUIET)
  track("later")
  await pass()
  expect(server.names()).toEqual(["later"])
})

test("an early call that cannot be made ends no other", async () => {
  const broken = () => {
    throw new Error("of the page")
  }
  page.umami = { q: [["track", broken], ["length"], ["nothing of ours"], 5, ["track", "later"]] }
  page.hk = { q: [["event", "last"]] }
  await load(QUIET)
  await pass()
  expect(server.names()).toEqual(["later", "last"])
  expect(page.plausible.track).toBeTypeOf("function")
})

test("a second script does nothing", async () => {
  await load()
  const { hk } = page
  await load()
  expect(page.hk).toBe(hk)
  await pass()
  expect(server.events()).toHaveLength(1)
})

const fail = (): never => {
  throw new Error("of the page")
}

test("a callback that throws takes nothing with it", async () => {
  await load(QUIET)
  page.plausible("Signup", { callback: fail })
  page.plausible("later", { callback: "no function" })
  await pass()
  expect(server.names()).toEqual(["Signup", "later"])
})

test("who identifies while the store is full is sent", async () => {
  vi.stubGlobal("localStorage", new Proxy({}, { set: fail }))
  await load(QUIET)
  page.hk.identify("user_1")
  await pass()
  expect(server.events().map((each) => [each.k, each.d])).toEqual([["d", "user_1"]])
})

test("what a page cannot have meant does not break it", async () => {
  await load(QUIET)
  const endless: Record<string, unknown> = {}
  endless.self = endless
  const broken = Object.defineProperty({}, "name", { get: fail, enumerable: true })
  page.hk.event("endless", endless)
  page.hk.event("big", { n: 1n })
  page.plausible("none", null)
  page.umami.track(null)
  page.grademypage.trackConversion()
  page.umami.track(() => fail())
  page.grademypage.track("getter", broken)
  page.grademypage.trackConversion("getter", broken)
  await pass()
  expect(server.names()).toContain("none")
})
