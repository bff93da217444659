/** Time zones and currencies to choose from, and which of them is likely. */
import { fractionDigits, units } from "../../figures"
import { language } from "../../language"

type Choices = readonly (readonly [string, string])[]

/** All that the browser knows, and the one that is set if it does not. */
export const timeZones = (present: string): Choices =>
  [...new Set(["UTC", present, ...Intl.supportedValuesOf("timeZone")])]
    .sort()
    .map((each) => [each, each.replaceAll("_", " ")] as const)

export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"

export function currencies(present: string): Choices {
  const names = new Intl.DisplayNames(language.value, { type: "currency" })
  return [...new Set([present, ...Intl.supportedValuesOf("currency")])]
    .sort()
    .map((each) => [each, `${each} · ${names.of(each)}`] as const)
}

const EURO = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(" ")
const OTHERS: Record<string, string> = {
  ...{ AU: "AUD", BR: "BRL", CA: "CAD", CH: "CHF", CN: "CNY", CZ: "CZK", DK: "DKK", GB: "GBP", HU: "HUF", IN: "INR" },
  ...{ JP: "JPY", KR: "KRW", MX: "MXN", NO: "NOK", NZ: "NZD", PL: "PLN", RO: "RON", SE: "SEK", TR: "TRY", ZA: "ZAR" },
}

/** That of the region in the browser's languages, such as de-CH; US dollars where none says. */
export function likelyCurrency(languages: readonly string[]): string {
  const region = languages.map((each) => new Intl.Locale(each).maximize().region).find((each) => each !== undefined)
  if (region === undefined) return "USD"
  return EURO.includes(region) ? "EUR" : (OTHERS[region] ?? "USD")
}

/** Entries of a field with one a line. */
export const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((each) => each.trim())
    .filter((each) => each !== "")

/** As read from an amount in whole units: cents of euros, but whole yen. */
export function minorUnits(amount: string, currency: string): number {
  return Math.round(Number(amount) * 10 ** fractionDigits(currency))
}

export const wholeUnits = (minor: number, currency: string): string =>
  units(minor, currency).toFixed(fractionDigits(currency))
