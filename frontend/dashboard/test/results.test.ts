// @vitest-environment happy-dom
/** The pure parts of goals, events, funnels, experiments and web vitals. */
import { beforeEach, expect, test, vi } from "vitest"
import type { Filters, Funnel, VariantOutcome } from "../src/api_types"

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }))
const { go } = await import("../src/router")
const { question } = await import("../src/question")
const { clausesOf, clausesOfGoal, filteredByAll, filteredByProperty, isFilteredByAll } = await import(
  "../src/panels/goal_clauses"
)
const { bodyOf, draftOf, moved, newDraft, secondsOf, windowOf } = await import("../src/panels/funnel_draft")
const { isNumeric, numbersShown } = await import("../src/panels/event_properties")
const { earningsByEvent } = await import("../src/panels/events")
const { daysOf, unitOfDays } = await import("../src/panels/time_unit")
const { points, scaleOf } = await import("../src/panels/experiment_interval")
const { pValue } = await import("../src/panels/experiment_comparison")
const { alphaOf, onceOf } = await import("../src/panels/experiment_reading")
const { vitalFigure } = await import("../src/panels/web_vitals")

const is = (dimension: string, ...values: string[]) => ({ dimension, operator: "is", values })

beforeEach(() => go("/sites/example.com"))

test("a goal of an event filters by the event and the goal's conditions", () => {
  const filters: Filters = ["property:plan is pro, team", [{ dimension: "country", operator: "is", values: ["DE"] }]]
  expect(clausesOfGoal({ type: "event", value: "signup", filters })).toEqual([
    is("event", "signup"),
    is("property:plan", "pro", "team"),
    [is("country", "DE")],
  ])
})

test("a goal of a page filters by the page, and by a pattern when it has a star", () => {
  expect(clausesOfGoal({ type: "path", value: "/thanks", filters: [] })).toEqual([is("page", "/thanks")])
  expect(clausesOfGoal({ type: "path", value: "/shop/*", filters: [] })).toEqual([
    { dimension: "page", operator: "matches", values: ["/shop/*"] },
  ])
})

test("numbers in conditions become texts", () => {
  expect(clausesOf([{ dimension: "property:seats", operator: ">", values: [5] }])).toEqual([
    { dimension: "property:seats", operator: ">", values: ["5"] },
  ])
})

test("another goal takes the place of the first, and the same one again is none", () => {
  const signup = clausesOfGoal({ type: "event", value: "signup", filters: ["property:plan is pro"] })
  go(filteredByAll(signup))
  expect(isFilteredByAll(signup)).toBe(true)
  go(filteredByAll(clausesOfGoal({ type: "event", value: "buy", filters: [] })))
  expect(question.value.clauses).toEqual([is("property:plan", "pro"), is("event", "buy")])
  go(filteredByAll([is("event", "buy") as never]))
  expect(question.value.clauses).toEqual([is("property:plan", "pro")])
})

test("a value of a property filters with its event, and leaves the event when it is chosen again", () => {
  go(filteredByProperty("signup", "plan", "pro, yearly"))
  expect(question.value.clauses).toEqual([is("event", "signup"), is("property:plan", "pro, yearly")])
  go(filteredByProperty("signup", "plan", "team"))
  expect(question.value.clauses).toEqual([is("event", "signup"), is("property:plan", "team")])
  go(filteredByProperty("signup", "plan", "team"))
  expect(question.value.clauses).toEqual([is("event", "signup")])
})

test("a property is numeric when all its values are numbers", () => {
  const property = (...values: string[]) => ({
    key: "k",
    values: values.map((value) => ({ value, count: 1, revenue: {} })),
  })
  expect(isNumeric(property("1", "-2.5", "3e4"))).toBe(true)
  expect(isNumeric(property("1", "two"))).toBe(false)
  expect(isNumeric(property(""))).toBe(false)
  expect(isNumeric(property())).toBe(false)
})

test("earnings are found by event, each currency of its own", () => {
  const earnings = (currency: string) => ({
    currency,
    revenue: 1,
    orders: 1,
    average_order_value: 1,
    refunds: 0,
    refunded: 0,
  })
  const range = { currencies: [], from: "", to: "", time_zone: "UTC" }
  const rows = ["EUR", "CHF"].map((each) => ({ keys: ["buy"], earnings: earnings(each) }))
  expect(earningsByEvent({ ...range, rows }).get("buy")).toEqual([earnings("EUR"), earnings("CHF")])
  expect(earningsByEvent(undefined).size).toBe(0)
})

const FUNNEL: Funnel = {
  id: "1",
  site_id: "2",
  name: "To buy",
  scope: "visitor",
  window_seconds: 604_800,
  created_at: null,
  steps: [
    { type: "path", value: "/pricing" },
    { type: "event", value: "buy", filters: ["property:plan is a\\,b, c", ["country is DE", "country is AT"]] },
  ],
}

