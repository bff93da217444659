/** Which goal conversions are of, which currency revenue is in: beside the name of the metric. */
import type { OverviewReport } from "../api_types"
import { ChoiceMenu } from "../components/menu"
import { words } from "../language"
import { CONVERSIONS, currencyOf, revenueOf } from "../metrics"
import { changed, go, parameter } from "../router"
import { useCurrencies } from "./figures"

export function MetricOf({ metric, overview }: { metric: string; overview: OverviewReport | undefined }) {
  if (CONVERSIONS.includes(metric)) return <GoalMenu goals={overview?.goals ?? []} />
  const currency = currencyOf(metric)
  return currency ? <CurrencyMenu currency={currency} amounts={overview?.revenue} /> : null
}

export function GoalMenu({ goals }: { goals: OverviewReport["goals"] }) {
  const { anyGoal } = words.value.site
  const goal = parameter("goal")
  const chosen = goals.find((each) => each.goal_id === goal)
  if (goals.length < 2 && !goal) return null
  return (
    <ChoiceMenu
      label={chosen?.name ?? goal ?? anyGoal}
      title={words.value.results.goals.goal}
      options={[[null, anyGoal], ...goals.map((each) => [each.goal_id, each.name] as const)]}
      chosen={goal}
      onChoose={(value) => go(changed({ goal: value }), { replace: true })}
    />
  )
}

function CurrencyMenu({ currency, amounts }: { currency: string; amounts: Record<string, number> | undefined }) {
  const currencies = useCurrencies(amounts)
  if (currencies.length < 2) return <span class="quiet">{currency}</span>
  return (
    <ChoiceMenu
      label={currency}
      title={words.value.dimensions.currency}
      options={currencies.map((each) => [each, each] as const)}
      chosen={currency}
      onChoose={(value) => go(changed({ metric: revenueOf(value) }), { replace: true })}
    />
  )
}
