/** A breakdown as a whole table: every metric, search, sort, page by page, and as a file. The address has it all. */

import { Fragment } from "preact"
import { useEffect, useState } from "preact/hooks"
import { useAnswer } from "../answers"
import { addressOf, type Request } from "../api"
import type { Dimension, Metric, OverviewReport, Table } from "../api_types"
import { Change } from "../components/bars"
import { Dialog } from "../components/dialog"
import { SpreadsheetLinks } from "../components/files"
import { Paging } from "../components/paging"
import { Empty, Lines, Shown } from "../components/panel"
import { SearchField } from "../components/search_field"
import { words } from "../language"
import { betterOf, CONVERSIONS, chosenMetric, fullFigure, goalOf, metricName, revenueOf } from "../metrics"
import { askedWithComparison, filteredBy, isCompared, question } from "../question"
import { DIMENSIONS } from "../registry"
import { type Changes, changed, go, parameter, placeOf } from "../router"
import { useSettled } from "../settled"
import { dimensionName, valueName } from "../values"
import { useCurrencies } from "./figures"
import { GoalMenu } from "./metric_of"

const PAGE = 50
const MOST_CURRENCIES = 6
const EVERYWHERE: readonly Metric[] = [
  "visitors",
  "sessions",
  "pageviews",
  "events",
  "bounce_rate",
  "average_session_duration",
  "pages_per_session",
  "scroll_depth",
  "engagement_seconds",
]
const CLOSED = { details: null, search: null, order: null, offset: null }
const ROUTE = "GET /api/sites/{site_id}/reports/breakdown"

/** Open while the address names a dimension in `details`. */
export function Details({ overview }: { overview: OverviewReport | undefined }) {
  const dimension = parameter("details")
  return dimension && overview && isDimension(dimension) ? (
    <DetailsOf key={dimension} dimension={dimension as Dimension} overview={overview} />
  ) : null
}

const isDimension = (name: string): boolean =>
  name.startsWith("property:") || DIMENSIONS.some((each) => each.name === name)

/** Conversions where there are goals, revenue in the currencies that most is in. */
function useMetrics(overview: OverviewReport): Metric[] {
  const revenue = useCurrencies(overview.revenue).slice(0, MOST_CURRENCIES).map(revenueOf)
  const conversions = overview.goals.length > 0 ? (CONVERSIONS as Metric[]) : []
  return [...EVERYWHERE.slice(0, 4), ...conversions, ...revenue, ...EVERYWHERE.slice(4)]
}

interface Sorting {
  metric: string
  descending: boolean
}

/** As the address has it, else the most of what the page is about. */
function sortingOf(metrics: readonly Metric[]): Sorting {
  const [, metric, direction] = /^(.+):(asc|desc)$/.exec(parameter("order") ?? "") ?? []
  const usual = metrics.find((each) => each === chosenMetric()) ?? "visitors"
  return { metric: metrics.find((each) => each === metric) ?? usual, descending: direction !== "asc" }
}

const turnTo = (offset: number): void => moved({ offset: offset > 0 ? String(offset) : null })

const moved = (changes: Changes): void => go(changed({ offset: null, ...changes }), { replace: true })

function DetailsOf({ dimension, overview }: { dimension: Dimension; overview: OverviewReport }) {
  const metrics = useMetrics(overview)
  const { metric, descending } = sortingOf(metrics)
  const offset = placeOf("offset")
  const search = parameter("search")
  const request: Request<typeof ROUTE> = {
    path: { site_id: question.value.site },
    parameters: {
      ...askedWithComparison(),
      ...goalOf(metrics),
      dimension,
      metrics,
      order: [`${metric}:${descending ? "desc" : "asc"}`],
      limit: PAGE,
      offset,
      totals: "1",
      ...(search && { search }),
    },
  }
  const found = useAnswer(ROUTE, request)
  return (
    <Dialog
      wide
      title={words.value.site.detailsOf(dimensionName(dimension))}
      onClose={() => go(changed(CLOSED), { replace: true })}
      aside={
        <>
          {overview.goals.length > 0 && <GoalMenu goals={overview.goals} />}
          <FileLinks request={request} />
        </>
      }
      footer={found.data && <Paging total={found.data.total_rows} offset={offset} size={PAGE} said onMove={turnTo} />}
    >
      <Search />
      <Shown found={found} skeleton={<Lines count={12} />}>
        {(data) =>
          data.rows.length ? (
            <Rows data={data} dimension={dimension} metrics={metrics} sorting={{ metric, descending }} />
          ) : (
            <Empty title={search ? words.value.site.nothingContains(search) : words.value.site.noRows} />
          )
        }
      </Shown>
    </Dialog>
  )
}

