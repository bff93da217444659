/** Minutes to months: which suit a period, and the menu to choose one. */
import { ChoiceMenu } from "../components/menu"
import { words } from "../language"
import { question } from "../question"
import { TIME_UNITS, type TimeUnit } from "../registry"
import { changed, go, parameter } from "../router"

const DAY_MS = 86_400_000
/** As the server chooses them for a series. */
const HOURS_UNDER_DAYS = 2
const MONTHS_FROM_DAYS = 180

/** The one that the address names, else one that suits the period. */
export const chosenUnit = (): TimeUnit =>
  TIME_UNITS.find((each) => each === parameter("unit")) ?? unitOfDays(daysOf(question.value))

export function unitOfDays(days: number): TimeUnit {
  if (days < HOURS_UNDER_DAYS) return "hour"
  return days >= MONTHS_FROM_DAYS ? "month" : "day"
}

/** About how many days a range has that may have a name alone. */
export function daysOf({ range, from, to }: { range: string; from: string; to: string }): number {
  if (!range) return (Date.parse((to || from).slice(0, 10)) - Date.parse(from.slice(0, 10))) / DAY_MS + 1
  const [, count, unit] = /^(\d+)(min|h|d|mo)$/.exec(range) ?? []
  const lengths: Record<string, number> = { min: 1 / 1440, h: 1 / 24, d: 1, mo: 30 }
  if (count && unit) return Number(count) * lengths[unit]!
  if (/^(today|yesterday|realtime)$/.test(range)) return 1
  return /^(all|year|last_year)$/.test(range) ? 365 : 31
}

/** Past them the server has too many points, or a chart too many to be told apart. */
const MOST_DAYS: Partial<Record<TimeUnit, number>> = { minute: 6, hour: 100 }

export function UnitMenu({ unit }: { unit: string | null }) {
  const { site, timeUnits } = words.value
  const days = daysOf(question.value)
  const possible = TIME_UNITS.filter((each) => each === unit || days <= (MOST_DAYS[each] ?? Number.POSITIVE_INFINITY))
  return (
    <ChoiceMenu
      label={timeUnits[unit as TimeUnit] ?? site.automatic}
      title={site.granularity}
      end
      options={[[null, site.automatic], ...possible.map((each) => [each, timeUnits[each]] as const)]}
      chosen={unit}
      onChoose={(value) => go(changed({ unit: value }), { replace: true })}
    />
  )
}
