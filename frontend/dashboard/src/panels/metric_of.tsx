/** Which goal conversions are of, which currency revenue is in: beside the name of the metric. */
import type { ComponentChildren } from "preact"
import type { OverviewReport } from "../api_types"
import { Menu, MenuItem } from "../components/menu"
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
    <Choice label={chosen?.name ?? goal ?? anyGoal} title={words.value.results.goals.goal}>
      {(close) =>
        [null, ...goals].map((each) => (
          <MenuItem
            key={each?.goal_id ?? ""}
            chosen={(each?.goal_id ?? null) === goal}
            onChoose={() => {
              close()
              go(changed({ goal: each?.goal_id ?? null }), { replace: true })
            }}
          >
            <bdi>{each?.name ?? anyGoal}</bdi>
          </MenuItem>
        ))
      }
    </Choice>
  )
}

function CurrencyMenu({ currency, amounts }: { currency: string; amounts: Record<string, number> | undefined }) {
  const currencies = useCurrencies(amounts)
  if (currencies.length < 2) return <span class="quiet">{currency}</span>
  return (
    <Choice label={currency} title={words.value.dimensions.currency}>
      {(close) =>
        currencies.map((each) => (
          <MenuItem
            key={each}
            chosen={each === currency}
            onChoose={() => {
              close()
              go(changed({ metric: revenueOf(each) }), { replace: true })
            }}
          >
            {each}
          </MenuItem>
        ))
      }
    </Choice>
  )
}

const Choice = (given: { label: string; title: string; children: (close: () => void) => ComponentChildren }) => (
  <Menu label={<bdi class="cut">{given.label}</bdi>} title={`${given.title}: ${given.label}`} className="small bare">
    {given.children}
  </Menu>
)
