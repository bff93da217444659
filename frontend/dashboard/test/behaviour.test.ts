// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest"
import type { Branch, NewEvent, Session } from "../src/api_types"
import { clockOf } from "../src/figures"
import { columnsOf, outline, placedBands, placesOf } from "../src/panels/journeys_columns"
import { follow, type Live } from "../src/panels/realtime_live"
import { keysOf } from "../src/panels/realtime_newest"
import {
  averages,
  hasUnknown,
  isAllUnknown,
  isUnfinished,
  mostRetained,
  sinceFirst,
  usualUnit,
} from "../src/panels/retention_average"
import { propertiesOf, webAddress } from "../src/panels/session_events"
import { signOf } from "../src/panels/session_visitor"
import { daysOf } from "../src/panels/sessions"

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test("a time in UTC becomes that of the site's clocks, also where the day is another one", () => {
  expect(clockOf("Europe/Berlin")("2026-11-21T23:49:07.869Z")).toBe("2026-11-22T00:49:07")
  expect(clockOf("America/New_York")("2026-07-01T03:00:00Z")).toBe("2026-06-30T23:00:00")
  expect(clockOf("UTC")("2026-11-21T00:00:00Z")).toBe("2026-11-21T00:00:00")
})

test("sessions are grouped by the days of the site's time zone", () => {
  const rows = ["2026-11-21T23:30:00Z", "2026-11-21T22:30:00Z", "2026-11-21T10:00:00Z"].map(
    (start) => ({ start }) as Session,
  )
  const days = daysOf({ rows, time_zone: "Europe/Berlin" })
  expect(days.map(({ day }) => day)).toEqual(["2026-11-22T00:00:00", "2026-11-21T00:00:00"])
  expect(days[1]?.rows.map(([time]) => time.slice(11, 16))).toEqual(["23:30", "11:00"])
})

/** A browser that reaches no stream and says so every three seconds, until `stream` gives it one. */
function browserWithoutStream(seconds: number) {
  const stream: { give?: (text: string) => void } = {}
  class Failing extends EventTarget {
    readonly timer = setInterval(() => this.dispatchEvent(new Event("error")), seconds * 1000)
    constructor() {
      super()
      stream.give = (data) => this.dispatchEvent(new MessageEvent("realtime", { data }))
    }
    close() {
      clearInterval(this.timer)
    }
  }
  vi.stubGlobal("EventSource", Failing)
  return stream
}

test("without a stream the figures are asked for again and again, and no more once it is there", async () => {
  vi.useFakeTimers()
  const stream = browserWithoutStream(3)
  let asked = 0
  vi.stubGlobal("fetch", async () => {
    asked += 1
    return Response.json({ visitors_5_minutes: asked })
  })
  const told: Partial<Live>[] = []
  const stop = follow({ path: { site_id: "a.example" }, parameters: {} }, (news) => told.push(news))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toBe(2)
  expect(told.at(-1)).toMatchObject({ data: { visitors_5_minutes: 2 }, connection: "asking" })
  stream.give?.('{"visitors_5_minutes":7}')
  expect(told.at(-1)).toMatchObject({ data: { visitors_5_minutes: 7 }, connection: "live" })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toBe(2)
  stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toBe(2)
})

test("a server that is away is said to be, and is asked again", async () => {
  vi.useFakeTimers()
  browserWithoutStream(3)
  let away = true
  vi.stubGlobal("fetch", async () => {
    if (away) throw new TypeError("no connection")
    return Response.json({})
  })
  const told: Partial<Live>[] = []
  const stop = follow({ path: { site_id: "a.example" }, parameters: {} }, (news) => told.push(news))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(told.at(-1)).toMatchObject({ connection: "lost", error: { status: 0 } })
  away = false
  await vi.advanceTimersByTimeAsync(5_000)
  expect(told.at(-1)).toMatchObject({ connection: "asking", error: undefined })
  stop()
})

