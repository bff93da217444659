import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createClient, type DeliveryError, type ServerClient, type ServerOptions } from "../src/index.js"
import { eventually, Receiver } from "./receiver.js"

const NOWHERE = "http://127.0.0.1:9"
let receiver: Receiver
let told: DeliveryError[]
const clients: ServerClient[] = []

beforeEach(async () => {
  receiver = await Receiver.start()
  told = []
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close(0)))
  await receiver.stop()
})

function made(options: Partial<ServerOptions> = {}): ServerClient {
  const onError = (error: DeliveryError) => void told.push(error)
  const client = createClient({ host: receiver.address, key: "hks_k", interval: 20, onError, ...options })
  clients.push(client)
  return client
}

test("an event says what was said of it, with the key of the site", async () => {
  const client = made()
  client.track(
    "purchase",
    { plan: "pro", deep: { trial: false }, left: undefined },
    {
      revenue: 49.9,
      currency: "USD",
      category: "conversion",
      visitor: 7,
      url: "https://example.com/thanks",
      time: new Date(1_000),
      id: "evt_1",
      experiment: { id: "hero", variant: "b" },
    },
  )
  client.pageview("https://example.com/", { title: "Home" })
  expect(await client.flush()).toBe(true)
  expect(receiver.requests).toHaveLength(1)
  expect(receiver.requests[0]?.path).toBe("/api/analytics/server-events")
  expect(receiver.requests[0]?.headers.authorization).toBe("Bearer hks_k")
  const [purchase, view] = receiver.events
  expect(purchase).toEqual({
    eventType: "conversion",
    eventName: "purchase",
    eventData: { plan: "pro", deep: { trial: false }, revenue: 49.9, currency: "USD" },
    visitor: { id: "7" },
    fullUrl: "https://example.com/thanks",
    timestamp: 1000,
    idempotencyKey: "evt_1",
    experimentId: "hero",
    variantId: "b",
  })
  expect(view).toMatchObject({ eventType: "pageview", fullUrl: "https://example.com/", title: "Home" })
  expect(view.idempotencyKey).toMatch(/^[0-9a-f]{32}$/)
  expect(client.counts).toEqual({ delivered: 2, refused: 0, lost: 0, waiting: 0 })
})

test("an event that is only called like an automatic one stays a custom one", async () => {
  const client = made()
  client.track("pageview")
  await client.flush()
  expect(receiver.events[0]).toMatchObject({ eventType: "custom", eventName: "pageview" })
})

test("what a server puts off is sent again with the same ids and in order", async () => {
  receiver.replies = [{ status: 503 }, { status: 500 }, { status: 408 }]
  const client = made()
  client.track("first")
  client.track("second")
  await eventually(() => client.counts.delivered === 2)
  expect(receiver.events.map(({ eventType }) => eventType)).toEqual(Array(4).fill(["first", "second"]).flat())
  expect(new Set(receiver.events.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2)
  expect(told.map(({ kept }) => kept)).toEqual([true, true, true])
})

test.each([429, 503])("a server that answers %d and names a time is left alone until then", async (status) => {
  receiver.replies = [{ status, headers: { "Retry-After": "1" } }]
  const client = made()
  client.track("signup")
  expect(await client.flush(300)).toBe(false)
  expect(await client.flush(300)).toBe(false)
  expect(await client.flush(5000)).toBe(true)
  const [first, second] = receiver.requests
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990)
})

test("a server that goes away and comes back gets every event once it is there", async () => {
  const { port } = receiver
  const client = made()
  client.track("before")
  await client.flush()
  await receiver.stop()
  client.track("meanwhile")
  await eventually(() => told.length > 0)
  receiver = await Receiver.start(port)
  expect(await client.flush(5000)).toBe(true)
  expect(receiver.events.map(({ eventType }) => eventType)).toEqual(["meanwhile"])
})

