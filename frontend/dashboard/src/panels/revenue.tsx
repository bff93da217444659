/** Money of goals and events, a line each currency, since currencies are never added up. */
import type { Earnings } from "../api_types"
import { largestFirst, money, NOTHING, shortMoney, whole } from "../figures"
import { words } from "../language"

export function Amounts({ amounts }: { amounts: Record<string, number> }) {
  const listed = largestFirst(amounts)
  if (listed.length === 0) return <span class="quiet">{NOTHING}</span>
  return (
    <span class="amounts">
      {listed.map(([currency, amount]) => (
        <span key={currency} title={money(amount, currency)}>
          {shortMoney(amount, currency)}
        </span>
      ))}
    </span>
  )
}

function sorted(earnings: readonly Earnings[]): Earnings[] {
  const found = new Map(earnings.map((each) => [each.currency, each]))
  const amounts = Object.fromEntries(earnings.map((each) => [each.currency, each.revenue]))
  return largestFirst(amounts).flatMap(([currency]) => found.get(currency) ?? [])
}

export function EarningsOf({ earnings }: { earnings: readonly Earnings[] }) {
  const { metrics, results } = words.value
  return (
    <>
      {sorted(earnings).map((each) => (
        <div key={each.currency} class="fact">
          <span class="label">
            {metrics.revenue} {each.currency}
          </span>
          <span class="value">{money(each.revenue, each.currency)}</span>
          <span class="quiet">{results.events.orders(whole(each.orders))}</span>
          {each.average_order_value !== null && (
            <span class="quiet">{results.events.perOrder(money(each.average_order_value, each.currency))}</span>
          )}
          {each.refunds > 0 && (
            <span class="quiet">
              {results.events.refunds(whole(each.refunds), money(each.refunded, each.currency))}
            </span>
          )}
        </div>
      ))}
    </>
  )
}
