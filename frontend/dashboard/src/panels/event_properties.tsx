/** What an event says besides its name: each property with its values, and what its numbers add up to. */
import { useState } from "preact/hooks"
import { useAnswer } from "../answers"
import type { Dimension, Earnings, EventSeriesReport, Numbers, NumbersReport, Property } from "../api_types"
import { Bars } from "../components/bars"
import { Icon } from "../components/icon"
import { Block, Shown } from "../components/panel"
import { ShowAll } from "../components/show_all"
import { Sparkline } from "../components/sparkline"
import { bucketName, decimal, percent, short, whole } from "../figures"
import { words } from "../language"
import { asked, isFilteredBy, question } from "../question"
import { changed } from "../router"
import { valueName } from "../values"
import { narrow } from "../width"
import { filteredByAll, filteredByProperty, isFilteredByAll, isValue } from "./goal_clauses"
import { Amounts, EarningsOf } from "./revenue"

const VALUES = 6
/** Of numbers that are rarely the same. */
const NUMBERS = 3
const MANY = 20
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

interface OfEvent {
  event: string
  count: number
}

export function EventProperties({ event, count, earnings }: OfEvent & { earnings: readonly Earnings[] }) {
  const found = useAnswer("GET /api/sites/{site_id}/reports/properties", {
    path: { site_id: question.value.site },
    parameters: { ...asked(), event },
  })
  const { events } = words.value.results
  return (
    <div class="event-properties">
      <div class="overview">
        <Series event={event} />
        <EarningsOf earnings={earnings} />
      </div>
      <Shown found={found} skeleton={<Block height={160} />}>
        {(data) => (
          <>
            {data.rows.length === 0 && <p class="quiet">{events.noProperties}</p>}
            <ul class="properties">
              {data.rows.map((each) => (
                <li key={each.key}>
                  <PropertyValues event={event} count={count} property={each} />
                </li>
              ))}
            </ul>
            {data.truncated && <p class="quiet">{events.truncated}</p>}
          </>
        )}
      </Shown>
    </div>
  )
}

function Series({ event }: { event: string }) {
  const found = useAnswer("GET /api/sites/{site_id}/reports/event-series", {
    path: { site_id: question.value.site },
    parameters: { ...asked(), event },
  })
  return (
    <div class="series">
      <Shown found={found} skeleton={<Block height={84} />}>
        {(data) => <SeriesLine event={event} data={data} />}
      </Shown>
    </div>
  )
}

function SeriesLine({ event, data }: { event: string; data: EventSeriesReport }) {
  const { events } = words.value.results
  const { points, unit } = data
  const busiest = points.reduce((most, each) => (each.count > most.count ? each : most), points[0]!)
  const most = events.busiest(whole(busiest?.count), busiest ? bucketName(busiest.time, unit) : "")
  return (
    <>
      <p class="row quiet">
        <bdi class="cut">{events.overTime(event)}</bdi>
        <span class="push">{most}</span>
      </p>
      <Sparkline values={points.map((each) => each.count)} label={`${events.overTime(event)}. ${most}`} />
      {points.length > 1 && (
        <p class="row quiet ends">
          <span>{bucketName(points[0]!.time, unit)}</span>
          <span class="push">{bucketName(points.at(-1)!.time, unit)}</span>
        </p>
      )}
    </>
  )
}

function PropertyValues({ event, count, property }: OfEvent & { property: Property }) {
  const { results } = words.value
  const [all, setAll] = useState(false)
  const { key, values } = property
  const numeric = isNumeric(property)
  const most = numeric && values.length > MANY ? NUMBERS : VALUES
  const earns = !numeric && values.some((each) => Object.keys(each.revenue).length > 0)
  // A phone has no room for both.
  const shares = !(earns && narrow.value)
  const shown = all ? values : values.slice(0, most)
  return (
    <section class="property" aria-label={`${event}: ${key}`}>
      <header class="row">
        <h3 class="cut">
          <bdi>{key}</bdi>
        </h3>
        <a
          class="button bare small push"
          href={detailsOf(event, key)}
          aria-label={results.events.breakDownBy(event, key)}
        >
          <Icon name="expand" size={12} /> {results.events.breakDown}
        </a>
      </header>
      {numeric && <NumbersOf event={event} property={key} />}
      <Bars
        caption={key}
        columns={[
          results.events.value,
          results.events.count,
          ...(shares ? [results.events.share] : []),
          ...(earns ? [words.value.metrics.revenue] : []),
        ]}
        rows={shown.map((each) => ({
          key: each.value,
          name: valueName(`property:${key}`, each.value),
          title: each.value,
          size: each.count,
          href: filteredByProperty(event, key, each.value),
          chosen: isFilteredBy(`property:${key}`, each.value),
          figures: [
            short(each.count),
            ...(shares ? [percent(count ? each.count / count : 0)] : []),
            ...(earns ? [<Amounts key="revenue" amounts={each.revenue} />] : []),
          ],
        }))}
      />
      {values.length > most && <ShowAll count={values.length} all={all} onChange={setAll} />}
    </section>
  )
}

/** Every value with every figure, of this event alone. */
function detailsOf(event: string, key: string): string {
  const of = [isValue("event", event)]
  const base = isFilteredByAll(of) ? changed({}) : filteredByAll(of)
  return changed({ details: `property:${key}` }, new URL(base, location.href))
}

export const isNumeric = ({ values }: Property): boolean =>
  values.length > 0 && values.every((each) => NUMBER.test(each.value))

const SHOWN = ["count", "sum", "average", "median", "p95"] as const satisfies readonly (keyof Numbers)[]

function NumbersOf({ event, property }: { event: string; property: string }) {
  const found = useAnswer("GET /api/sites/{site_id}/reports/numbers", {
    path: { site_id: question.value.site },
    parameters: { ...asked(), number: `property:${property}` satisfies Dimension, event },
  })
  return (
    <Shown found={found} skeleton={<Block height={42} />}>
      {(data) => numbersShown(data).map((each) => <NumberList key={each.currency} {...each} />)}
    </Shown>
  )
}

/** Those of each currency, where the events say several: what may be money is never added across them. */
export const numbersShown = ({ numbers, currencies }: Pick<NumbersReport, "numbers" | "currencies">) =>
  currencies.length > 1
    ? currencies.map((each) => ({ ...each, currency: each.currency ?? words.value.results.events.noCurrency }))
    : [{ currency: "", numbers }]

function NumberList({ currency, numbers }: { currency: string; numbers: Numbers }) {
  const { numbers: names } = words.value.results.events
  return (
    <>
      {currency && <h4 class="quiet">{currency}</h4>}
      <dl class="numbers">
        {SHOWN.map((each) => (
          <div key={each}>
            <dt>{names[each]}</dt>
            <dd title={decimal(numbers[each])}>
              {Math.abs(numbers[each] ?? 0) < 10_000 ? decimal(numbers[each]) : short(numbers[each])}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}
