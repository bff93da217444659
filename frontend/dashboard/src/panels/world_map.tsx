/** Visitors by country on a map; a click filters by the country. The tab "Countries" has the same as a table. */
import { COUNTRIES, HEIGHT, WIDTH } from "virtual:world-map"
import { useAnswer } from "../answers"
import { Block, Shown } from "../components/panel"
import { countryName, short, whole } from "../figures"
import { words } from "../language"
import { asked, filteredBy, question } from "../question"
import { go } from "../router"
import { valueName } from "../values"

const EVERY_COUNTRY = 300

export function WorldMap() {
  const found = useAnswer("GET /api/sites/{site_id}/reports/breakdown/{dimension}", {
    path: { site_id: question.value.site, dimension: "country" },
    parameters: { ...asked(), metrics: ["visitors"], limit: EVERY_COUNTRY },
  })
  return (
    <Shown found={found} skeleton={<Block height={320} />}>
      {(data) => (
        <Drawn visitors={new Map(data.rows.map((row) => [row.dimensions.country ?? "", row.metrics.visitors ?? 0]))} />
      )}
    </Shown>
  )
}

function Drawn({ visitors }: { visitors: Map<string, number> }) {
  const most = Math.max(...visitors.values(), 1)
  const { panels, tabs } = words.value.site
  return (
    <>
      <svg
        class="map"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${panels.locations}: ${tabs.country}`}
      >
        {Object.entries(COUNTRIES).map(([code, path]) => {
          const count = visitors.get(code) ?? 0
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: the tab of countries has links
            <path
              key={code}
              d={path}
              class={code && count ? "some" : undefined}
              style={{ "--share": String(Math.sqrt(count / most)) }}
              onClick={() => code && count && go(filteredBy("country", code))}
            >
              <title>{`${code ? countryName(code) : words.value.shared.unknown}: ${whole(count)}`}</title>
            </path>
          )
        })}
      </svg>
      <Told visitors={visitors} />
    </>
  )
}

const TOLD = 6

/** Those with most visitors in words, below the map. */
function Told({ visitors }: { visitors: Map<string, number> }) {
  return (
    <ul class="told">
      {[...visitors].slice(0, TOLD).map(([code, count]) => (
        <li key={code}>
          <a class="row" href={filteredBy("country", code || null)}>
            <span class="cut">{valueName("country", code || null)}</span>
            <span class="number push">{short(count)}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}
