// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest"
import {
  chosenMetric,
  currencyOf,
  fullFigure,
  goalOf,
  isAmount,
  metricName,
  revenueOf,
  shortFigure,
} from "../src/metrics"
import { metricsOf } from "../src/panels/dimension_panel"
import { address } from "../src/router"

const at = (search: string): void => {
  address.value = new URL(`http://localhost/sites/example.com${search}`)
}

beforeEach(() => at(""))

test("the address chooses a metric of the strip or revenue in a currency, and nothing else", () => {
  expect(chosenMetric()).toBe("visitors")
  at("?metric=conversion_rate")
  expect(chosenMetric()).toBe("conversion_rate")
  at("?metric=revenue:EUR")
  expect(chosenMetric()).toBe("revenue:EUR")
  for (const other of ["revenue:", "revenue:euro", "revenue:ABC", "revenue", "sum:value", "constructor"]) {
    at(`?metric=${other}`)
    expect(chosenMetric()).toBe("visitors")
  }
})

test("revenue is shown in its currency's units, in full or in few letters", () => {
  expect(currencyOf(revenueOf("JPY"))).toBe("JPY")
  expect(metricName("revenue:EUR")).toBe("Revenue (EUR)")
  expect(fullFigure(1234567, "revenue:USD")).toBe("$12,345.67")
  expect(shortFigure(1234567, "revenue:JPY")).toBe("¥1.2M")
  expect(fullFigure(null, "revenue:USD")).toBe("–")
  expect(fullFigure(12345, "visitors")).toBe("12,345")
  expect(fullFigure(0.5, "conversion_rate")).toBe("50%")
  expect(isAmount("revenue:EUR")).toBe(true)
  expect(isAmount("bounce_rate")).toBe(false)
})

test("panels show the chosen metric, with what belongs beside it", () => {
  expect(metricsOf("page", "visitors")).toEqual(["visitors", "pageviews"])
  expect(metricsOf("source", "visitors")).toEqual(["visitors"])
  expect(metricsOf("source", "conversions")).toEqual(["conversions", "conversion_rate"])
  expect(metricsOf("source", "revenue:EUR")).toEqual(["revenue:EUR", "visitors"])
  expect(metricsOf("page", "bounce_rate")).toEqual(["visitors", "bounce_rate"])
})

test("a goal is named only where conversions are asked for", () => {
  at("?goal=abc")
  expect(goalOf(["visitors", "conversions"])).toEqual({ goal: ["abc"] })
  expect(goalOf(["visitors"])).toEqual({})
  at("")
  expect(goalOf(["conversions"])).toEqual({})
})