const event = (path: string): NewEvent => ({
  time: "2026-11-21T10:00:00Z",
  kind: "pageview",
  name: null,
  path,
  source: null,
  country: null,
  browser: null,
  os: null,
  device: null,
})

test("an event keeps its key when newer ones come, even the same again", () => {
  const before = keysOf([event("/b"), event("/a")])
  const after = keysOf([event("/b"), event("/b"), event("/a")])
  expect(after.slice(1)).toEqual(before)
  expect(new Set(after).size).toBe(3)
})

test("a visitor's sign is always the same, symmetrical, and another visitor's is another", () => {
  const sign = signOf("z3kha4bv")
  expect(signOf("z3kha4bv")).toEqual(sign)
  expect(signOf("6fe6rgql")).not.toEqual(sign)
  for (let row = 0; row < 5; row++) {
    const line = sign.squares.slice(row * 5, row * 5 + 5)
    expect(line).toEqual(line.toReversed())
  }
  expect(signOf("?").hue).toBe(0)
})

test("properties are listed with the way to what is nested", () => {
  expect(
    propertiesOf({ plan: "pro", seats: 3, coupon: { code: "X", of: { a: null } }, list: [1, "b"], none: {} }),
  ).toEqual([
    ["plan", "pro"],
    ["seats", "3"],
    ["coupon.code", "X"],
    ["coupon.of.a", "null"],
    ["list", '[1,"b"]'],
    ["none", "{}"],
  ])
  expect(propertiesOf(null)).toEqual([])
})

test("only addresses of the web become links", () => {
  expect(webAddress("https://shop.example/a b")).toBe("https://shop.example/a%20b")
  for (const text of [
    "javascript:alert(1)",
    "//shop.example",
    "see https://shop.example",
    "https://",
    "data:text/html,x",
  ]) {
    expect(webAddress(text)).toBeNull()
  }
})

const branch = (sessions: number, ...names: string[]): Branch => ({
  nodes: names.map((name) => ({ kind: "pageview", name })),
  sessions,
  share: sessions / 100,
})
const LEVELS = [
  { shown: [branch(50, "/a"), branch(20, "/b")], others: 0, other_branches: 0, ended: 30 },
  {
    shown: [branch(30, "/a", "/c"), branch(10, "/b", "/c"), branch(5, "/a", "/d")],
    others: 0,
    other_branches: 0,
    ended: 55,
  },
]

test("a step that several branches reach is one box with a band from each", () => {
  const [start, first, second] = columnsOf({ sessions: 100, levels: LEVELS })
  expect(start?.boxes.map((each) => each.sessions)).toEqual([100])
  expect(first?.boxes.map((each) => [each.node?.name, each.sessions])).toEqual([
    ["/a", 50],
    ["/b", 20],
  ])
  expect(second?.boxes.map((each) => [each.node?.name, each.share])).toEqual([
    ["/c", 0.4],
    ["/d", 0.05],
  ])
  expect(second?.bands.map((each) => [each.from, each.to, each.sessions])).toEqual([
    ["pageview:/a", "pageview:/c", 30],
    ["pageview:/b", "pageview:/c", 10],
    ["pageview:/a", "pageview:/d", 5],
  ])
  expect([first?.ended, second?.ended]).toEqual([30, 25])
})

test("small boxes are added up with what the server left out, and bands lead there", () => {
  const shown = Array.from({ length: 9 }, (_, index) => branch(20 - index, `/${index}`))
  const [, column] = columnsOf({ sessions: 200, levels: [{ shown, others: 7, other_branches: 3, ended: 0 }] })
  expect(column?.boxes.length).toBe(7)
  expect(column?.boxes.at(-1)).toMatchObject({ key: "others", node: null, sessions: 14 + 13 + 12 + 7 })
  expect(column?.bands.reduce((sum, each) => sum + each.sessions, 0)).toBe(20 + 19 + 18 + 17 + 16 + 15 + 14 + 13 + 12)
})

