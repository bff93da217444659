/** Funnels: choose one, read it, build another. */
import { useAnswer } from "../answers"
import type { Funnel } from "../api_types"
import { Icon } from "../components/icon"
import { Lines, Panel, Shown } from "../components/panel"
import { whole } from "../figures"
import { words } from "../language"
import { Controls } from "../panels/controls"
import { FunnelPanel } from "../panels/funnel"
import { FunnelForm } from "../panels/funnel_form"
import { NoFunnels } from "../panels/funnels"
import { chosenUnit } from "../panels/time_unit"
import { asked, question } from "../question"
import { changed, parameter } from "../router"
import "../styles/results.css"

export function FunnelsPage() {
  const { funnels } = words.value.results
  const path = { site_id: question.value.site }
  const found = useAnswer("GET /api/sites/{site_id}/funnels", { path })
  const chosen = found.data?.find((each) => each.id === parameter("funnel")) ?? found.data?.[0]
  const unit = chosenUnit()
  const report = useAnswer(
    "GET /api/sites/{site_id}/reports/funnels/{funnel_id}",
    // After a change the list says first which there still are.
    chosen && !found.loading ? { path: { ...path, funnel_id: chosen.id }, parameters: { ...asked(), unit } } : null,
  )
  const built = parameter("build")
  return (
    <>
      <div class="heading">
        <h1>{funnels.title}</h1>
        {!built && (
          <a class="button primary push" href={changed({ build: "new" })}>
            <Icon name="plus" size={14} /> {funnels.build}
          </a>
        )}
      </div>
      <Controls range={report.data} live={false} comparison={false} />
      <Shown found={found} skeleton={<Lines count={6} />}>
        {(data) => {
          if (built) return <Builder key={built} built={built} funnels={data} />
          if (!chosen) return <Panel title={funnels.list}>{<NoFunnels />}</Panel>
          return (
            <div class="list-and-one">
              <FunnelList funnels={data} chosen={chosen} />
              <FunnelPanel key={chosen.id} funnel={chosen} found={report} unit={unit} />
            </div>
          )
        }}
      </Shown>
    </>
  )
}

const Builder = ({ built, funnels }: { built: string; funnels: readonly Funnel[] }) => (
  <FunnelForm funnel={funnels.find((each) => each.id === built) ?? null} />
)

function FunnelList({ funnels, chosen }: { funnels: readonly Funnel[]; chosen: Funnel }) {
  const said = words.value.results.funnels
  return (
    <nav class="saved" aria-label={said.list}>
      {funnels.map((each) => (
        <a key={each.id} href={changed({ funnel: each.id })} aria-current={each === chosen ? "true" : undefined}>
          <bdi class="cut">{each.name}</bdi>
          <span class="quiet">{said.stepCount(whole(each.steps.length))}</span>
        </a>
      ))}
    </nav>
  )
}
