/** A goal while it is written: texts of its form, and what of them the API takes. */
import type { Condition as ApiCondition, Filters, Goal, GoalRevenue } from "../../api_types"
import { type Clause, conditionOf } from "../../conditions"
import { minorUnits, wholeUnits } from "./choices"

export type Worth = "none" | GoalRevenue["kind"]

export interface GoalDraft {
  name: string
  type: Goal["type"]
  value: string
  clauses: readonly Clause[]
  /** One more condition, in the fields and not added yet. */
  pending: Clause | null
  worth: Worth
  amount: string
  property: string
  currency: string
}

export const newDraft = (currency: string): GoalDraft => ({
  name: "",
  type: "event",
  value: "",
  clauses: [],
  pending: null,
  worth: "none",
  amount: "",
  property: "",
  currency,
})

export function draftOf(goal: Goal, usual: string): GoalDraft {
  const { name, type, value, revenue } = goal
  const currency = revenue?.currency ?? usual
  return {
    name,
    type,
    value,
    clauses: clausesOf(goal.filters),
    pending: null,
    worth: revenue?.kind ?? "none",
    amount: revenue?.amount ? wholeUnits(revenue.amount, currency) : "",
    property: revenue?.property ?? "",
    currency,
  }
}

/** Conditions as the dashboard has them; the API may give them as texts. */
export function clausesOf(filters: Filters): Clause[] {
  return filters.flatMap((each) => {
    const group = [each].flat().flatMap(oneOf)
    return group.length === 1 ? group : group.length > 1 ? [group] : []
  })
}

function oneOf(condition: ApiCondition) {
  if (typeof condition === "string") return conditionOf(condition) ?? []
  return { ...condition, values: (condition.values ?? []).map(String) }
}

export interface GoalBody {
  type: Goal["type"]
  value: string
  filters: Filters
  revenue: GoalRevenue | null
}

/** Null while it says too little to be counted. */
export function bodyOf(draft: GoalDraft): GoalBody | null {
  const revenue = revenueOf(draft)
  if (!draft.value.trim() || revenue === undefined) return null
  const filters = [...draft.clauses, ...(draft.pending ? [draft.pending] : [])] as Filters
  return { type: draft.type, value: draft.value.trim(), filters, revenue }
}

/** Undefined while it lacks something. */
function revenueOf({ worth, amount, property, currency }: GoalDraft): GoalRevenue | null | undefined {
  if (worth === "none") return null
  if (worth === "event") return { kind: worth }
  if (worth === "property") return property ? { kind: worth, property, currency } : undefined
  const minor = minorUnits(amount, currency)
  return minor > 0 ? { kind: worth, amount: minor, currency } : undefined
}