test("a column without any step ends the drawing", () => {
  const empty = { shown: [], others: 0, other_branches: 0, ended: 100 }
  expect(columnsOf({ sessions: 100, levels: [empty, empty] }).length).toBe(1)
})

test("boxes have room to be read, stay within the height and never overlap; bands stay within their boxes", () => {
  const columns = columnsOf({ sessions: 100, levels: LEVELS })
  const places = placesOf(columns, 400, 40, 6)
  for (const column of places) {
    const found = [...column.values()]
    for (const [index, { top, height }] of found.entries()) {
      expect(height).toBeGreaterThanOrEqual(40)
      expect(top + height).toBeLessThanOrEqual(400.001)
      if (index) expect(top).toBeCloseTo(found[index - 1]!.top + found[index - 1]!.height + 6)
    }
  }
  const bands = placedBands(columns[2]!.bands, [columns[1]!, columns[2]!], [places[1]!, places[2]!])
  expect(bands.length).toBe(3)
  for (const band of bands) {
    const box = places[1]!.get(band.from)!
    expect(band.start.top).toBeGreaterThanOrEqual(box.top - 0.001)
    expect(band.start.top + band.start.height).toBeLessThanOrEqual(box.top + box.height + 0.001)
  }
  expect(outline(bands[0]!, 100)).toMatch(/^M0,[\d.]+C50,.*Z$/)
})

const cohort = (visitors: number, ...retained: (number | null)[]) => ({
  time: "2026-11-02T00:00:00+01:00",
  visitors,
  retained: [visitors, ...retained],
  fractions: [1, ...retained.map((each) => (each === null ? null : each / visitors))],
})

test("averages are of those whom one can know, weighted by their number, without what is not over", () => {
  const cohorts = [cohort(100, 50, null, 4), cohort(300, 30, 60), cohort(10, 9), cohort(5)]
  expect(averages(cohorts, false)).toEqual([89 / 410, 60 / 300, 4 / 100])
  expect(averages(cohorts, true)).toEqual([80 / 400, null, null])
  expect(averages([], true)).toEqual([])
})

test("question marks are explained when there are any, at once when there is nothing else", () => {
  expect([hasUnknown([cohort(5, 1)]), isAllUnknown([cohort(5, 1)])]).toEqual([false, false])
  expect([hasUnknown([cohort(5, 1, null)]), isAllUnknown([cohort(5, 1, null)])]).toEqual([true, false])
  expect([hasUnknown([cohort(5, null)]), isAllUnknown([cohort(5, null), cohort(2)])]).toEqual([true, true])
})

test("cohorts before the first visitor are not shown, empty ones after it are", () => {
  expect(sinceFirst([cohort(0, 0), cohort(0), cohort(5, 1), cohort(0)]).map((each) => each.visitors)).toEqual([5, 0])
  expect(sinceFirst([cohort(0)]).length).toBe(1)
})

test("the strongest shade is of the most who came back, not of the cohort itself", () => {
  expect(mostRetained([cohort(10, 2, null), cohort(10, 4)])).toBe(0.4)
  expect(mostRetained([cohort(10)])).toBe(0)
})

test("a report is unfinished until its end has passed", () => {
  const now = Date.parse("2026-11-22T00:30:00+01:00")
  expect(isUnfinished({ to: "2026-11-22T00:00:00+01:00" }, now)).toBe(false)
  expect(isUnfinished({ to: "2026-11-23T00:00:00+01:00" }, now)).toBe(true)
})

test.each([
  ["7d", "", "", "day"],
  ["30d", "", "", "week"],
  ["90d", "", "", "week"],
  ["this_month", "", "", "week"],
  ["12mo", "", "", "month"],
  ["all", "", "", "month"],
  ["", "2026-11-01", "2026-11-10", "day"],
  ["", "2026-11-01", "", "day"],
  ["", "2026-01-01", "2026-11-10", "month"],
])("cohorts of %s %s–%s are by %s%s", (range, from, to, unit) => {
  expect(usualUnit({ range, from, to })).toBe(unit)
})
