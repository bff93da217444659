/** What the visitors of the last 30 minutes look at, and where they come from; a click filters. */
import type { Realtime, Top } from "../api_types"
import { type Bar, Bars } from "../components/bars"
import { Empty, Panel } from "../components/panel"
import { short } from "../figures"
import { words } from "../language"
import { filteredBy, isFilteredBy } from "../question"
import { dimensionName, valueName } from "../values"

const TOPS = { pages: "page", sources: "source", countries: "country" } as const
type TopName = keyof typeof TOPS

export function RealtimeTops({ data }: { data: Realtime }) {
  return (
    <>
      {(Object.keys(TOPS) as TopName[]).map((name) => (
        <TopPanel key={name} name={name} rows={data[name]} />
      ))}
    </>
  )
}

function TopPanel({ name, rows }: { name: TopName; rows: readonly Top[] }) {
  const { behaviour, metrics } = words.value
  const dimension = TOPS[name]
  return (
    <Panel title={behaviour.realtime[name]}>
      {rows.length ? (
        <Bars
          caption={behaviour.realtime[name]}
          columns={[dimensionName(dimension), metrics.visitors, metrics.pageviews]}
          rows={rows.map((each) => barOf(each, dimension))}
        />
      ) : (
        <Empty />
      )}
    </Panel>
  )
}

function barOf({ value, visitors, pageviews }: Top, dimension: string): Bar {
  const known = value === null ? null : String(value)
  const unknown = dimension === "source" ? words.value.behaviour.realtime.direct : words.value.shared.unknown
  return {
    key: String(value),
    name: known === null ? <i class="quiet">{unknown}</i> : valueName(dimension, known),
    title: known ?? undefined,
    size: visitors,
    figures: [short(visitors), short(pageviews)],
    href: filteredBy(dimension, known),
    chosen: isFilteredBy(dimension, known),
  }
}
