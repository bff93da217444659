/** A breakdown as a whole table: every metric, search, sort, page by page, and as a file. */
import { useState } from "preact/hooks"
import { useAnswer } from "../answers"
import { addressOf, type Request } from "../api"
import type { Dimension, Metric, Table } from "../api_types"
import { Dialog } from "../components/dialog"
import { Icon } from "../components/icon"
import { Empty, Lines, Shown } from "../components/panel"
import { decimal, figure, whole } from "../figures"
import { words } from "../language"
import { asked, filteredBy, question } from "../question"
import { changed, go, parameter } from "../router"
import { useSettled } from "../settled"
import { dimensionName, valueName } from "../values"
import { unitOf } from "./figures"

const PAGE = 50
const METRICS: readonly Metric[] = [
  "visitors",
  "sessions",
  "pageviews",
  "events",
  "bounce_rate",
  "average_session_duration",
  "pages_per_session",
]
const ROUTE = "GET /api/sites/{site_id}/reports/breakdown"

/** Open while the address names a dimension in `details`. */
export function Details() {
  const dimension = parameter("details")
  return dimension ? <DetailsOf key={dimension} dimension={dimension as Dimension} /> : null
}

function DetailsOf({ dimension }: { dimension: Dimension }) {
  const [search, setSearch] = useState("")
  const [order, setOrder] = useState("visitors:desc")
  const [offset, setOffset] = useState(0)
  const text = useSettled(search)
  const request: Request<typeof ROUTE> = {
    path: { site_id: question.value.site },
    parameters: {
      ...asked(),
      dimension,
      metrics: [...METRICS],
      order: [order],
      limit: PAGE,
      offset,
      totals: "1",
      ...(text && { search: text }),
    },
  }
  const found = useAnswer(ROUTE, request)
  const { site, shared } = words.value
  const sort = (metric: string): void => {
    setOffset(0)
    setOrder(order === `${metric}:desc` ? `${metric}:asc` : `${metric}:desc`)
  }
  const close = (): void => go(changed({ details: null }), { replace: true })
  return (
    <Dialog
      title={site.detailsOf(dimensionName(dimension))}
      onClose={close}
      aside={<FileLink request={request} />}
      footer={found.data && <Pages total={found.data.total_rows} offset={offset} onMove={setOffset} />}
    >
      <input
        class="plain"
        type="search"
        aria-label={shared.search}
        placeholder={shared.search}
        value={search}
        onInput={(event) => {
          setOffset(0)
          setSearch(event.currentTarget.value)
        }}
      />
      <Shown found={found} skeleton={<Lines count={12} />}>
        {(data) =>
          data.rows.length ? (
            <Rows data={data} dimension={dimension} order={order} onSort={sort} />
          ) : (
            <Empty title={site.noRows} />
          )
        }
      </Shown>
    </Dialog>
  )
}

function FileLink({ request }: { request: Request<typeof ROUTE> }) {
  const { limit, offset, totals, ...parameters } = request.parameters as Record<string, unknown>
  const href = addressOf(ROUTE, { ...request, parameters: { ...parameters, format: "csv" } as never })
  return (
    <a class="button small" href={href} download>
      <Icon name="download" size={14} /> CSV
    </a>
  )
}

function Rows(given: { data: Table; dimension: Dimension; order: string; onSort: (metric: string) => void }) {
  const { data, dimension, order } = given
  const { metrics, shared } = words.value
  const [sorted, direction] = order.split(":")
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="scrolls" tabIndex={0} aria-label={dimensionName(dimension)}>
      <table class="listing">
        <thead>
          <tr>
            <th scope="col">{dimensionName(dimension)}</th>
            {METRICS.map((each) => (
              <th
                key={each}
                scope="col"
                class="number"
                aria-sort={sorted === each ? (direction === "asc" ? "ascending" : "descending") : undefined}
              >
                <button type="button" onClick={() => given.onSort(each)}>
                  {metrics[each as "visitors"]} {sorted === each && (direction === "asc" ? "↑" : "↓")}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.totals && (
            <tr>
              <td class="quiet">{shared.all}</td>
              {METRICS.map((each) => (
                <td key={each} class="number quiet">
                  {shownFigure(data.totals?.[each], each)}
                </td>
              ))}
            </tr>
          )}
          {data.rows.map((row) => {
            const value = row.dimensions[dimension] ?? null
            return (
              <tr key={String(value)}>
                <td style={{ minWidth: "180px", maxWidth: "360px" }}>
                  <a
                    class="cut"
                    style={{ display: "block" }}
                    title={value ?? undefined}
                    href={withoutDetails(filteredBy(dimension, value))}
                  >
                    <bdi>{valueName(dimension, value)}</bdi>
                  </a>
                </td>
                {METRICS.map((each) => (
                  <td key={each} class="number">
                    {shownFigure(row.metrics[each], each)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** In full: the table is where people look for exact figures. */
function shownFigure(value: number | null | undefined, metric: string): string {
  const unit = unitOf(metric)
  return unit === "count" ? whole(value) : unit === "number" ? decimal(value) : figure(value, unit)
}

const withoutDetails = (href: string): string => changed({ details: null }, new URL(href, location.href))

function Pages({ total, offset, onMove }: { total: number; offset: number; onMove: (offset: number) => void }) {
  const { shared } = words.value
  const last = Math.min(offset + PAGE, total)
  return (
    <>
      <span class="quiet number">{shared.of(`${whole(total ? offset + 1 : 0)}–${whole(last)}`, whole(total))}</span>
      <button type="button" class="button small" disabled={offset === 0} onClick={() => onMove(offset - PAGE)}>
        {shared.previous}
      </button>
      <button type="button" class="button small" disabled={last >= total} onClick={() => onMove(offset + PAGE)}>
        {shared.next}
      </button>
    </>
  )
}