test("an event that spoils its batch is lost alone", async () => {
  receiver.judge = (events) =>
    (events as { eventType: string }[]).some(({ eventType }) => eventType === "bad") ? { status: 400 } : undefined
  const client = made()
  for (let number = 0; number < 20; number += 1) client.track(number === 13 ? "bad" : `good ${number}`)
  await client.flush()
  expect(client.counts).toMatchObject({ delivered: 19, refused: 1 })
})

test("events that the server names as refused are told, the others of the batch delivered", async () => {
  const refused = [{ index: 1, code: "invalid_input", message: "too long" }]
  receiver.replies = [{ status: 200, body: JSON.stringify({ success: true, refused }) }]
  const client = made()
  for (const name of ["a", "b", "c"]) client.track(name)
  await client.flush()
  expect(client.counts).toMatchObject({ delivered: 2, refused: 1 })
  expect(told).toMatchObject([{ message: "invalid_input: too long", kept: false, events: [{ eventType: "b" }] }])
})

test("a wrong key is told and not tried again", async () => {
  receiver.replies = [{ status: 401, body: "no site has this secret key" }]
  const client = made()
  client.track("signup")
  await client.flush()
  expect(client.counts).toMatchObject({ refused: 1, waiting: 0 })
  expect(told[0]?.message).toContain("no site has this secret key")
})

test("batches have at most a hundred events and 240 KiB", async () => {
  const client = made()
  for (let number = 0; number < 100; number += 1) client.track("large", { text: "ä".repeat(5000) })
  for (let number = 0; number < 150; number += 1) client.track("small")
  await client.flush()
  expect(receiver.events).toHaveLength(250)
  for (const { body } of receiver.requests) {
    expect(body.length).toBeLessThanOrEqual(100)
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(256 * 1024)
  }
})

test("what comes when the queue is full is lost, counted and told", async () => {
  const client = made({ host: NOWHERE, queueEvents: 3 })
  const taken = [1, 2, 3, 4, 5].map((number) => client.track("step", { number }))
  expect(taken).toEqual([true, true, true, false, false])
  await client.close(0)
  expect(client.counts).toEqual({ delivered: 0, refused: 0, lost: 5, waiting: 0 })
  expect(client.track("too late")).toBe(false)
  expect(told.filter(({ kept }) => !kept).flatMap(({ events }) => events)).toHaveLength(6)
})

test("what cannot be sent is told and spoils nothing", async () => {
  const loop: Record<string, unknown> = {}
  loop.loop = loop
  const client = made()
  expect(client.track("bad", loop)).toBe(false)
  expect(client.track("large", { text: "x".repeat(60_000) })).toBe(false)
  expect(client.track("good", { big: 2n ** 70n, half: "\ud83d", whole: "🙂" })).toBe(true)
  await client.flush()
  expect(receiver.events).toMatchObject([{ eventData: { big: "1180591620717411303424", half: "\ufffd", whole: "🙂" } }])
  expect(client.counts).toMatchObject({ delivered: 1, lost: 2 })
})

test("properties are taken as they are at the call", async () => {
  const client = made()
  const props = { step: 1 }
  client.track("step", props)
  props.step = 2
  await client.flush()
  expect(receiver.events[0].eventData).toEqual({ step: 1 })
})

test("a redirect is not followed", async () => {
  receiver.replies = [{ status: 301, headers: { Location: "/elsewhere" } }]
  const client = made()
  client.track("signup")
  await client.flush(5000)
  expect(receiver.requests.map(({ path }) => path)).toEqual(Array(2).fill("/api/analytics/server-events"))
})

test("onError that throws stops nothing", async () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => {})
  receiver.replies = [{ status: 403 }]
  const client = made({
    onError: () => {
      throw new Error("of the program")
    },
  })
  client.track("first")
  await client.flush()
  client.track("second")
  await client.flush()
  expect(client.counts).toMatchObject({ delivered: 1, refused: 1 })
  expect(warned).toHaveBeenCalled()
  warned.mockRestore()
})

test("what can never work is refused at once", () => {
  expect(() => createClient({ host: "analytics.example.com", key: "hks_k" })).toThrow("host must be")
  expect(() => createClient({ host: NOWHERE, key: "a\nb" })).toThrow("key must be")
})
