/** What the cohorts of a retention report say together. */
import type { Cohort, RetentionReport } from "../api_types"
import type { Question } from "../question"

export type Unit = RetentionReport["unit"]

/** The last bucket is every cohort's last cell; it may not be over yet. */
export const isUnfinished = (report: Pick<RetentionReport, "to">, now: number = Date.now()): boolean =>
  Date.parse(report.to) > now

/**
 * How many came back after 1, 2, … buckets, as a part of all for whom it is known; null where it is of none.
 * With `unfinished` the last cell of each cohort is left out.
 */
export function averages(cohorts: readonly Cohort[], unfinished: boolean): (number | null)[] {
  const length = Math.max(0, ...cohorts.map((each) => each.retained.length))
  return Array.from({ length: Math.max(0, length - 1) }, (_, index) => {
    const after = index + 1
    const known = cohorts.filter((each) => isKnown(each, after, unfinished))
    const visitors = known.reduce((sum, each) => sum + each.visitors, 0)
    const retained = known.reduce((sum, each) => sum + (each.retained[after] ?? 0), 0)
    return visitors ? retained / visitors : null
  })
}

const isKnown = (cohort: Cohort, after: number, unfinished: boolean): boolean =>
  typeof cohort.retained[after] === "number" && !(unfinished && after === cohort.retained.length - 1)

/** Without those before the first visitor: what was before the site began says nothing. */
export const sinceFirst = (cohorts: readonly Cohort[]): Cohort[] =>
  cohorts.slice(
    Math.max(
      0,
      cohorts.findIndex((each) => each.visitors > 0),
    ),
  )

/** Whether there is a cell that nobody can know. */
export const hasUnknown = (cohorts: readonly Cohort[]): boolean => cohorts.some((each) => each.retained.includes(null))

export const isAllUnknown = (cohorts: readonly Cohort[]): boolean =>
  cohorts.every((each) => each.retained.slice(1).every((retained) => retained === null))

/** The largest part that came back, for the shades; the cohorts' own first cells say nothing. */
export const mostRetained = (cohorts: readonly Cohort[]): number =>
  Math.max(0, ...cohorts.flatMap((each) => each.fractions.slice(1).map((fraction) => fraction ?? 0)))

const DAY_MS = 86_400_000
const DAYS_BY_DAY = 21
const DAYS_BY_WEEK = 200
const RANGE_DAYS: Record<string, number> = {
  today: 1,
  yesterday: 1,
  "24h": 1,
  "7d": 7,
  "12mo": 365,
  year: 365,
  last_year: 365,
  all: 365,
}

/** Cohorts of a length that fits the period: not one alone, and not hundreds. */
export function usualUnit({ range, from, to }: Pick<Question, "range" | "from" | "to">): Unit {
  const own = (Date.parse(to || from) - Date.parse(from)) / DAY_MS
  const days = range ? (RANGE_DAYS[range] ?? Number.parseInt(range, 10)) : own
  if (days <= DAYS_BY_DAY) return "day"
  return days > DAYS_BY_WEEK ? "month" : "week"
}
