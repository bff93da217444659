/** What every panel of a site is asked for: its range, comparison, filters and segment, as the address has them. */

import { computed } from "@preact/signals"
import { at } from "./base"
import { type Clause, type Condition, clauseFrom, conditionOf, isSame, textOf } from "./conditions"
import type { Comparison } from "./registry"
import { address, type Changes, changed, go, path } from "./router"

export const DEFAULT_RANGE = "30d"
const DEFAULT_COMPARISON = "previous_period"

export interface Question {
  site: string
  range: string
  /** Days, both included, instead of a named range. */
  from: string
  to: string
  compare: string
  compareFrom: string
  compareTo: string
  clauses: readonly Clause[]
  /** Texts of the address that are no condition: the server is given them, so that it says what is wrong. */
  unread: readonly string[]
  segment: string
}

export const question = computed<Question>(() => {
  const { searchParams } = address.value
  const given = (name: string): string => searchParams.get(name) ?? ""
  const conditions = [
    ...searchParams.getAll("filter").map((text) => conditionOf(text) ?? text),
    ...clausesOf(given("filters")),
  ]
  return {
    site: decoded(path.value.split("/")[2] ?? ""),
    range: given("range") || (given("from") ? "" : DEFAULT_RANGE),
    from: given("from"),
    to: given("to"),
    compare: given("compare") || (given("compare_from") ? "" : DEFAULT_COMPARISON),
    compareFrom: given("compare_from"),
    compareTo: given("compare_to"),
    clauses: conditions.filter((each) => typeof each !== "string"),
    unread: conditions.filter((each) => typeof each === "string"),
    segment: given("segment"),
  }
})

/** Of half a character, which nothing is called, the text as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A text for each that is no clause. */
function clausesOf(json: string): (Clause | string)[] {
  try {
    const found = JSON.parse(json || "[]")
    return Array.isArray(found) ? found.map((each) => clauseFrom(each) ?? textIn(each)) : [json]
  } catch {
    return [json]
  }
}

const textIn = (given: unknown): string => (typeof given === "string" ? given : JSON.stringify(given))

/** What is asked of a report, by the names of its parameters. */
export interface Asked {
  range?: string
  from?: string
  to?: string
  filter?: readonly string[]
  filters?: string
  segment?: string
}

export interface Compared {
  compare?: Comparison
  compare_from?: string
  compare_to?: string
}

/** Of the range and the filters, as every report takes them. */
export function asked(of: Question = question.value): Asked {
  const range = of.range ? { range: of.range } : { from: of.from, to: of.to || of.from }
  return { ...range, ...chosen(of) }
}

/** The filters and the segment alone, for reports that have no range. */
export function chosen(of: Question = question.value): Asked {
  return {
    ...(of.unread.length > 0 && { filter: of.unread }),
    ...(of.clauses.length > 0 && { filters: JSON.stringify(of.clauses) }),
    ...(of.segment && { segment: of.segment }),
  }
}

/** With the comparison, for the reports that have one. */
export function askedWithComparison(of: Question = question.value): Asked & Compared {
  return { ...asked(of), ...comparisonOf(of) }
}

function comparisonOf(of: Question): Compared {
  if (of.compareFrom) return { compare_from: of.compareFrom, compare_to: of.compareTo }
  // All there is has nothing before it. Of a name that there is not the server says so.
  return of.compare === "none" || of.range === "all" ? {} : { compare: of.compare as Comparison }
}

export const isCompared = (of: Question = question.value): boolean => Object.keys(comparisonOf(of)).length > 0

/** The address with these conditions instead of those it has. Texts, but for what a text cannot say. */
function conditions(clauses: readonly Clause[], unread: readonly string[]): Changes {
  const texts: string[] = [...unread]
  const others: Clause[] = []
  for (const each of clauses) {
    const text = "dimension" in each ? textOf(each) : null
    const again = text === null ? null : conditionOf(text)
    if (text !== null && again && isSame(again, each)) texts.push(text)
    else others.push(each)
  }
  return { filter: texts, filters: others.length > 0 ? JSON.stringify(others) : null }
}

export const withClauses = (clauses: readonly Clause[], unread: readonly string[] = question.value.unread): string =>
  changed(conditions(clauses, unread))

/** The address with this value chosen: the only one of its dimension, or no more when it was chosen already. */
export function filteredBy(dimension: string, value: string | null): string {
  const wanted: Condition =
    value === null ? { dimension, operator: "is not set", values: [] } : { dimension, operator: "is", values: [value] }
  const { clauses } = question.value
  if (clauses.some((each) => isSame(each, wanted))) return withClauses(clauses.filter((each) => !isSame(each, wanted)))
  const others = clauses.filter((each) => !("dimension" in each && isAlternative(each, wanted)))
  return withClauses([...others, wanted])
}

const isAlternative = (one: Condition, other: Condition): boolean =>
  one.dimension === other.dimension && ["is", "is not set"].includes(one.operator)

export const isFilteredBy = (dimension: string, value: string | null): boolean =>
  question.value.clauses.some(
    (each) =>
      "dimension" in each &&
      each.dimension === dimension &&
      (value === null ? each.operator === "is not set" : each.operator === "is" && each.values.includes(value)),
  )

export const removeClause = (clause: Clause): void =>
  go(withClauses(question.value.clauses.filter((each) => !isSame(each, clause))))

export const removeUnread = (text: string): void => {
  const { clauses, unread } = question.value
  go(
    withClauses(
      clauses,
      unread.filter((each) => each !== text),
    ),
  )
}

export const addClause = (clause: Clause): void => go(withClauses([...question.value.clauses, clause]))

/** The address of another page of the site, about the same. */
export function pageOf(name: string, site: string = question.value.site): string {
  const to = new URL(address.value)
  to.pathname = at(`/sites/${encodeURIComponent(site)}${name && `/${name}`}`)
  const kept = ["range", "from", "to", "compare", "compare_from", "compare_to", "filter", "filters", "segment"]
  for (const each of [...to.searchParams.keys()]) if (!kept.includes(each)) to.searchParams.delete(each)
  return changed({}, to)
}
