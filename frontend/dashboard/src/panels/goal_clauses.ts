/** What a goal or an event's property is as filters of the whole dashboard. */
import type { Filters, Goal } from "../api_types"
import { type Clause, type Condition, conditionOf, isSame } from "../conditions"
import { filteredBy, isFilteredBy, question, withClauses } from "../question"

type Given = Filters[number]

export const isValue = (dimension: string, value: string): Condition => ({ dimension, operator: "is", values: [value] })

/** Conditions as the API answers them: texts or objects, and lists of which one has to hold. */
export const clausesOf = (filters: Filters): Clause[] =>
  filters.flatMap((each) => (Array.isArray(each) ? [each.flatMap(conditionsOf)] : conditionsOf(each)))

function conditionsOf(given: Exclude<Given, unknown[]>): Condition[] {
  if (typeof given === "string") return [conditionOf(given)].flatMap((each) => each ?? [])
  const { dimension, operator, values = [] } = given
  return [{ dimension, operator, values: values.map(String) }]
}

/** The goal's event or page, and the conditions on it. */
export function clausesOfGoal({ type, value, filters }: Pick<Goal, "type" | "value" | "filters">): Clause[] {
  if (type === "event") return [isValue("event", value), ...clausesOf(filters)]
  const page = isValue("page", value)
  return [value.includes("*") ? { ...page, operator: "matches" } : page, ...clausesOf(filters)]
}

export const isFilteredByAll = (wanted: readonly Clause[]): boolean =>
  wanted.every((each) => question.value.clauses.some((other) => isSame(each, other)))

/** The address with all of them instead of others on the same dimensions, or without them when they hold already. */
export function filteredByAll(wanted: readonly Clause[]): string {
  const { clauses } = question.value
  if (isFilteredByAll(wanted)) {
    return withClauses(clauses.filter((each) => !wanted.some((other) => isSame(each, other))))
  }
  return withClauses([...clauses.filter((each) => !isReplaced(each, wanted)), ...wanted])
}

const isReplaced = (clause: Clause, wanted: readonly Clause[]): boolean =>
  wanted.some((each) => isSame(each, clause)) ||
  ("dimension" in clause && wanted.some((each) => "dimension" in each && each.dimension === clause.dimension))

/** Filters by a value of an event's property; chosen again, the event alone stays. */
export function filteredByProperty(event: string, key: string, value: string): string {
  const property = `property:${key}`
  if (isFilteredBy(property, value)) return filteredBy(property, value)
  return filteredByAll([isValue("event", event), isValue(property, value)])
}
