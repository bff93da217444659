/** Metrics as people read them. Revenue is of one currency, such as `revenue:EUR`, since currencies are never added. */
import type { Metric, Table } from "./api_types"
import { decimal, figure, type MetricUnit, money, NOTHING, shortMoney, whole } from "./figures"
import { words } from "./language"
import { METRICS } from "./registry"
import { parameter } from "./router"

const REVENUE_OF = "revenue:"
export const revenueOf = (currency: string): Metric => `${REVENUE_OF}${currency}`
export const currencyOf = (metric: string): string | undefined =>
  metric.startsWith(REVENUE_OF) ? metric.slice(REVENUE_OF.length) : undefined

export const unitOf = (metric: string): MetricUnit =>
  currencyOf(metric) ? "minor" : (METRICS.find((each) => each.name === metric)?.unit ?? "number")

export function metricName(metric: string): string {
  const names: Record<string, string> = words.value.metrics
  const currency = currencyOf(metric)
  return currency ? `${names.revenue} (${currency})` : (names[metric] ?? metric)
}

type Value = number | null | undefined

/** In few letters. */
export function shortFigure(value: Value, metric: string): string {
  const currency = currencyOf(metric)
  return currency ? amount(value, currency, shortMoney) : figure(value, unitOf(metric))
}

/** In full, where people look for exact figures. */
export function fullFigure(value: Value, metric: string): string {
  const currency = currencyOf(metric)
  if (currency) return amount(value, currency, money)
  const unit = unitOf(metric)
  return unit === "count" ? whole(value) : unit === "number" ? decimal(value) : figure(value, unit)
}

const amount = (value: Value, currency: string, format: (minor: number, currency: string) => string): string =>
  value === null || value === undefined ? NOTHING : format(value, currency)

export const betterOf = (metric: string): "more" | "less" => (metric === "bounce_rate" ? "less" : "more")

/** Can be added up: a bar as long as its figure says something. */
export const isAmount = (metric: string): boolean => ["count", "minor"].includes(unitOf(metric))

/** What the strip of key figures shows, and the chart and the panels can. */
export const KEY_FIGURES = [
  "visitors",
  "sessions",
  "pageviews",
  "pages_per_session",
  "bounce_rate",
  "average_session_duration",
  "conversions",
  "conversion_rate",
] as const satisfies readonly Metric[]

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"))

/** The metric that the address names. */
export function chosenMetric(): Metric {
  const named = parameter("metric") ?? ""
  if (CURRENCIES.has(currencyOf(named) ?? "")) return named as Metric
  return KEY_FIGURES.find((each) => each === named) ?? "visitors"
}

/** Those that an answer has: while the next one is awaited, still those of the one before. */
export const metricsIn = (data: Table): Metric[] => Object.keys(data.rows[0]?.metrics ?? {}) as Metric[]

export const CONVERSIONS: readonly string[] = ["conversions", "conversion_rate"]

/** The goal that conversions are of, if the address names one, for questions about such metrics. */
export function goalOf(metrics: readonly string[]): { goal?: readonly string[] } {
  const goal = parameter("goal")
  return goal && metrics.some((each) => CONVERSIONS.includes(each)) ? { goal: [goal] } : {}
}
