/** Custom events by name, each with its properties below it. */
import { useState } from "preact/hooks"
import { useAnswer } from "../answers"
import type { Earnings, RevenueReport, Row, Table } from "../api_types"
import { type Bar, Bars, Change } from "../components/bars"
import { Icon } from "../components/icon"
import { Empty, Lines, Shown } from "../components/panel"
import { SearchField } from "../components/search_field"
import { short } from "../figures"
import { words } from "../language"
import { asked, askedWithComparison, filteredBy, isCompared, isFilteredBy, question } from "../question"
import { address, changed, go, parameter } from "../router"
import { useSettled } from "../settled"
import { narrow } from "../width"
import { EventProperties } from "./event_properties"
import { Amounts } from "./revenue"

const ROWS = 20
const EVERY = 1_000

export function Events() {
  const { events } = words.value.results
  const [search, setSearch] = useState("")
  const text = useSettled(search)
  const path = { site_id: question.value.site }
  const limit = parameter("events") === "all" ? EVERY : ROWS
  const found = useAnswer("GET /api/sites/{site_id}/reports/events", {
    path,
    parameters: {
      ...askedWithComparison(),
      metrics: ["events", "visitors"],
      order: ["events:desc"],
      limit,
      ...(text && { search: text }),
    },
  })
  const { data: revenue } = useAnswer("GET /api/sites/{site_id}/reports/revenue", {
    path,
    parameters: { ...asked(), dimensions: ["event"], limit: EVERY },
  })
  const many = search !== "" || (found.data?.total_rows ?? 0) > ROWS
  return (
    <>
      {many && <SearchField label={events.search} value={search} onInput={setSearch} />}
      <Shown found={found} skeleton={<Lines count={6} />}>
        {(data) =>
          data.rows.length ? <EventBars data={data} revenue={revenue} limit={limit} /> : <NoEvents searched={text} />
        }
      </Shown>
    </>
  )
}

function EventBars({ data, revenue, limit }: { data: Table; revenue: RevenueReport | undefined; limit: number }) {
  const { results, metrics } = words.value
  const earnings = earningsByEvent(revenue)
  const has = { wide: !narrow.value, change: !narrow.value && isCompared(), revenue: earnings.size > 0 }
  return (
    <>
      <Bars
        caption={results.tabs.events}
        columns={[
          results.events.event,
          results.events.count,
          ...(has.change ? [results.change] : []),
          metrics.visitors,
          ...(has.wide && has.revenue ? [metrics.revenue] : []),
        ]}
        rows={data.rows.map((row) => barOf(row, earnings, has))}
      />
      {data.total_rows > limit && (
        <a class="button bare small" href={changed({ events: "all" })}>
          <Icon name="chevron" size={14} /> {results.allValues(short(data.total_rows))}
        </a>
      )}
    </>
  )
}

export function earningsByEvent(revenue: RevenueReport | undefined): Map<string, Earnings[]> {
  const found = new Map<string, Earnings[]>()
  for (const { keys, earnings } of revenue?.rows ?? []) {
    const name = String(keys[0])
    found.set(name, [...(found.get(name) ?? []), earnings])
  }
  return found
}

function barOf(
  row: Row,
  earnings: Map<string, Earnings[]>,
  has: { wide: boolean; change: boolean; revenue: boolean },
): Bar {
  const name = row.dimensions.event ?? ""
  const count = row.metrics.events ?? 0
  const own = earnings.get(name) ?? []
  const open = isOpen(name)
  return {
    key: name,
    name,
    title: name,
    size: count,
    href: filteredBy("event", name),
    chosen: isFilteredBy("event", name),
    before: <Arrow name={name} open={open} />,
    figures: [
      short(count),
      ...(has.change ? [<Change key="change" now={count} before={row.comparison?.events} />] : []),
      short(row.metrics.visitors),
      ...(has.wide && has.revenue
        ? [<Amounts key="revenue" amounts={Object.fromEntries(own.map((each) => [each.currency, each.revenue]))} />]
        : []),
    ],
    below: open && <EventProperties event={name} count={count} earnings={own} />,
  }
}

const opened = (): string[] => address.value.searchParams.getAll("open")
const isOpen = (name: string): boolean => opened().includes(name)

function Arrow({ name, open }: { name: string; open: boolean }) {
  const toggle = (): void => {
    const others = opened().filter((each) => each !== name)
    go(changed({ open: open ? others : [...others, name] }), { replace: true })
  }
  return (
    <button
      type="button"
      class="arrow"
      aria-expanded={open}
      aria-label={words.value.results.events.expand(name)}
      onClick={toggle}
    >
      <Icon name={open ? "chevron" : "right"} size={14} />
    </button>
  )
}

const EXAMPLE = 'hk.event("signup", { plan: "pro", seats: 5 })'

function NoEvents({ searched }: { searched: string }) {
  const { events } = words.value.results
  if (searched) return <Empty title={events.noneFound} />
  if (question.value.clauses.length > 0) return <Empty title={words.value.site.noRows} />
  return (
    <Empty title={events.none}>
      <p>{events.noneHint}</p>
      <pre>
        <code>{EXAMPLE}</code>
      </pre>
    </Empty>
  )
}
