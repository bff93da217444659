/** Where sessions go after a page or an event, or where they come from. */
import { useAnswer } from "../answers"
import type { JourneysReport } from "../api_types"
import { Block, Empty, Panel, Shown } from "../components/panel"
import { whole } from "../figures"
import { words } from "../language"
import { Controls } from "../panels/controls"
import { type Anchor, AnchorForm, anchor, Beginnings, depth, direction, withEvents } from "../panels/journeys_anchor"
import { Flow } from "../panels/journeys_flow"
import { Paths } from "../panels/journeys_paths"
import { asked, question } from "../question"
import "../styles/behaviour.css"
import "../styles/journeys.css"

/** Of each step; the drawing adds up most of them. */
const BRANCHES = 100

export function JourneysPage() {
  const from = anchor()
  const found = useJourneys(from)
  const { title } = words.value.behaviour.journeys
  return (
    <>
      <h1 class="unseen">{title}</h1>
      <Controls range={found.data} comparison={false} />
      <section class="panel">
        <div class="content padded">
          <AnchorForm />
        </div>
      </section>
      {from ? (
        <Shown found={found} skeleton={<Block height={480} />}>
          {(data) => (data.sessions ? <Taken report={data} from={from} /> : <Nothing from={from} />)}
        </Shown>
      ) : (
        <Beginnings />
      )}
    </>
  )
}

function useJourneys(from: Anchor | null) {
  const request = from && {
    path: { site_id: question.value.site },
    parameters: {
      ...asked(),
      [from.kind]: from.name,
      direction: direction(),
      depth: Number(depth()),
      with_events: withEvents() ? ("1" as const) : ("0" as const),
      limit: BRANCHES,
    },
  }
  return useAnswer("GET /api/sites/{site_id}/reports/journeys", request)
}

function Taken({ report, from }: { report: JourneysReport; from: Anchor }) {
  const { journeys } = words.value.behaviour
  return (
    <div class="stack journeys">
      <Panel
        title={<bdi>{journeys.flow[report.direction](from.name)}</bdi>}
        aside={<span class="quiet">{journeys.sum(whole(report.sessions))}</span>}
      >
        <Flow report={report} anchor={from} />
      </Panel>
      <Panel title={journeys.paths}>
        <Paths report={report} />
      </Panel>
    </div>
  )
}

function Nothing({ from }: { from: Anchor }) {
  const { journeys } = words.value.behaviour
  return (
    <Empty title={journeys.nothing(from.name)}>
      <p>{journeys.nothingHint}</p>
    </Empty>
  )
}
