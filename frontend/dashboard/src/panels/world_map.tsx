/** The chosen metric by country on a map; a click filters by the country. The tab "Countries" has it as a table. */
import { COUNTRIES, HEIGHT, WIDTH } from "virtual:world-map"
import { useAnswer } from "../answers"
import type { Metric } from "../api_types"
import { Block, Shown } from "../components/panel"
import { countryName } from "../figures"
import { words } from "../language"
import { fullFigure, goalOf, metricName, metricsIn, shortFigure } from "../metrics"
import { asked, filteredBy, question } from "../question"
import { go } from "../router"
import { valueName } from "../values"
import { metricsOf } from "./dimension_panel"

const EVERY_COUNTRY = 300

export function WorldMap() {
  const [metric] = metricsOf("country") as [Metric]
  const found = useAnswer("GET /api/sites/{site_id}/reports/breakdown/{dimension}", {
    path: { site_id: question.value.site, dimension: "country" },
    parameters: { ...asked(), ...goalOf([metric]), metrics: [metric], limit: EVERY_COUNTRY },
  })
  return (
    <Shown found={found} skeleton={<Block height={320} />}>
      {(data) => {
        const [shown = metric] = metricsIn(data)
        const figures = new Map(data.rows.map((row) => [row.dimensions.country ?? "", row.metrics[shown] ?? 0]))
        return <Drawn metric={shown} figures={figures} />
      }}
    </Shown>
  )
}

interface Figures {
  metric: Metric
  /** By the codes of countries. */
  figures: Map<string, number>
}

function Drawn({ metric, figures }: Figures) {
  const most = Math.max(...figures.values(), 1)
  const { panels, tabs } = words.value.site
  return (
    <>
      <svg
        class="map"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${panels.locations}: ${tabs.country}, ${metricName(metric)}`}
      >
        {Object.entries(COUNTRIES).map(([code, path]) => {
          const count = Math.max(figures.get(code) ?? 0, 0)
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: the tab of countries has links
            <path
              key={code}
              d={path}
              class={code && count ? "some" : undefined}
              style={{ "--share": String(Math.sqrt(count / most)) }}
              onClick={() => code && count && go(filteredBy("country", code))}
            >
              <title>{`${code ? countryName(code) : words.value.shared.unknown}: ${fullFigure(figures.get(code) ?? 0, metric)}`}</title>
            </path>
          )
        })}
      </svg>
      <Told metric={metric} figures={figures} />
    </>
  )
}

const TOLD = 6

/** Those with most in words, below the map. */
function Told({ metric, figures }: Figures) {
  return (
    <ul class="most">
      {[...figures].slice(0, TOLD).map(([code, count]) => (
        <li key={code}>
          <a class="row" href={filteredBy("country", code || null)}>
            <span class="cut">{valueName("country", code || null)}</span>
            <span class="number push">{shortFigure(count, metric)}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}
