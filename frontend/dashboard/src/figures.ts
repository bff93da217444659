/** Figures as people read them. Rates come as fractions, durations as seconds, money as whole minor units. */
import { computed } from "@preact/signals"
import { language, words } from "./language"
import { EXPONENTS } from "./registry"

/** The browser's own variant of the language that is shown, such as en-GB. */
const locale = computed(() => navigator.languages.find((each) => each.slice(0, 2) === language.value) ?? language.value)

const formats = computed(() => {
  const of = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale.value, options)
  return {
    whole: of({ maximumFractionDigits: 0 }),
    decimal: of({ maximumFractionDigits: 2 }),
    significant: of({ maximumSignificantDigits: 2 }),
    short: of({ notation: "compact", maximumFractionDigits: 1 }),
    percent: of({ style: "percent", maximumFractionDigits: 1 }),
    change: of({ style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" }),
    list: new Intl.ListFormat(locale.value, { type: "disjunction" }),
  }
})

export const NOTHING = "–"

type Figure = number | null | undefined
const shown = (value: Figure, format: (value: number) => string): string =>
  value === null || value === undefined ? NOTHING : format(value)

export const whole = (value: Figure): string => shown(value, formats.value.whole.format)
export const decimal = (value: Figure): string => shown(value, formats.value.decimal.format)
/** 0.0123 as 0.012. */
export const significant = (value: Figure): string => shown(value, formats.value.significant.format)
/** 12,345 as 12.3K; below ten thousand in full. */
export const short = (value: Figure): string =>
  shown(value, (each) => (Math.abs(each) < 10_000 ? whole(each) : formats.value.short.format(each)))
export const percent = (value: Figure): string => shown(value, formats.value.percent.format)
export const change = (value: Figure): string => shown(value, formats.value.change.format)
export const either = (values: readonly string[]): string => formats.value.list.format(values)

export function duration(seconds: Figure): string {
  return shown(seconds, (value) => {
    const rounded = Math.round(value)
    const [hours, minutes, rest] = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60, rounded % 60]
    const { hour, minute, second } = words.value.shared.units
    if (hours) return `${whole(hours)}${hour} ${minutes}${minute}`
    return minutes ? `${minutes}${minute} ${rest}${second}` : `${rest}${second}`
  })
}

const exponents = new Map<string, number>(EXPONENTS.map(({ name, exponent }) => [name, exponent]))

/** As the server stores amounts: browsers know fewer for some currencies, such as HUF. */
export const fractionDigits = (currency: string): number => exponents.get(currency) ?? 2

/** Euros of cents. */
export const units = (minor: number, currency: string): number => minor / 10 ** fractionDigits(currency)

/** Minor units of a currency, such as cents. */
export function money(minor: Figure, currency: string): string {
  return shown(minor, (value) => {
    const digits = fractionDigits(currency)
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
    const format = new Intl.NumberFormat(locale.value, { style: "currency", currency, ...options })
    return format.format(units(value, currency))
  })
}

/** In few characters where it is much: €1.8M; where a language has no short word for it in whole units: 12.345 €. */
export function shortMoney(minor: number, currency: string): string {
  const amount = units(minor, currency)
  if (Math.abs(amount) < 1_000) return money(minor, currency)
  const of = (options: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(locale.value, { style: "currency", currency, ...options })
  const compact = of({ notation: "compact", maximumFractionDigits: 1 })
  const isShorter = compact.formatToParts(amount).some(({ type }) => type === "compact")
  return isShorter ? compact.format(amount) : of({ maximumFractionDigits: 0 }).format(amount)
}

/** By whole units: a yen is as much as a hundred cents here. */
export const largestFirst = (amounts: Record<string, number>): [string, number][] =>
  Object.entries(amounts).sort(([one, of], [other, than]) => units(than, other) - units(of, one))

export type MetricUnit = "count" | "fraction" | "seconds" | "minor" | "percent" | "number"

/** A figure by its metric's unit. */
export function figure(value: Figure, unit: MetricUnit, currency = ""): string {
  const formatted: Record<MetricUnit, () => string> = {
    count: () => short(value),
    fraction: () => percent(value),
    seconds: () => duration(value),
    percent: () => shown(value, (each) => percent(each / 100)),
    number: () => decimal(value),
    minor: () => (currency ? money(value, currency) : whole(value)),
  }
  return formatted[unit]()
}

/** How much more, as a fraction; null where there was nothing to compare with. Refunds can make what was negative. */
export const growth = (now: Figure, before: Figure): number | null =>
  now === null || now === undefined || !before ? null : (now - before) / Math.abs(before)

const names = computed(() => ({
  country: new Intl.DisplayNames(locale.value, { type: "region", fallback: "none" }),
  language: new Intl.DisplayNames(locale.value, { type: "language", fallback: "none" }),
}))

function named(kind: "country" | "language", code: string): string {
  try {
    return names.value[kind].of(code) ?? code
  } catch {
    return code
  }
}
export const countryName = (code: string): string => named("country", code)
export const languageName = (code: string): string => named("language", code)

/** A bucket's start as its length lets one say it; times come with the offset of the site's zone, which is shown. */
export function bucketName(time: string, unit: string, long = false): string {
  const options: Record<string, Intl.DateTimeFormatOptions> = {
    minute: { hour: "numeric", minute: "2-digit" },
    hour: { weekday: "short", hour: "numeric", minute: "2-digit" },
    day: { weekday: long ? "long" : "short", day: "numeric", month: long ? "long" : "short" },
    week: { day: "numeric", month: "short", year: long ? "numeric" : undefined },
    month: { month: long ? "long" : "short", year: "numeric" },
  }
  return new Intl.DateTimeFormat(locale.value, { ...options[unit], timeZone: "UTC" }).format(wallClock(time))
}

/** The time that clocks in the site's zone showed, as if it were UTC: 2026-11-21T10:00:00+01:00 is 10 o'clock. */
export const wallClock = (time: string): number => Date.parse(`${time.slice(0, 19)}Z`)

export function dayName(time: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeZone: "UTC" }).format(
    wallClock(`${time.slice(0, 10)}T00:00:00`),
  )
}

export function timeName(time: string): string {
  const options = { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" } as const
  return new Intl.DateTimeFormat(locale.value, options).format(wallClock(time))
}

/** The time of day, such as 22:49:07. */
export function clockName(time: string, style: "short" | "medium" = "short"): string {
  return new Intl.DateTimeFormat(locale.value, { timeStyle: style, timeZone: "UTC" }).format(wallClock(time))
}

/** For times in UTC: what clocks in a zone showed, written as the functions above take it. */
export function clockOf(timeZone: string): (time: string) => string {
  const format = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  })
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(new Date(time)).map(({ type, value }) => [type, value]))
    return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}`
  }
}

/** The day that it is in a time zone; the Swedish way to write a day is that of ISO 8601. */
export const today = (timeZone: string, now: Date = new Date()): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(now)

/** From a range's ends, the second not included. */
export function rangeName(from: string, to: string): string {
  const format = new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeZone: "UTC" })
  return format.formatRange(wallClock(from), Math.max(wallClock(from), wallClock(to) - 1))
}

/** How long ago a time was: "5 minutes ago". */
export function ago(time: string, now: number = Date.now()): string {
  const seconds = Math.round((Date.parse(time) - now) / 1000)
  const format = new Intl.RelativeTimeFormat(locale.value, { numeric: "auto" })
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ]
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit)
  }
  return format.format(seconds, "second")
}