test("a funnel comes out of its form as it went in", () => {
  expect(bodyOf(draftOf(FUNNEL))).toEqual({
    scope: "visitor",
    window_seconds: 604_800,
    steps: [
      { type: "path", value: "/pricing" },
      {
        type: "event",
        value: "buy",
        filters: [is("property:plan", "a,b", "c"), [is("country", "DE"), is("country", "AT")]],
      },
    ],
  })
})

test("a funnel that misses something is none yet", () => {
  expect(bodyOf(newDraft())).toBeNull()
  const draft = draftOf(FUNNEL)
  expect(bodyOf({ ...draft, steps: draft.steps.slice(1) })).toBeNull()
  expect(bodyOf({ ...draft, window: { count: "0", unit: "day" } })).toBeNull()
  const condition = { key: 1, dimension: "property:", operator: "is" as const, text: "pro" }
  const steps = draft.steps.map((each) => ({ ...each, conditions: [condition] }))
  expect(bodyOf({ ...draft, steps })).toBeNull()
})

test("a window is shown in the largest unit in which it is whole", () => {
  expect(windowOf(null)).toEqual({ count: "", unit: "none" })
  expect(windowOf(7_200)).toEqual({ count: "2", unit: "hour" })
  expect(windowOf(5_400)).toEqual({ count: "90", unit: "minute" })
  expect(windowOf(90)).toEqual({ count: "1.5", unit: "minute" })
  for (const seconds of [null, 90, 5_400, 7_200, 604_800]) expect(secondsOf(windowOf(seconds))).toBe(seconds)
})

test("a step moves up and down", () => {
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"])
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"])
})

test("points suit the length of the range", () => {
  const named = (range: string) => unitOfDays(daysOf({ range, from: "", to: "" }))
  expect(["today", "24h", "7d", "last_month", "12mo", "all"].map(named)).toEqual([
    "hour",
    "hour",
    "day",
    "day",
    "month",
    "month",
  ])
  expect(daysOf({ range: "", from: "2026-03-01", to: "2026-03-31" })).toBe(31)
})

test("percentage points have a sign unless they are none", () => {
  expect([0.0123, -0.0456, 0, 0.00001].map(points)).toEqual(["+1.23", "−4.56", "0", "0"])
})

test("all variants are drawn on one scale that has 0 in it", () => {
  const outcome = (lower: number, upper: number) =>
    ({ comparison: { interval: { lower, upper }, always_valid: null } }) as VariantOutcome
  const scale = scaleOf([outcome(0.01, 0.02), outcome(0.03, 0.05)])
  expect(scale.lower).toBeLessThan(0)
  expect(scale.upper).toBeGreaterThan(0.05)
})

test("a p-value has two digits, and very small ones are told as such", () => {
  expect([0.0123, 0.5, 0.0004].map(pValue)).toEqual(["0.012", "0.5", "< 0.001"])
})

test("vitals are milliseconds, then seconds; a layout shift is a score", () => {
  expect(vitalFigure("LCP", 2_345.6)).toBe("2.35 s")
  expect(vitalFigure("INP", 199.6)).toBe("200 ms")
  expect(vitalFigure("CLS", 0.1134)).toBe("0.11")
})

test("one look that was planned may decide where many looks do not yet, with its part of the five percent", () => {
  const comparison = {
    difference: 0.01,
    uplift: 0.2,
    interval: { lower: 0.001, upper: 0.02 },
    p_value: 0.03,
    always_valid: null,
    outcome: "no_difference_shown",
    verdict: "",
  } as const
  expect(onceOf(comparison, alphaOf(1))).toBe("better")
  expect(onceOf({ ...comparison, difference: -0.01 }, alphaOf(1))).toBe("worse")
  expect(onceOf(comparison, alphaOf(2))).toBe("no_difference_shown")
  expect(onceOf({ ...comparison, p_value: null }, alphaOf(1))).toBe("too_early")
  expect(onceOf({ ...comparison, outcome: "split_broken" }, alphaOf(1))).toBe("split_broken")
})

test("numbers of several currencies are never shown added up", () => {
  const numbers = {
    ...{ sum: 3, average: 1, minimum: 1, maximum: 2, median: 1, count: 2 },
    ...{ p75: 2, p90: 2, p95: 2, p99: 2 },
  }
  const of = (currency: string) => ({ currency, numbers })
  expect(numbersShown({ numbers, currencies: [of("EUR"), of("JPY")] })).toEqual([of("EUR"), of("JPY")])
  expect(numbersShown({ numbers, currencies: [of("EUR")] })).toEqual([of("")])
})
