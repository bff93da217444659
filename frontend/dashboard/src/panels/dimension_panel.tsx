/** A panel of tabs, each a breakdown by a dimension: a click filters by a value, "details" opens the whole table. */
import type { ComponentChildren } from "preact"
import { useAnswer } from "../answers"
import type { Dimension, Metric, Row, Table } from "../api_types"
import { type Bar, Bars } from "../components/bars"
import { Icon } from "../components/icon"
import { Empty, Lines, Panel, Shown } from "../components/panel"
import { Tabs, tabPanel } from "../components/tabs"
import { short } from "../figures"
import { words } from "../language"
import { chosenMetric, goalOf, isAmount, metricName, metricsIn, shortFigure } from "../metrics"
import { asked, filteredBy, isFilteredBy, question } from "../question"
import { changed, go, parameter } from "../router"
import { valueName } from "../values"

const ROWS = 10
export type TabName = keyof (typeof words.value)["site"]["tabs"]

export interface DimensionPanelProps {
  /** Also the parameter of the address that has the tab. */
  name: "pages" | "sources" | "locations" | "technology"
  tabs: readonly TabName[]
  /** What a tab shows that is no breakdown. */
  others?: Partial<Record<TabName, () => ComponentChildren>>
  /** What to say where a dimension has nothing. */
  nothing?: Partial<Record<TabName, string>>
}

export function DimensionPanel({ name, tabs, others = {}, nothing = {} }: DimensionPanelProps) {
  const { site } = words.value
  const chosen = tabs.find((each) => each === parameter(name)) ?? tabs[0]!
  const id = `panel-${name}`
  return (
    <Panel
      title={site.panels[name]}
      aside={
        <div class="push">
          <Tabs
            label={site.panels[name]}
            tabs={tabs.map((each) => ({ name: each, label: site.tabs[each] }))}
            chosen={chosen}
            controls={id}
            onChoose={(tab) => go(changed({ [name]: tab }), { replace: true })}
          />
        </div>
      }
    >
      <div {...tabPanel(id, chosen)}>
        {others[chosen]?.() ?? <Breakdown key={chosen} dimension={chosen as Dimension} nothing={nothing[chosen]} />}
      </div>
    </Panel>
  )
}

/** What the panels show of a value: the metric that is chosen above, with what belongs beside it. */
export function metricsOf(dimension: string, chosen: Metric = chosenMetric()): Metric[] {
  if (chosen === "visitors") return dimension === "page" ? ["visitors", "pageviews"] : ["visitors"]
  if (chosen === "conversions") return ["conversions", "conversion_rate"]
  return isAmount(chosen) ? [chosen, "visitors"] : ["visitors", chosen]
}

/** What to look at once a single value is chosen. */
const WITHIN: Record<string, Dimension> = {
  browser: "browser_version",
  os: "os_version",
  country: "region",
  region: "city",
}

/** Of a dimension whose value is chosen already, what is within that value: versions of a browser, cities of a region. */
export function within(dimension: Dimension): Dimension {
  const chosen = question.value.clauses.some(
    (each) => "dimension" in each && each.dimension === dimension && each.operator === "is" && each.values.length === 1,
  )
  const next = WITHIN[dimension]
  return chosen && next ? within(next) : dimension
}

export function Breakdown({ dimension: wanted, nothing }: { dimension: Dimension; nothing?: string | undefined }) {
  const dimension = within(wanted)
  const metrics = metricsOf(dimension)
  const found = useAnswer("GET /api/sites/{site_id}/reports/breakdown/{dimension}", {
    path: { site_id: question.value.site, dimension },
    parameters: { ...asked(), ...goalOf(metrics), metrics, limit: ROWS },
  })
  return (
    <Shown found={found} skeleton={<Lines count={ROWS} />}>
      {(data) =>
        data.rows.length ? (
          <Listed data={data} dimension={dimension} metrics={metricsIn(data)} />
        ) : (
          <Empty title={nothing ?? words.value.site.noRows} />
        )
      }
    </Shown>
  )
}

function Listed({ data, dimension, metrics }: { data: Table; dimension: Dimension; metrics: readonly Metric[] }) {
  const { site, dimensions } = words.value
  return (
    <>
      <Bars
        caption={`${dimensions[dimension as keyof typeof dimensions]}`}
        columns={[dimensions[dimension as keyof typeof dimensions], ...metrics.map(metricName)]}
        rows={data.rows.map((row) => barOf(row, dimension, metrics))}
      />
      {data.total_rows > 0 && (
        <a class="button bare small" style={{ marginTop: "6px" }} href={changed({ details: dimension })}>
          <Icon name="expand" size={14} />
          {data.total_rows > ROWS ? site.showAll(short(data.total_rows)) : words.value.shared.details}
        </a>
      )}
    </>
  )
}

export function barOf(row: Row, dimension: string, metrics: readonly Metric[]): Bar {
  const value = row.dimensions[dimension] ?? null
  return {
    key: String(value),
    name: valueName(dimension, value),
    title: value ?? undefined,
    size: row.metrics[metrics[0]!] ?? 0,
    figures: metrics.map((each) => shortFigure(row.metrics[each], each)),
    href: filteredBy(dimension, value),
    chosen: isFilteredBy(dimension, value),
  }
}
