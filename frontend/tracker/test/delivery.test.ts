// @vitest-environment happy-dom
import { expect, test, vi } from "vitest"
import { load, page, pass, server, tag } from "./page"

const DAY = 864e5
const QUIET = { "data-auto": "false" }

const stored = (): string[] => Object.keys(localStorage).filter((key) => key.startsWith("hk_queue"))

/** An event that an earlier page has left behind. */
const leave = (age: number, name: string, site = ""): void => {
  const i = `${Date.now() - age}-1.5`
  localStorage.setItem(`hk_queue${server.address}/${site} ${i}`, JSON.stringify({ i, n: name }))
}

test("an event is stored until the server has it", async () => {
  await load(QUIET)
  page.hk.event("signup", { plan: "pro" })
  expect(stored()).toHaveLength(1)
  await pass()
  expect(stored()).toEqual([])
  expect(server.events()).toMatchObject([{ n: "signup", p: { plan: "pro" }, u: "http://shop.test/" }])
})

test("an event in a browser that stores nothing is sent, too", async () => {
  await load({ ...QUIET, "data-storage": "none" })
  page.hk.event("signup")
  expect(stored()).toEqual([])
  await pass()
  expect(server.names()).toEqual(["signup"])
})

// 405: what a redirect has made of it
test.each([429, 408, 405, 500, 503])("what is answered with %i is sent again, as the same event", async (status) => {
  server.status = status
  await load(QUIET)
  page.hk.event("signup")
  await pass()
  expect(server.batches).toHaveLength(1)
  server.status = 202
  await pass(1000)
  expect(stored()).toEqual([])
  const [first, second] = server.events()
  expect(second?.i).toBe(first?.i)
  expect([first?.a, second?.a]).toEqual([0, 1000])
})

test("each pause is twice as long as the one before, up to 64 seconds, and the next time begins anew", async () => {
  server.status = 503
  await load(QUIET)
  page.hk.event("signup")
  await pass(200_000)
  const seconds = server.events().map((each) => each.a / 1000)
  expect(seconds).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 128, 130, 134, 142, 158, 190])
})

test.each([400, 404, 413])("what is answered with %i is not sent again", async (status) => {
  server.status = status
  await load(QUIET)
  page.hk.event("signup")
  await pass()
  expect(stored()).toEqual([])
})

test("the server says when it wants to be asked again", async () => {
  server.status = 503
  server.headers = { "retry-after": "2" }
  await load(QUIET)
  page.hk.event("one")
  await pass()
  expect(server.batches).toHaveLength(1)
  server.status = 202
  page.hk.event("two")
  await pass(1999)
  expect(server.batches).toHaveLength(1)
  await pass(1)
  expect(server.names()).toEqual(["one", "one", "two"])
})

test("a millisecond that passes while a request is made changes no order", async () => {
  server.status = 503
  await load(QUIET)
  for (const name of ["one", "two", "three"]) page.hk.event(name)
  await pass()
  server.batches = []
  let now = Date.now()
  vi.spyOn(Date, "now").mockImplementation(() => now++)
  await pass(1000)
  const ages = server.events().map((each) => each.a)
  expect(ages).toEqual([...ages].sort((one, other) => other - one))
})

test("what is made while a request is out goes together in the next, in order", async () => {
  await load(QUIET)
  for (let number = 0; number < 30; number++) page.hk.event(`event ${number}`)
  await pass()
  expect(server.events()).toHaveLength(30)
  expect(server.batches.map((each) => each.events.length)).toEqual([1, 29])
  expect(server.names()).toEqual(Array.from({ length: 30 }, (_, number) => `event ${number}`))
})

test("what an earlier page left is sent first, with its age, and only to its own server and site", async () => {
  leave(5000, "later")
  leave(60_000, "first")
  leave(1000, "of another site", "other")
  await load(QUIET)
  page.hk.event("now")
  await pass()
  expect(server.names()).toEqual(["first", "later", "now"])
  expect(server.events()[0]?.a).toBeGreaterThanOrEqual(60_000)
  await pass()
  expect(stored()).toHaveLength(1)
})

test("what is older than a week is let go", async () => {
  leave(8 * DAY, "old")
  leave(6 * DAY, "kept")
  await load(QUIET)
  await pass()
  expect(server.names()).toEqual(["kept"])
  expect(stored()).toEqual([])
})

test("of more than 100 events the oldest are let go", async () => {
  server.status = 503
  server.headers = { "retry-after": "60" }
  await load(QUIET)
  page.hk.event("first")
  await pass()
  expect(server.batches).toHaveLength(1)
  for (let number = 0; number < 120; number++) page.hk.event(`event ${number}`)
  page.hk.event("last")
  const names = stored().map((key) => JSON.parse(localStorage.getItem(key) as string).n)
  expect([names.length, names.includes("event 19"), names.includes("event 21"), names.includes("last")]).toEqual([
    ...[100, false, true],
    true,
  ])
})

test("of more than 60,000 characters the oldest are let go, and one event alone may not fill them", async () => {
  server.status = 503
  server.headers = { "retry-after": "60" }
  await load(QUIET)
  page.hk.event("first")
  await pass()
  expect(server.batches).toHaveLength(1)
  for (let number = 0; number < 10; number++) page.hk.event(`event ${number}`, { text: "x".repeat(9000) })
  page.hk.event("too large", { text: "x".repeat(30_000) })
  const names = stored().map((key) => JSON.parse(localStorage.getItem(key) as string).n)
  expect(names.sort()).toEqual(["event 4", "event 5", "event 6", "event 7", "event 8", "event 9"])
})

test("coming back online ends the pause", async () => {
  tag(QUIET)
  const { send } = await import("../src/events")
  const { flush } = await import("../src/delivery")
  server.status = 503
  server.headers = { "retry-after": "60" }
  send({ n: "signup" })
  await pass()
  expect(server.batches).toHaveLength(1)
  server.status = 202
  flush(new Event("online"))
  await pass()
  expect(stored()).toEqual([])
})

test("events that wait for a request are never dated before what it sent", async () => {
  server.slowness = 200
  await load(QUIET)
  page.hk.event("first")
  await pass(10)
  page.hk.event("second")
  await pass(400)
  expect(server.names()).toEqual(["first", "second"])
  expect(server.events()[1]?.a).toBeLessThanOrEqual(0)
})
