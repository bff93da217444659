/** A dialog in which an experiment is made, or its name, event and weights are changed. */
import { useState } from "preact/hooks"
import { useAnswer } from "../answers"
import { ask } from "../api"
import type { Experiment } from "../api_types"
import { type Changing, useChanging } from "../changing"
import { Dialog } from "../components/dialog"
import { Refused } from "../components/error_text"
import { Field } from "../components/field"
import { SendOrCancel } from "../components/form"
import { Icon } from "../components/icon"
import { whole } from "../figures"
import { words } from "../language"
import { asked, question } from "../question"
import { changed, go } from "../router"

const FEWEST_VARIANTS = 2
const MOST_VARIANTS = 10

interface Draft {
  id: string
  name: string
  event: string
  variants: readonly DraftVariant[]
}

interface DraftVariant {
  key: number | string
  name: string
  weight: string
}

const newVariant = (name: string): DraftVariant => ({ key: Math.random(), name, weight: "1" })

function draftOf(experiment: Experiment | null): Draft {
  if (!experiment) return { id: "", name: "", event: "", variants: [newVariant("Control"), newVariant("")] }
  const { id, name, event, variants } = experiment
  return { id, name, event, variants: variants.map((each) => ({ ...each, key: each.id, weight: String(each.weight) })) }
}

export function ExperimentForm({ experiment, onClose }: { experiment: Experiment | null; onClose: () => void }) {
  const { results } = words.value
  const [draft, setDraft] = useState(() => draftOf(experiment))
  const changing = useChanging(["name", "id", "event"])
  const change = (changes: Partial<Draft>): void => setDraft({ ...draft, ...changes })
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    let id = experiment?.id ?? ""
    const send = async (): Promise<void> => {
      id = (await (experiment ? changeExperiment(experiment, draft) : add(draft))).id
    }
    const { changed: done, added } = results.experiments
    if (!(await changing.send(send, (experiment ? done : added)(draft.name.trim())))) return
    onClose()
    go(changed({ experiment: id }), { replace: experiment !== null })
  }
  return (
    <Dialog
      title={experiment ? results.experiments.change(experiment.name) : results.experiments.add}
      onClose={onClose}
    >
      <form class="stack" onSubmit={submit}>
        <About draft={draft} isNew={!experiment} problem={changing.problem} onChange={change} />
        <Variants variants={draft.variants} isNew={!experiment} onChange={(variants) => change({ variants })} />
        <Refused error={changing.other} />
        <SendOrCancel action={words.value.shared.save} disabled={changing.busy} onCancel={onClose} />
      </form>
    </Dialog>
  )
}

function add({ id, name, event, variants }: Draft): Promise<Experiment> {
  const body = {
    name: name.trim(),
    event: event.trim(),
    ...(id.trim() && { id: id.trim() }),
    variants: variants.map((each) => ({ name: each.name.trim(), weight: Number(each.weight) })),
  }
  return ask("POST /api/sites/{site_id}/experiments", { path: { site_id: question.value.site }, body })
}

function changeExperiment(experiment: Experiment, { name, event, variants }: Draft): Promise<Experiment> {
  const path = { site_id: question.value.site, experiment_id: experiment.id }
  const weights = Object.fromEntries(variants.map((each) => [String(each.key), Number(each.weight)]))
  const body = { name: name.trim(), event: event.trim(), weights }
  return ask("PATCH /api/sites/{site_id}/experiments/{experiment_id}", { path, body })
}

function About(given: {
  draft: Draft
  isNew: boolean
  problem: Changing["problem"]
  onChange: (changes: Partial<Draft>) => void
}) {
  const { draft, problem, onChange } = given
  const { experiments } = words.value.results
  return (
    <>
      <Field
        label={words.value.results.name}
        required
        value={draft.name}
        problem={problem("name")}
        onInput={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Field
        label={experiments.goal}
        hint={experiments.goalHint}
        list="experiment-events"
        autoComplete="off"
        value={draft.event}
        problem={problem("event")}
        onInput={(event) => onChange({ event: event.currentTarget.value })}
      />
      <EventNames />
      {given.isNew && (
        <Field
          label={experiments.id}
          hint={experiments.idHint}
          autoComplete="off"
          value={draft.id}
          problem={problem("id")}
          onInput={(event) => onChange({ id: event.currentTarget.value })}
        />
      )}
    </>
  )
}

const SUGGESTED = 200

function EventNames() {
  const { data } = useAnswer("GET /api/sites/{site_id}/reports/events", {
    path: { site_id: question.value.site },
    parameters: { ...asked(), metrics: ["events"], limit: SUGGESTED },
  })
  return (
    <datalist id="experiment-events">
      {data?.rows.map((row) =>
        row.dimensions.event ? <option key={row.dimensions.event} value={row.dimensions.event} /> : null,
      )}
    </datalist>
  )
}

function Variants(given: {
  variants: readonly DraftVariant[]
  isNew: boolean
  onChange: (variants: DraftVariant[]) => void
}) {
  const { variants, isNew, onChange } = given
  const { experiments } = words.value.results
  const put = (index: number, changes: Partial<DraftVariant>): void =>
    onChange(variants.map((each, other) => (other === index ? { ...each, ...changes } : each)))
  return (
    <fieldset class="step">
      <legend>{experiments.variants}</legend>
      {variants.map((each, index) => (
        <div key={each.key} class="row fields variant-fields">
          {isNew && (
            <Field
              label={experiments.variantName(whole(index + 1))}
              required
              value={each.name}
              onInput={(event) => put(index, { name: event.currentTarget.value })}
            />
          )}
          <Field
            label={isNew ? experiments.weightNumber(whole(index + 1)) : experiments.weightOf(each.name)}
            type="number"
            min="0"
            step="1"
            required
            value={each.weight}
            onInput={(event) => put(index, { weight: event.currentTarget.value })}
          />
          {isNew && (
            <button
              type="button"
              class="button bare icon"
              aria-label={experiments.removeVariant(whole(index + 1))}
              disabled={variants.length <= FEWEST_VARIANTS}
              onClick={() => onChange(variants.filter((other) => other !== each))}
            >
              <Icon name="trash" size={14} />
            </button>
          )}
        </div>
      ))}
      <p class="quiet">{experiments.weightsHint}</p>
      {isNew && variants.length < MOST_VARIANTS && (
        <div>
          <button type="button" class="button small" onClick={() => onChange([...variants, newVariant("")])}>
            <Icon name="plus" size={14} /> {experiments.addVariant}
          </button>
        </div>
      )}
    </fieldset>
  )
}
