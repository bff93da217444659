/** A funnel while it is built: as its form has it, and as the API takes it. */
import type { Filters, Funnel, Step } from "../api_types"
import { type Clause, type Condition, takesValues, valuesOf } from "../conditions"
import type { Operator } from "../registry"
import { clausesOf } from "./goal_clauses"

export const FEWEST_STEPS = 2
export const MOST_STEPS = 8

export interface DraftCondition {
  key: number
  dimension: string
  operator: Operator
  /** Several values have commas between them. */
  text: string
}

export interface DraftStep {
  key: number
  type: Step["type"]
  value: string
  conditions: readonly DraftCondition[]
  /** Conditions of which one has to hold: kept as they are. */
  others: readonly Clause[]
}

export const WINDOW_UNITS = ["none", "minute", "hour", "day"] as const
export type WindowUnit = (typeof WINDOW_UNITS)[number]

export interface Draft {
  name: string
  steps: readonly DraftStep[]
  scope: Funnel["scope"]
  window: { count: string; unit: WindowUnit }
}

export interface FunnelBody {
  steps: Step[]
  window_seconds: number | null
  scope: Funnel["scope"]
}

const SECONDS: Record<Exclude<WindowUnit, "none">, number> = { minute: 60, hour: 3_600, day: 86_400 }
const LARGEST_FIRST = ["day", "hour", "minute"] as const

/** In the largest unit in which it is whole. */
export function windowOf(seconds: number | null): { count: string; unit: WindowUnit } {
  if (seconds === null) return { count: "", unit: "none" }
  const unit = LARGEST_FIRST.find((each) => seconds % SECONDS[each] === 0) ?? "minute"
  return { count: String(seconds / SECONDS[unit]), unit }
}

export function secondsOf({ count, unit }: Draft["window"]): number | null {
  return unit === "none" ? null : Math.round(Number(count) * SECONDS[unit])
}

/** Lists of a form need keys that stay with their rows. */
export const newKey = (): number => Math.random()

export const newStep = (type: Step["type"] = "path"): DraftStep => ({
  key: newKey(),
  type,
  value: "",
  conditions: [],
  others: [],
})

export const newDraft = (): Draft => ({
  name: "",
  steps: [newStep(), newStep("event")],
  scope: "session",
  window: windowOf(null),
})

export const draftOf = (funnel: Funnel): Draft => ({
  name: funnel.name,
  scope: funnel.scope,
  window: windowOf(funnel.window_seconds),
  steps: funnel.steps.map(draftStep),
})

function draftStep({ type, value, filters = [] }: Step): DraftStep {
  const clauses = clausesOf(filters)
  const single = clauses.filter((each): each is Condition => "dimension" in each)
  return {
    key: newKey(),
    type,
    value,
    conditions: single.map(({ dimension, operator, values }) => ({
      key: newKey(),
      dimension,
      operator,
      text: values.map((each) => each.replaceAll(",", "\\,")).join(", "),
    })),
    others: clauses.filter((each) => !("dimension" in each)),
  }
}

/** Null while something is missing. */
export function bodyOf({ steps, window, scope }: Draft): FunnelBody | null {
  const seconds = secondsOf(window)
  const whole = steps.every((each) => each.value.trim() !== "" && each.conditions.every(isWhole))
  if (!whole || steps.length < FEWEST_STEPS || (seconds !== null && !(seconds > 0))) return null
  return { steps: steps.map(stepOf), window_seconds: seconds, scope }
}

const isWhole = ({ dimension, operator, text }: DraftCondition): boolean =>
  !/^$|:$/.test(dimension) && (!takesValues(operator) || valuesOf(text).length > 0)

function stepOf({ type, value, conditions, others }: DraftStep): Step {
  const filters = [
    ...conditions.map(({ dimension, operator, text }) => ({
      dimension,
      operator,
      values: takesValues(operator) ? valuesOf(text) : [],
    })),
    ...others,
  ] as Filters
  return { type, value: value.trim(), ...(filters.length > 0 && { filters }) }
}

/** The list with one entry at another place. */
export function moved<Entry>(list: readonly Entry[], from: number, to: number): Entry[] {
  const rest = list.filter((_, index) => index !== from)
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)]
}
