/** Conditions of a goal: those it has, and fields for one more. */
import { useEffect, useState } from "preact/hooks"
import { useAnswer } from "../../answers"
import { Choice, Field } from "../../components/field"
import { Icon } from "../../components/icon"
import { type Clause, takesValues, valuesOf } from "../../conditions"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { clauseText } from "../../panels/filters"
import { DIMENSIONS, OPERATORS, type Operator } from "../../registry"
import { useSettled, WRITING_MS } from "../../settled"
import { dimensionName } from "../../values"
import type { DraftProps } from "./goal_form"

const PROPERTY = "property:"
/** A goal looks at single events; entry and exit page are of whole visits. */
const OFFERED = DIMENSIONS.filter((each) => !["time", "visit"].includes(each.scope))

export function Conditions({ site, draft, change, problem }: DraftProps) {
  const { goals } = settingsWords.value
  const [adding, setAdding] = useState(false)
  const { clauses } = draft
  const wrong = problem("filters")
  return (
    <fieldset class="options">
      <legend class="label">{goals.conditions}</legend>
      {clauses.map((each) => (
        <span key={clauseText(each)} class="chip">
          <bdi class="cut">{clauseText(each)}</bdi>
          <button
            type="button"
            aria-label={goals.removeCondition(clauseText(each))}
            onClick={() => change({ clauses: clauses.filter((other) => other !== each) })}
          >
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      {adding ? (
        <NewCondition
          site_id={site.id}
          event={draft.type === "event" ? draft.value : ""}
          onChange={(pending) => change({ pending })}
          onAdd={(clause) => {
            change({ clauses: [...clauses, clause], pending: null })
            setAdding(false)
          }}
          onCancel={() => {
            change({ pending: null })
            setAdding(false)
          }}
        />
      ) : (
        <div>
          <button type="button" class="button small" onClick={() => setAdding(true)}>
            <Icon name="plus" size={14} /> {goals.addCondition}
          </button>
        </div>
      )}
      <span class="hint">{goals.conditionsHint}</span>
      {wrong && (
        <span class="problem" role="alert">
          {wrong}
        </span>
      )}
      <PropertyNames site_id={site.id} event={draft.type === "event" ? draft.value : ""} />
    </fieldset>
  )
}

interface NewProps {
  site_id: string
  event: string
  /** What it says so far, null while it says too little: whoever saves the goal means it, too. */
  onChange: (clause: Clause | null) => void
  onAdd: (clause: Clause) => void
  onCancel: () => void
}

function NewCondition({ site_id, event, onChange, onAdd, onCancel }: NewProps) {
  const { site, shared, operators } = words.value
  const [dimension, setDimension] = useState<string>(PROPERTY)
  const [property, setProperty] = useState("")
  const [operator, setOperator] = useState<Operator>("is")
  const [text, setText] = useState("")
  const isProperty = dimension === PROPERTY
  const values = takesValues(operator) ? valuesOf(text) : []
  const complete = (!isProperty || property !== "") && (values.length > 0 || !takesValues(operator))
  const numeric = isProperty || OFFERED.some((each) => each.name === dimension && each.numeric)
  const clause: Clause = { dimension: isProperty ? PROPERTY + property : dimension, operator, values }
  const said = complete ? JSON.stringify(clause) : ""
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it says is all that counts
  useEffect(() => onChange(complete ? clause : null), [said])
  return (
    <div class="condition">
      <Choice
        label={site.dimension}
        value={dimension}
        options={[[PROPERTY, site.property], ...OFFERED.map((each) => [each.name, dimensionName(each.name)] as const)]}
        onChange={(change) => setDimension(change.currentTarget.value)}
      />
      {isProperty && (
        <Field
          label={site.propertyName}
          list="goal-properties"
          autocomplete="off"
          required
          value={property}
          onInput={(change) => setProperty(change.currentTarget.value)}
        />
      )}
      <Choice
        label={site.operator}
        value={operator}
        options={OPERATORS.filter((each) => numeric || !each.numeric).map(
          (each) => [each.name, operators[each.name]] as const,
        )}
        onChange={(change) => setOperator(change.currentTarget.value as Operator)}
      />
      {takesValues(operator) && (
        <Field
          label={site.values}
          list="goal-property-values"
          autocomplete="off"
          required
          value={text}
          onInput={(change) => setText(change.currentTarget.value)}
        />
      )}
      {isProperty && <PropertyValues site_id={site_id} event={event} property={property} />}
      <div class="row">
        <button
          type="button"
          class="button small primary"
          disabled={!complete}
          onClick={() => onAdd({ dimension: isProperty ? PROPERTY + property : dimension, operator, values })}
        >
          {shared.add}
        </button>
        <button type="button" class="button small" onClick={onCancel}>
          {shared.cancel}
        </button>
      </div>
    </div>
  )
}

/** Of the event's properties in the last 30 days. */
function useProperties(site_id: string, event: string) {
  const name = useSettled(event, WRITING_MS)
  const request = { path: { site_id }, parameters: { event: name, range: "30d" } }
  return useAnswer("GET /api/sites/{site_id}/reports/properties", name ? request : null).data?.rows ?? []
}

function PropertyNames({ site_id, event }: { site_id: string; event: string }) {
  return (
    <datalist id="goal-properties">
      {useProperties(site_id, event).map((each) => (
        <option key={each.key} value={each.key} />
      ))}
    </datalist>
  )
}

function PropertyValues({ site_id, event, property }: { site_id: string; event: string; property: string }) {
  const found = useProperties(site_id, event).find((each) => each.key === property)
  return (
    <datalist id="goal-property-values">
      {found?.values.map(({ value }) => (
        <option key={value} value={value.replaceAll(",", "\\,")} />
      ))}
    </datalist>
  )
}
