/** How a dimension's value is shown: names for codes, flags for countries, words for nothing. */
import type { ComponentChildren } from "preact"
import { countryName, languageName } from "./figures"
import { words } from "./language"

/** Of dimensions whose values are a fixed list of the server. */
const LISTS: () => Record<string, Record<string, string>> = () => words.value.values

const CODES: Record<string, (code: string) => string> = { country: countryName, language: languageName }

/** Without a value nobody sent the visitor. */
const NOBODY = ["source", "referrer"]

export function valueText(dimension: string, value: string | null): string {
  if (value === null || value === "")
    return NOBODY.includes(dimension) ? words.value.shared.direct : words.value.shared.notSet
  const listed = LISTS()[dimension]
  if (listed && Object.hasOwn(listed, value)) return listed[value]!
  return CODES[dimension]?.(value) ?? value
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"]

/** The server's value of what people call it in the language of the page; anything else stays as it is. */
export function codeOf(dimension: string, text: string): string {
  const wanted = text.toLowerCase()
  const listed = Object.entries(LISTS()[dimension] ?? {}).find(([, name]) => name.toLowerCase() === wanted)
  return listed?.[0] ?? (dimension === "country" ? countryOf(text) : text)
}

function countryOf(text: string): string {
  if (text.length === 2) return text
  const codes = LETTERS.flatMap((one) => LETTERS.map((other) => one + other))
  const wanted = text.toLowerCase()
  return codes.find((each) => countryName(each) !== each && countryName(each).toLowerCase() === wanted) ?? text
}

export function valueName(dimension: string, value: string | null): ComponentChildren {
  const text = valueText(dimension, value)
  if (value === null || value === "") return <i class="quiet">{text}</i>
  if (dimension === "country") return `${flag(value)} ${text}`
  return text
}

/** Two letters as the regional indicators that systems show as a flag. */
const flag = (code: string): string =>
  /^[A-Z]{2}$/.test(code) ? String.fromCodePoint(...[...code].map((each) => each.charCodeAt(0) + 0x1f1a5)) : ""

export const dimensionName = (name: string): string =>
  name.startsWith("property:")
    ? name.slice("property:".length)
    : (words.value.dimensions[name as keyof typeof words.value.dimensions] ?? name)
