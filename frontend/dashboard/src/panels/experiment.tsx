/** One experiment: what it compares, its results, and what can be done with it. */
import { useState } from "preact/hooks"
import { type Found, refresh } from "../answers"
import { ApiError, ask } from "../api"
import type { Experiment, ExperimentReport } from "../api_types"
import { Choice } from "../components/field"
import { Block, Panel, Shown } from "../components/panel"
import { say, sayProblem } from "../components/toasts"
import { dayName } from "../figures"
import { words } from "../language"
import { question } from "../question"
import { changed, go, parameter } from "../router"
import { ExperimentForm } from "./experiment_form"
import { ExperimentResults } from "./experiment_results"
import { Remove } from "./remove"

export function ExperimentPanel({ experiment, found }: { experiment: Experiment; found: Found<ExperimentReport> }) {
  return (
    <Panel
      title={
        <>
          <bdi>{experiment.name}</bdi> <Status experiment={experiment} />
        </>
      }
      aside={<Actions experiment={experiment} />}
      className="experiment"
    >
      <div class="row about">
        <p class="quiet">
          <bdi>{about(experiment)}</bdi>
        </p>
        <Control experiment={experiment} />
      </div>
      <Shown found={found} skeleton={<Block height={320} />}>
        {(data) => <ExperimentResults experiment={experiment} report={data} />}
      </Shown>
    </Panel>
  )
}

export function Status({ experiment }: { experiment: Experiment }) {
  const { statuses } = words.value.results.experiments
  return <span class={`badge ${experiment.status === "running" ? "good" : ""}`}>{statuses[experiment.status]}</span>
}

function about({ event, created_at, id }: Experiment): string {
  const { experiments } = words.value.results
  const counted = event ? experiments.countedEvent(event) : experiments.countedAll
  return [counted, `${experiments.id}: ${id}`, created_at && dayName(created_at)].filter(Boolean).join(" · ")
}

/** With two variants there is nothing to choose but which of them is first. */
function Control({ experiment }: { experiment: Experiment }) {
  const { experiments } = words.value.results
  const control = parameter("control") ?? experiment.variants[0]?.id ?? ""
  return (
    <div class="push control">
      <Choice
        label={experiments.control}
        title={experiments.controlHint}
        value={control}
        options={experiment.variants.map((each) => [each.id, each.name] as const)}
        onChange={(event) => go(changed({ control: event.currentTarget.value }), { replace: true })}
      />
    </div>
  )
}

function Actions({ experiment }: { experiment: Experiment }) {
  const { shared, results } = words.value
  const [open, setOpen] = useState(false)
  const path = { site_id: question.value.site, experiment_id: experiment.id }
  const running = experiment.status === "running"
  return (
    <div class="row push">
      <button type="button" class="button small" onClick={() => setStatus(experiment, running ? "stopped" : "running")}>
        {running ? results.experiments.stop : results.experiments.start}
      </button>
      <button type="button" class="button small" onClick={() => setOpen(true)}>
        {shared.change}
      </button>
      <Remove
        name={experiment.name}
        text={results.experiments.removeText}
        done={results.experiments.removed}
        onConfirm={() => ask("DELETE /api/sites/{site_id}/experiments/{experiment_id}", { path })}
        without={{ experiment: null, control: null }}
      />
      {open && <ExperimentForm experiment={experiment} onClose={() => setOpen(false)} />}
    </div>
  )
}

async function setStatus(experiment: Experiment, status: Experiment["status"]): Promise<void> {
  const { experiments } = words.value.results
  try {
    const path = { site_id: question.value.site, experiment_id: experiment.id }
    await ask("PATCH /api/sites/{site_id}/experiments/{experiment_id}", { path, body: { status } })
    say(`${experiment.name}: ${experiments.statuses[status]}`)
    refresh()
  } catch (error) {
    if (error instanceof ApiError) sayProblem(error)
  }
}
