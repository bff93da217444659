/** Builds a funnel, and shows at once what it would say. */
import { useState } from "preact/hooks"
import { useAnswer } from "../answers"
import { ask } from "../api"
import type { Funnel, Step } from "../api_types"
import { useChanging } from "../changing"
import { Refused } from "../components/error_text"
import { Choice, Field } from "../components/field"
import { Icon } from "../components/icon"
import { Block, Panel, Shown } from "../components/panel"
import { words } from "../language"
import { asked, question } from "../question"
import { changed, go } from "../router"
import { useSettled } from "../settled"
import { FunnelReading } from "./funnel"
import {
  bodyOf,
  type Draft,
  type DraftStep,
  draftOf,
  FEWEST_STEPS,
  type FunnelBody,
  MOST_STEPS,
  moved,
  newDraft,
  newStep,
  WINDOW_UNITS,
} from "./funnel_draft"
import { StepFields } from "./funnel_step"

export function FunnelForm({ funnel }: { funnel: Funnel | null }) {
  const { results, shared } = words.value
  const [draft, setDraft] = useState<Draft>(() => (funnel ? draftOf(funnel) : newDraft()))
  const changing = useChanging(["name"])
  const change = (changes: Partial<Draft>): void => setDraft({ ...draft, ...changes })
  const body = bodyOf(draft)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (!body) return
    const name = draft.name.trim()
    let kept = { name, id: "" }
    const send = async (): Promise<void> => {
      kept = await save(funnel, { name, ...body })
    }
    const done = (): string => results.funnels.saved(kept.name)
    if (await changing.send(send, done)) go(changed({ build: null, funnel: kept.id }))
  }
  return (
    <div class="funnel-builder">
      <Panel title={funnel ? <bdi>{results.funnels.change(funnel.name)}</bdi> : results.funnels.build}>
        <form class="stack" onSubmit={submit}>
          <Field
            label={results.name}
            required
            value={draft.name}
            problem={changing.problem("name")}
            onInput={(event) => change({ name: event.currentTarget.value })}
          />
          <Steps steps={draft.steps} onChange={(steps) => change({ steps })} />
          <Whole draft={draft} onChange={change} />
          <Refused error={changing.other} />
          <div class="row">
            <button type="submit" class="button primary" disabled={!body || !draft.name.trim()}>
              {shared.save}
            </button>
            <a class="button" href={changed({ build: null })}>
              {shared.cancel}
            </a>
          </div>
        </form>
      </Panel>
      <Preview body={body} />
    </div>
  )
}

function save(funnel: Funnel | null, body: FunnelBody & { name: string }): Promise<Funnel> {
  const site_id = question.value.site
  if (!funnel) return ask("POST /api/sites/{site_id}/funnels", { path: { site_id }, body })
  return ask("PATCH /api/sites/{site_id}/funnels/{funnel_id}", { path: { site_id, funnel_id: funnel.id }, body })
}

function Steps({ steps, onChange }: { steps: readonly DraftStep[]; onChange: (steps: DraftStep[]) => void }) {
  const { funnels } = words.value.results
  return (
    <>
      <Suggestions id="funnel-path" dimension="page" />
      <Suggestions id="funnel-event" dimension="event" />
      <ol class="stack step-list" aria-label={funnels.steps}>
        {steps.map((each, index) => (
          <li key={each.key}>
            <StepFields
              step={each}
              index={index}
              count={steps.length}
              removable={steps.length > FEWEST_STEPS}
              onChange={(step) => onChange(steps.map((other) => (other.key === step.key ? step : other)))}
              onMove={(to) => onChange(moved(steps, index, to))}
              onRemove={() => onChange(steps.filter((other) => other !== each))}
            />
          </li>
        ))}
      </ol>
      {steps.length < MOST_STEPS && (
        <button type="button" class="button small" onClick={() => onChange([...steps, newStep()])}>
          <Icon name="plus" size={14} /> {funnels.addStep}
        </button>
      )}
    </>
  )
}

const SUGGESTED = 200

/** What exists, for the fields of the steps. */
function Suggestions({ id, dimension }: { id: `funnel-${Step["type"]}`; dimension: "page" | "event" }) {
  const { data } = useAnswer("GET /api/sites/{site_id}/reports/breakdown/{dimension}", {
    path: { site_id: question.value.site, dimension },
    parameters: { ...asked(), metrics: ["visitors"], limit: SUGGESTED },
  })
  return (
    <datalist id={id}>
      {data?.rows.map((row) => {
        const value = row.dimensions[dimension]
        return value ? <option key={value} value={value} /> : null
      })}
    </datalist>
  )
}

/** What holds for all steps. */
function Whole({ draft, onChange }: { draft: Draft; onChange: (changes: Partial<Draft>) => void }) {
  const { funnels } = words.value.results
  const { scope, window } = draft
  return (
    <div class="row fields">
      <Choice
        label={funnels.scope}
        value={scope}
        options={(["session", "visitor"] as const).map((each) => [each, funnels.scopes[each]] as const)}
        onChange={(event) => onChange({ scope: event.currentTarget.value as Draft["scope"] })}
      />
      <Choice
        label={funnels.window}
        value={window.unit}
        options={WINDOW_UNITS.map((each) => [each, funnels.windowUnits[each]] as const)}
        onChange={(event) =>
          onChange({
            window: { count: window.count || "1", unit: event.currentTarget.value as Draft["window"]["unit"] },
          })
        }
      />
      {window.unit !== "none" && (
        <Field
          label={funnels.windowCount}
          type="number"
          min="1"
          step="any"
          required
          value={window.count}
          onInput={(event) => onChange({ window: { ...window, count: event.currentTarget.value } })}
        />
      )}
    </div>
  )
}

function Preview({ body }: { body: FunnelBody | null }) {
  const { funnels } = words.value.results
  const settled = JSON.parse(useSettled(JSON.stringify(body))) as FunnelBody | null
  const found = useAnswer(
    "POST /api/sites/{site_id}/reports/funnels",
    settled && { path: { site_id: question.value.site }, parameters: asked(), body: settled },
  )
  return (
    <Panel title={funnels.preview} className="funnel">
      {settled ? (
        <Shown found={found} skeleton={<Block height={380} />}>
          {(data) => <FunnelReading report={data} steps={settled.steps} />}
        </Shown>
      ) : (
        <p class="note">{funnels.previewHint}</p>
      )}
    </Panel>
  )
}
