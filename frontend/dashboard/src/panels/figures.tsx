/** The strip of key figures; a click shows one in the chart. */
import type { ComponentChildren } from "preact"
import { type Found, useAnswer } from "../answers"
import type { OverviewReport } from "../api_types"
import { Change } from "../components/bars"
import { Block, Problem } from "../components/panel"
import { figure, type MetricUnit, money, NOTHING, percent, short, shortMoney, units } from "../figures"
import { words } from "../language"
import { isCompared, pageOf, question } from "../question"
import { METRICS } from "../registry"
import { changed, go, parameter } from "../router"

const SHOWN = [
  "visitors",
  "sessions",
  "pageviews",
  "pages_per_session",
  "bounce_rate",
  "average_session_duration",
] as const
export type ChartMetric = (typeof SHOWN)[number]

/** The metric that the chart shows. */
export const chartMetric = (): ChartMetric => SHOWN.find((each) => each === parameter("metric")) ?? "visitors"

export const unitOf = (metric: string): MetricUnit => METRICS.find((each) => each.name === metric)?.unit ?? "number"

export function Figures({ found }: { found: Found<OverviewReport> }) {
  const { data, error, loading } = found
  if (error) return <Problem error={error} />
  const compared = isCompared()
  return (
    <section
      class={`figures ${loading && data ? "busy" : ""}`}
      aria-label={words.value.site.figures}
      aria-busy={loading}
    >
      {SHOWN.map((metric) => (
        <button
          key={metric}
          type="button"
          aria-pressed={chartMetric() === metric}
          onClick={() => go(changed({ metric }), { replace: true })}
        >
          <span class="label">{words.value.metrics[metric]}</span>
          {data ? (
            <>
              <span class="value">{figure(data.metrics[metric], unitOf(metric))}</span>
              {compared && (
                <Change
                  now={data.metrics[metric]}
                  before={data.comparison?.metrics[metric]}
                  better={metric === "bounce_rate" ? "less" : "more"}
                />
              )}
            </>
          ) : (
            <Block height={44} />
          )}
        </button>
      ))}
      <Further label={words.value.metrics.conversions} data={data}>
        {(found) => <Conversions data={found} compared={compared} />}
      </Further>
      <Further label={words.value.metrics.conversion_rate} data={data}>
        {(found) => <ConversionRate data={found} compared={compared} />}
      </Further>
      <Further label={words.value.metrics.revenue} data={data}>
        {(found) => <Revenue data={found} compared={compared} />}
      </Further>
    </section>
  )
}

/** Has its place from the beginning, so that nothing moves when the figure comes. */
function Further(given: {
  label: string
  data: OverviewReport | undefined
  children: (data: OverviewReport) => ComponentChildren
}) {
  return (
    <div>
      <span class="label">{given.label}</span>
      {given.data ? given.children(given.data) : <Block height={44} />}
    </div>
  )
}

interface FurtherProps {
  data: OverviewReport
  compared: boolean
}

function Conversions({ data, compared }: FurtherProps) {
  if (data.goals.length === 0) return <a href={pageOf("settings/goals")}>{words.value.results.goals.add}</a>
  return (
    <>
      <span class="value">{short(data.conversions)}</span>
      {compared && <Change now={data.conversions} before={data.comparison?.conversions} />}
    </>
  )
}

function ConversionRate({ data, compared }: FurtherProps) {
  const rate = data.goals.length > 0 ? data.conversion_rate : null
  return (
    <>
      <span class="value">{percent(rate)}</span>
      {compared && <Change now={rate} before={data.comparison?.conversion_rate} />}
    </>
  )
}

/** By whole units: a yen is as much as a hundred cents here. */
export const largestFirst = (amounts: Record<string, number>): [string, number][] =>
  Object.entries(amounts).sort(([one, of], [other, than]) => units(than, other) - units(of, one))

/** A figure a currency, since they cannot be added up: the site's own or the largest, and the others beside its change. */
function Revenue({ data, compared }: FurtherProps) {
  const site = useAnswer("GET /api/sites/{site_id}", { path: { site_id: question.value.site } })
  const own = site.data?.currency
  const [first, ...others] = largestFirst(data.revenue).sort(
    ([one], [other]) => Number(other === own) - Number(one === own),
  )
  if (!first) return <span class="value">{NOTHING}</span>
  const [currency, amount] = first
  const exact = [first, ...others].map(([each, minor]) => money(minor, each)).join(" · ")
  return (
    <>
      <span class="value" title={exact}>
        {shortMoney(amount, currency)}
      </span>
      <span class="row cut" title={exact}>
        {compared && <Change now={amount} before={data.comparison?.revenue[currency]} />}
        {others.map(([each, minor]) => (
          <span key={each} class="quiet change">
            {shortMoney(minor, each)}
          </span>
        ))}
      </span>
    </>
  )
}
