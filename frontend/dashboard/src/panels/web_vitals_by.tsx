/** Every vital by page, country, device or browser: where it is slow. */
import { useAnswer } from "../answers"
import type { VitalsGroup, WebVitalsReport } from "../api_types"
import { Icon } from "../components/icon"
import { Empty, Lines, Panel, Shown } from "../components/panel"
import { Tabs, tabPanel } from "../components/tabs"
import { NOTHING, short } from "../figures"
import { words } from "../language"
import { asked, filteredBy, isFilteredBy, question } from "../question"
import { changed, go, parameter } from "../router"
import { dimensionName, valueName } from "../values"
import { RATING_CLASSES, VITALS, vitalFigure } from "./web_vitals"

const TABS = ["page", "country", "device", "browser"] as const
type By = (typeof TABS)[number]
const ROWS = 20
const EVERY = 1_000

export function WebVitalsBy() {
  const { vitals } = words.value.results
  const chosen = TABS.find((each) => each === parameter("by")) ?? TABS[0]
  const id = "panel-vitals-by"
  return (
    <Panel
      title={vitals.p75}
      className="vitals-by"
      aside={
        <div class="push">
          <Tabs
            label={vitals.by}
            tabs={TABS.map((name) => ({ name, label: vitals.tabs[name] }))}
            chosen={chosen}
            controls={id}
            onChoose={(by) => go(changed({ by, rows: null }), { replace: true })}
          />
        </div>
      }
    >
      <div {...tabPanel(id, chosen)}>
        <By key={chosen} by={chosen} />
      </div>
    </Panel>
  )
}

function By({ by }: { by: By }) {
  const limit = parameter("rows") === "all" ? EVERY : ROWS
  const found = useAnswer("GET /api/sites/{site_id}/reports/web-vitals", {
    path: { site_id: question.value.site },
    parameters: { ...asked(), dimensions: [by], limit },
  })
  return (
    <Shown found={found} skeleton={<Lines count={8} />}>
      {(data) =>
        data.rows?.length ? <GroupTable data={data} by={by} limit={limit} /> : <Empty title={words.value.site.noRows} />
      }
    </Shown>
  )
}

function GroupTable({ data, by, limit }: { data: WebVitalsReport; by: By; limit: number }) {
  const { results } = words.value
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section class="scrolls" tabIndex={0} aria-label={results.vitals.tabs[by]}>
        <table class="listing">
          <thead>
            <tr>
              <th scope="col">{dimensionName(by)}</th>
              {VITALS.map((each) => (
                <th key={each} scope="col" class="number">
                  <abbr title={results.vitals.names[each]}>{each}</abbr>
                </th>
              ))}
              <th scope="col" class="number">
                {results.vitals.measurements}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.rows?.map((each) => (
              <GroupRow key={String(each.keys[0])} group={each} by={by} />
            ))}
          </tbody>
        </table>
      </section>
      {(data.total_rows ?? 0) > limit && (
        <a class="button bare small" href={changed({ rows: "all" })}>
          <Icon name="chevron" size={14} /> {results.vitals.showMore(short(data.total_rows))}
        </a>
      )}
    </>
  )
}

function GroupRow({ group, by }: { group: VitalsGroup; by: By }) {
  const { ratings } = words.value.results.vitals
  const [key = null] = group.keys as (string | null)[]
  return (
    <tr>
      <th scope="row">
        <a
          class="cut"
          href={filteredBy(by, key)}
          title={key ?? undefined}
          aria-current={isFilteredBy(by, key) || undefined}
        >
          <bdi>{valueName(by, key)}</bdi>
        </a>
      </th>
      {VITALS.map((name) => {
        const vital = group.vitals.find((each) => each.name === name)
        return (
          <td key={name} class="number">
            {vital ? (
              <span class={`rated ${RATING_CLASSES[vital.rating]}`} title={ratings[vital.rating]}>
                {vitalFigure(name, vital.p75)}
                <span class="unseen"> ({ratings[vital.rating]})</span>
              </span>
            ) : (
              NOTHING
            )}
          </td>
        )
      })}
      <td class="number quiet">{short(Math.max(...group.vitals.map((each) => each.measurements)))}</td>
    </tr>
  )
}