function Search() {
  const [typed, setTyped] = useState(parameter("search") ?? "")
  const settled = useSettled(typed)
  useEffect(() => {
    if (settled !== (parameter("search") ?? "")) moved({ search: settled || null })
  }, [settled])
  return <SearchField label={words.value.shared.search} value={typed} onInput={setTyped} />
}

function FileLinks({ request }: { request: Request<typeof ROUTE> }) {
  const { limit, offset, totals, ...parameters } = request.parameters as Record<string, unknown>
  return (
    <SpreadsheetLinks
      address={(format) => addressOf(ROUTE, { ...request, parameters: { ...parameters, format } as never })}
    />
  )
}

interface RowsProps {
  data: Table
  dimension: Dimension
  metrics: readonly Metric[]
  sorting: Sorting
}

function Rows({ data, dimension, metrics, sorting }: RowsProps) {
  const totals = data.totals && { metrics: data.totals, comparison: data.comparison_totals ?? undefined }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="scrolls" tabIndex={0} aria-label={dimensionName(dimension)}>
      <table class="listing details">
        <Head dimension={dimension} metrics={metrics} sorting={sorting} />
        <tbody>
          {totals && (
            <tr class="quiet">
              <th scope="row">{words.value.shared.all}</th>
              <Cells row={totals} metrics={metrics} sorting={sorting} />
            </tr>
          )}
          {data.rows.map((row) => {
            const value = row.dimensions[dimension] ?? null
            return (
              <tr key={String(value)}>
                <th scope="row">
                  <a class="cut" title={value ?? undefined} href={withoutDetails(filteredBy(dimension, value))}>
                    <bdi>{valueName(dimension, value)}</bdi>
                  </a>
                </th>
                <Cells row={row} metrics={metrics} sorting={sorting} />
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

function Head({ dimension, metrics, sorting }: Omit<RowsProps, "data">) {
  return (
    <thead>
      <tr>
        <th scope="col">{dimensionName(dimension)}</th>
        {metrics.map((each) => (
          <Fragment key={each}>
            <SortedBy metric={each} sorting={sorting} />
            {each === sorting.metric && isCompared() && (
              <th scope="col" class="number">
                {words.value.results.change}
              </th>
            )}
          </Fragment>
        ))}
      </tr>
    </thead>
  )
}

function SortedBy({ metric, sorting }: { metric: Metric; sorting: Sorting }) {
  const isSorted = metric === sorting.metric
  const descends = isSorted && sorting.descending
  return (
    <th scope="col" class="number" aria-sort={isSorted ? (descends ? "descending" : "ascending") : undefined}>
      <button type="button" onClick={() => moved({ order: `${metric}:${descends ? "asc" : "desc"}` })}>
        {metricName(metric)} {isSorted && <span aria-hidden="true">{descends ? "↓" : "↑"}</span>}
      </button>
    </th>
  )
}

interface Compared {
  metrics: Record<string, number | null>
  comparison?: Record<string, number | null> | undefined
}

/** In full: the table is where people look for exact figures. Beside the one that is sorted by is its change. */
const Cells = ({ row, metrics, sorting }: { row: Compared; metrics: readonly Metric[]; sorting: Sorting }) =>
  metrics.map((each) => (
    <Fragment key={each}>
      <td class="number">{fullFigure(row.metrics[each], each)}</td>
      {each === sorting.metric && isCompared() && (
        <td class="number">
          <Change now={row.metrics[each]} before={row.comparison?.[each]} better={betterOf(each)} />
        </td>
      )}
    </Fragment>
  ))

const withoutDetails = (href: string): string => changed(CLOSED, new URL(href, location.href))
