/** The strip of key figures; a click shows one in the chart and in the panels. */
import type { ComponentChildren } from "preact"
import { type Found, useAnswer } from "../answers"
import type { Metric, OverviewReport } from "../api_types"
import { Change } from "../components/bars"
import { Block, Problem } from "../components/panel"
import { largestFirst, money, NOTHING } from "../figures"
import { words } from "../language"
import {
  betterOf,
  CONVERSIONS,
  chosenMetric,
  currencyOf,
  KEY_FIGURES,
  metricName,
  revenueOf,
  shortFigure,
} from "../metrics"
import { isCompared, pageOf, question } from "../question"
import { DIMENSIONS } from "../registry"
import { changed, go, parameter } from "../router"

type KeyFigure = (typeof KEY_FIGURES)[number]

export function Figures({ found }: { found: Found<OverviewReport> }) {
  const { data, error, loading } = found
  if (error) return <Problem error={error} />
  return (
    <>
      <section
        class={`figures ${loading && data ? "busy" : ""}`}
        aria-label={words.value.site.figures}
        aria-busy={loading}
      >
        {KEY_FIGURES.map((metric) =>
          data && data.goals.length === 0 && CONVERSIONS.includes(metric) ? (
            <NoGoals key={metric} metric={metric} />
          ) : (
            <Tile key={metric} label={nameOf(data, metric)} metric={metric} chosen={chosenMetric() === metric}>
              {data ? <KeyFigure data={data} metric={metric} /> : <Block height={44} />}
            </Tile>
          ),
        )}
        {data ? (
          <Revenue data={data} />
        ) : (
          <Tile label={words.value.metrics.revenue}>
            <Block height={44} />
          </Tile>
        )}
      </section>
      {isOfWholeSessions() && <p class="quiet figures-note">{words.value.site.wholeSessions}</p>}
    </>
  )
}

/** Without a metric it cannot be chosen. It has its place from the beginning, so that nothing moves later. */
function Tile(given: { label: string; metric?: Metric; chosen?: boolean; children: ComponentChildren }) {
  const inner = (
    <>
      <span class="label" title={given.label}>
        {given.label}
      </span>
      {given.children}
    </>
  )
  const { metric } = given
  if (!metric) return <div>{inner}</div>
  return (
    <button type="button" aria-pressed={given.chosen} onClick={() => go(changed({ metric }), { replace: true })}>
      {inner}
    </button>
  )
}

const NoGoals = ({ metric }: { metric: KeyFigure }) => (
  <Tile label={metricName(metric)}>
    {metric === "conversions" ? (
      <a href={pageOf("settings/goals")}>{words.value.results.goals.add}</a>
    ) : (
      <span class="value">{NOTHING}</span>
    )}
  </Tile>
)

function KeyFigure({ data, metric }: { data: OverviewReport; metric: KeyFigure }) {
  const now = figureOf(data, metric)
  return (
    <>
      <span class="value">{shortFigure(now, metric)}</span>
      {isCompared() && (
        <Change now={now} before={data.comparison && figureOf(data.comparison, metric)} better={betterOf(metric)} />
      )}
    </>
  )
}

type Part = Pick<OverviewReport, "metrics" | "goals" | "conversions" | "conversion_rate">

/** The one that the address names, as in the chart and the panels. */
const chosenGoal = (part: Part | undefined) => part?.goals.find((each) => each.goal_id === parameter("goal"))

function figureOf(part: Part, metric: KeyFigure): number | null {
  if (metric !== "conversions" && metric !== "conversion_rate") return part.metrics[metric]
  return (chosenGoal(part) ?? part)[metric]
}

const nameOf = (data: OverviewReport | undefined, metric: KeyFigure): string => {
  const goal = CONVERSIONS.includes(metric) && chosenGoal(data)
  return goal ? `${metricName(metric)}: ${goal.name}` : metricName(metric)
}

/** The site's own currency first, then the largest. */
export function useCurrencies(amounts: Record<string, number> | undefined): string[] {
  const site = useAnswer("GET /api/sites/{site_id}", { path: { site_id: question.value.site } })
  const own = site.data?.currency
  return withFirst(
    own,
    largestFirst(amounts ?? {}).map(([currency]) => currency),
  )
}

const withFirst = (first: string | undefined, currencies: readonly string[]): string[] =>
  currencies.toSorted((one, other) => Number(other === first) - Number(one === first))

/** A figure a currency, since they cannot be added up: the chosen one or the first, and the others beside its change. */
function Revenue({ data }: { data: OverviewReport }) {
  const shown = currencyOf(chosenMetric())
  const currencies = withFirst(shown, useCurrencies(data.revenue))
  const [first, ...others] = currencies
  const label = words.value.metrics.revenue
  if (!first)
    return (
      <Tile label={label}>
        <span class="value">{NOTHING}</span>
      </Tile>
    )
  const exact = currencies.map((each) => money(data.revenue[each], each)).join(" · ")
  return (
    <Tile label={label} metric={revenueOf(first)} chosen={shown !== undefined}>
      <span class="value" title={exact}>
        {shortFigure(data.revenue[first], revenueOf(first))}
      </span>
      <span class="row cut" title={exact}>
        {isCompared() && <Change now={data.revenue[first]} before={data.comparison?.revenue[first]} />}
        {others.map((each) => (
          <span key={each} class="quiet change">
            {shortFigure(data.revenue[each], revenueOf(each))}
          </span>
        ))}
      </span>
    </Tile>
  )
}

/** Whether a filter is of events, whose pageviews are counted beside rates of the whole sessions. */
function isOfWholeSessions(): boolean {
  const scopeOf = (name: string): string => DIMENSIONS.find((each) => each.name === name)?.scope ?? "event"
  return question.value.clauses.flat().some(({ dimension }) => scopeOf(dimension) === "event")
}
