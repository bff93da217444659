/** Conditions as the API writes them: "country is DE, FR", with a backslash before a comma within a value. */
import { OPERATORS, type Operator } from "./registry"

export interface Condition {
  dimension: string
  operator: Operator
  values: readonly string[]
}

/** One condition, or several of which one has to hold. */
export type Clause = Condition | readonly Condition[]

const LONGEST_FIRST = OPERATORS.map((each) => each.name).sort((a, b) => b.length - a.length)
const WITHOUT_VALUE: readonly Operator[] = ["is set", "is not set"]

export const takesValues = (operator: Operator): boolean => !WITHOUT_VALUE.includes(operator)

export function textOf({ dimension, operator, values }: Condition): string {
  const listed = values.map((each) => each.replaceAll(",", "\\,")).join(", ")
  return takesValues(operator) ? `${dimension} ${operator} ${listed}` : `${dimension} ${operator}`
}

/** Null for what is no condition. The first operator in the text counts; of those at one place the longest. */
export function conditionOf(text: string): Condition | null {
  let at = Number.POSITIVE_INFINITY
  let operator: Operator | null = null
  for (const each of LONGEST_FIRST) {
    const found = ` ${text} `.indexOf(` ${each} `)
    if (found > 0 && found < at) {
      at = found
      operator = each
    }
  }
  if (operator === null) return null
  const rest = text.slice(at + operator.length).trim()
  return { dimension: text.slice(0, at).trim(), operator, values: takesValues(operator) ? valuesOf(rest) : [] }
}

export const valuesOf = (text: string): string[] =>
  text
    .split(/(?<!\\),/)
    .map((each) => each.replaceAll("\\,", ",").trim())
    .filter((each) => each !== "")

/** A clause out of JSON as the API takes it: a lone value needs no list, numbers may be none of text. Null for what is no clause. */
export function clauseFrom(given: unknown): Clause | null {
  if (!Array.isArray(given)) return conditionFrom(given)
  const found = given.flatMap((each) => conditionFrom(each) ?? [])
  return found.length > 0 && found.length === given.length ? found : null
}

function conditionFrom(given: unknown): Condition | null {
  if (typeof given === "string") return conditionOf(given)
  if (typeof given !== "object" || given === null) return null
  const { dimension, operator, values = [], ...others } = given as Record<string, unknown>
  const texts = [values].flat().map((each) => (typeof each === "number" ? String(each) : each))
  if (typeof dimension !== "string" || !isOperator(operator) || Object.keys(others).length > 0) return null
  return texts.every((each) => typeof each === "string") ? { dimension, operator, values: texts } : null
}

const isOperator = (given: unknown): given is Operator => OPERATORS.some((each) => each.name === given)

export const isSame = (one: Clause, other: Clause): boolean => JSON.stringify(one) === JSON.stringify(other)
