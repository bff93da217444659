// @vitest-environment happy-dom
/** Money as the server stores it, growth, and the bucket that a note falls into. */
import { beforeEach, expect, test, vi } from "vitest"

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }))
const { growth, largestFirst, money, shortMoney } = await import("../src/figures")
const { language } = await import("../src/language")
const { bucketOf } = await import("../src/panels/annotations")

beforeEach(() => {
  language.value = "en"
})

test("money has the decimals that the server stores it with", () => {
  expect(money(1250, "EUR")).toBe("€12.50")
  expect(money(1250, "JPY")).toBe("¥1,250")
  expect(money(125_000, "HUF").replace(/\s/g, " ")).toBe("HUF 1,250.00")
  expect(money(1250, "IQD").replace(/\s/g, " ")).toBe("IQD 1.250")
})

test("much money is short by its whole units", () => {
  expect(shortMoney(99_950, "EUR")).toBe("€999.50")
  expect(shortMoney(1_800_000, "JPY")).toBe("¥1.8M")
  expect(shortMoney(180_000_000, "HUF").replace(/\s/g, " ")).toBe("HUF 1.8M")
  expect(shortMoney(1_800_000, "IQD").replace(/\s/g, " ")).toBe("IQD 1.8K")
})

test("the currency with most whole units comes first", () => {
  expect(largestFirst({ EUR: 5_000, JPY: 100, KWD: 40_000 }).map(([each]) => each)).toEqual(["JPY", "EUR", "KWD"])
})

test("more is growth, also where there were more refunds than sales", () => {
  expect(growth(150, 100)).toBe(0.5)
  expect(growth(50, -100)).toBe(1.5)
  expect(growth(-200, -100)).toBe(-1)
  expect(growth(1, 0)).toBeNull()
})

const table = (unit: string, from: string, to: string, starts: readonly string[]) => ({
  from,
  to,
  rows: starts.map((start) => ({ dimensions: { [unit]: start }, metrics: {} })),
})

const hours = Array.from({ length: 48 }, (_, hour) => {
  const [day, clock] = [hour < 24 ? "20" : "21", String(hour % 24).padStart(2, "0")]
  return `2026-11-${day}T${clock}:00:00+01:00`
})
const hourly = table("hour", "2026-11-20T00:00:00.000+01:00", "2026-11-22T00:00:00.000+01:00", hours)

test("a note on a day stands at the day's beginning", () => {
  expect(bucketOf("2026-11-20", hourly)).toBe(0)
  expect(bucketOf("2026-11-21", hourly)).toBe(24)
})

test("the day after the range is none of its days", () => {
  expect(bucketOf("2026-11-22", hourly)).toBe(-1)
  expect(bucketOf("2026-11-19", hourly)).toBe(-1)
})

test("a note at a time stands where that moment is on the site's clock", () => {
  expect(bucketOf("2026-11-20T13:30:00.000Z", hourly)).toBe(14)
  expect(bucketOf("2026-11-19T23:00:00.000Z", hourly)).toBe(0)
  expect(bucketOf("2026-11-19T22:59:59.999Z", hourly)).toBe(-1)
  expect(bucketOf("2026-11-21T22:59:59.999Z", hourly)).toBe(47)
  expect(bucketOf("2026-11-21T23:00:00.000Z", hourly)).toBe(-1)
})

test("a note stands at the week that has it, also at one that began before the range", () => {
  const starts = ["2026-11-16T00:00:00+01:00", "2026-11-23T00:00:00+01:00"]
  const weekly = table("week", "2026-11-18T00:00:00.000+01:00", "2026-11-25T00:00:00.000+01:00", starts)
  expect(bucketOf("2026-11-17", weekly)).toBe(-1)
  expect(bucketOf("2026-11-18", weekly)).toBe(0)
  expect(bucketOf("2026-11-22T22:59:00.000Z", weekly)).toBe(0)
  expect(bucketOf("2026-11-22T23:00:00.000Z", weekly)).toBe(1)
  expect(bucketOf("2026-11-24", weekly)).toBe(1)
})

test("a note of a day that the range has only the end of stands at its first bucket", () => {
  const starts = hours.slice(14, 39)
  const last24 = table("hour", "2026-11-20T14:37:12.001+01:00", "2026-11-21T14:37:12.001+01:00", starts)
  expect(bucketOf("2026-11-20", last24)).toBe(0)
  expect(bucketOf("2026-11-21", last24)).toBe(10)
})
