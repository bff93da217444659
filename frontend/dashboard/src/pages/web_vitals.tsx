/** Web vitals of a site: how fast its pages are for those who visit them. */

import { useAnswer } from "../answers"
import { server } from "../base"
import { Block, Empty, Shown } from "../components/panel"
import { words } from "../language"
import { Controls } from "../panels/controls"
import { chosenUnit } from "../panels/time_unit"
import { VitalCards, VitalOverTime } from "../panels/web_vitals"
import { WebVitalsBy } from "../panels/web_vitals_by"
import { asked, question } from "../question"
import "../styles/results.css"

export function WebVitalsPage() {
  const { vitals } = words.value.results
  const unit = chosenUnit()
  const found = useAnswer("GET /api/sites/{site_id}/reports/web-vitals", {
    path: { site_id: question.value.site },
    parameters: { ...asked(), unit },
  })
  return (
    <>
      <div class="heading">
        <h1>{vitals.title}</h1>
      </div>
      <Controls range={found.data} live={false} comparison={false} />
      <Shown found={found} skeleton={<Block height={460} />}>
        {(data) =>
          data.vitals.length === 0 ? (
            <Nothing />
          ) : (
            <div class="stack">
              <VitalCards vitals={data.vitals} />
              <section class="panel">
                <div class="content">
                  <VitalOverTime report={data} unit={unit} />
                </div>
              </section>
              <WebVitalsBy />
            </div>
          )
        }
      </Shown>
    </>
  )
}

function Nothing() {
  const { vitals } = words.value.results
  if (question.value.clauses.length > 0) return <Empty title={vitals.noneFiltered} />
  return (
    <section class="panel">
      <Empty title={vitals.none}>
        <p>{vitals.noneHint}</p>
        <pre>
          <code>{`<script async src="${server}/hk.js" data-vitals></script>`}</code>
        </pre>
      </Empty>
    </section>
  )
}
