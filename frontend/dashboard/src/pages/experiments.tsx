/** Experiments: choose one, read what it shows, add another. */
import { useState } from "preact/hooks"
import { useAnswer } from "../answers"
import type { Experiment } from "../api_types"
import { Icon } from "../components/icon"
import { Empty, Lines, Panel, Shown } from "../components/panel"
import { words } from "../language"
import { ExperimentPanel, Status } from "../panels/experiment"
import { ExperimentForm } from "../panels/experiment_form"
import { PeriodMenu } from "../panels/period"
import { type Asked, asked, question } from "../question"
import { changed, parameter } from "../router"
import "../styles/results.css"

export function ExperimentsPage() {
  const { experiments } = words.value.results
  const path = { site_id: question.value.site }
  const found = useAnswer("GET /api/sites/{site_id}/experiments", { path })
  const chosen = found.data?.find((each) => each.id === parameter("experiment")) ?? found.data?.[0]
  const report = useAnswer(
    "GET /api/sites/{site_id}/experiments/{experiment_id}/results",
    // After a change the list says first which there still are.
    chosen && !found.loading
      ? { path: { ...path, experiment_id: chosen.id }, parameters: { ...period(), ...controlOf(chosen) } }
      : null,
  )
  return (
    <>
      <div class="heading">
        <h1>{experiments.title}</h1>
        <div class="push row">
          <PeriodMenu shown={report.data} />
          <AddButton />
        </div>
      </div>
      {question.value.clauses.length > 0 && <p class="note quiet gap">{experiments.period}</p>}
      <Shown found={found} skeleton={<Lines count={6} />}>
        {(data) =>
          chosen ? (
            <div class="list-and-one">
              <ExperimentList experiments={data} chosen={chosen} />
              <ExperimentPanel key={chosen.id} experiment={chosen} found={report} />
            </div>
          ) : (
            <Panel title={experiments.list}>
              <Empty title={experiments.none}>
                <p>{experiments.noneHint}</p>
              </Empty>
            </Panel>
          )
        }
      </Shown>
    </>
  )
}

/** Results are of everyone who saw the experiment: there are no filters. */
const period = (): Asked => asked({ ...question.value, clauses: [], unread: [], segment: "" })

function controlOf(experiment: Experiment): { control?: string } {
  const control = parameter("control")
  return control && experiment.variants.some((each) => each.id === control) ? { control } : {}
}

function AddButton() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" class="button primary" onClick={() => setOpen(true)}>
        <Icon name="plus" size={14} /> {words.value.results.experiments.add}
      </button>
      {open && <ExperimentForm experiment={null} onClose={() => setOpen(false)} />}
    </>
  )
}

function ExperimentList({ experiments, chosen }: { experiments: readonly Experiment[]; chosen: Experiment }) {
  return (
    <nav class="saved" aria-label={words.value.results.experiments.list}>
      {experiments.map((each) => (
        <a
          key={each.id}
          href={changed({ experiment: each.id, control: null })}
          aria-current={each === chosen ? "true" : undefined}
        >
          <bdi class="cut">{each.name}</bdi>
          <span>
            <Status experiment={each} />
          </span>
        </a>
      ))}
    </nav>
  )
}
