/** A goal, new or changed, with what it would have counted. */
import { useState } from "preact/hooks"
import { useAnswer } from "../../answers"
import { ask } from "../../api"
import type { Goal, Site } from "../../api_types"
import { type Changing, useChanging } from "../../changing"
import { Dialog } from "../../components/dialog"
import { Field } from "../../components/field"
import { Form, Options, optionsOf, Pick } from "../../components/form"
import { settingsWords } from "../../language/settings"
import { useSettled, WRITING_MS } from "../../settled"
import { currencies } from "./choices"
import { Conditions } from "./goal_conditions"
import { bodyOf, draftOf, type GoalDraft, newDraft, type Worth } from "./goal_draft"
import { GoalPreview } from "./goal_preview"

const FIELDS = ["name", "type", "value", "filters", "revenue"] as const
const SUGGESTED = 30

export interface DraftProps {
  site: Site
  draft: GoalDraft
  change: (changes: Partial<GoalDraft>) => void
  problem: Changing["problem"]
}

export function GoalForm({ site, goal, onClose }: { site: Site; goal: Goal | null; onClose: () => void }) {
  const { goals } = settingsWords.value
  const changing = useChanging(FIELDS)
  const [draft, setDraft] = useState(() => (goal ? draftOf(goal, site.currency) : newDraft(site.currency)))
  const save = async (): Promise<void> => {
    const body = bodyOf(draft)
    if (body && (await changing.send(() => send(site, goal, { ...body, name: draft.name }), goals.saved(draft.name))))
      onClose()
  }
  const props: DraftProps = {
    site,
    draft,
    change: (changes) => setDraft((before) => ({ ...before, ...changes })),
    problem: changing.problem,
  }
  return (
    <Dialog title={goal ? goals.change(goal.name) : goals.add} onClose={onClose}>
      <div class="beside">
        <Form changing={changing} onSubmit={save}>
          <What {...props} />
          <Conditions {...props} />
          <Value {...props} />
          <Field
            label={goals.name}
            hint={goals.nameHint}
            required
            maxLength={255}
            value={draft.name}
            problem={changing.problem("name")}
            onInput={(event) => props.change({ name: event.currentTarget.value })}
          />
        </Form>
        <GoalPreview site={site} draft={draft} />
      </div>
    </Dialog>
  )
}

function send(site: Site, goal: Goal | null, body: { name: string } & NonNullable<ReturnType<typeof bodyOf>>) {
  const site_id = site.id
  return goal
    ? ask("PATCH /api/sites/{site_id}/goals/{goal_id}", { path: { site_id, goal_id: goal.id }, body })
    : ask("POST /api/sites/{site_id}/goals", { path: { site_id }, body })
}

function What({ site, draft, change, problem }: DraftProps) {
  const { goals } = settingsWords.value
  const isEvent = draft.type === "event"
  return (
    <>
      <Options
        label={goals.type}
        name="type"
        options={optionsOf(goals.types)}
        chosen={draft.type}
        problem={problem("type")}
        onChoose={(type) => change({ type: type as Goal["type"], value: "" })}
      />
      <Field
        label={isEvent ? goals.eventValue : goals.pathValue}
        hint={isEvent ? goals.eventHint : goals.pathHint}
        required
        list="goal-values"
        autocomplete="off"
        value={draft.value}
        problem={problem("value")}
        onInput={(event) => change({ value: event.currentTarget.value })}
      />
      <Suggestions site={site} draft={draft} />
    </>
  )
}

/** What there was in the last 30 days, the most frequent first. */
function Suggestions({ site, draft }: { site: Site; draft: GoalDraft }) {
  const dimension = draft.type === "event" ? "event" : "page"
  const search = useSettled(draft.value, WRITING_MS)
  const { data } = useAnswer("GET /api/sites/{site_id}/reports/breakdown/{dimension}", {
    path: { site_id: site.id, dimension },
    parameters: { range: "30d", metrics: ["visitors"], limit: SUGGESTED, ...(search && { search }) },
  })
  return (
    <datalist id="goal-values">
      {data?.rows.map((row) => {
        const value = row.dimensions[dimension]
        return value ? <option key={value} value={value} /> : null
      })}
    </datalist>
  )
}

function Value({ draft, change, problem }: DraftProps) {
  const { goals, general } = settingsWords.value
  const { worth } = draft
  return (
    <>
      <Options
        label={goals.worth}
        name="worth"
        options={optionsOf(goals.worths)}
        chosen={worth}
        problem={problem("revenue")}
        onChoose={(chosen) => change({ worth: chosen as Worth })}
      />
      {(worth === "property" || worth === "fixed") && (
        <div class="pair">
          {worth === "property" ? (
            <Field
              label={goals.property}
              required
              list="goal-properties"
              value={draft.property}
              onInput={(event) => change({ property: event.currentTarget.value })}
            />
          ) : (
            <Field
              label={goals.amount}
              type="number"
              required
              min="0"
              step="any"
              inputMode="decimal"
              value={draft.amount}
              onInput={(event) => change({ amount: event.currentTarget.value })}
            />
          )}
          <Pick
            label={general.currency}
            initial={draft.currency}
            options={currencies(draft.currency)}
            onPick={(currency) => change({ currency })}
          />
        </div>
      )}
    </>
  )
}
