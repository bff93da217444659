/** One step of a funnel in its form: an event or a page, and conditions on it. */
import { useAnswer } from "../answers"
import type { Property, Step } from "../api_types"
import { Choice, Field } from "../components/field"
import { Icon, type IconName } from "../components/icon"
import { takesValues } from "../conditions"
import { whole } from "../figures"
import { words } from "../language"
import { asked, question } from "../question"
import { DIMENSIONS, OPERATORS, type Operator } from "../registry"
import { useSettled } from "../settled"
import { dimensionName } from "../values"
import { clauseText } from "./filters"
import { type DraftCondition, type DraftStep, newKey } from "./funnel_draft"

const PROPERTY = "property:"

interface StepFieldsProps {
  step: DraftStep
  index: number
  count: number
  removable: boolean
  onChange: (step: DraftStep) => void
  onMove: (to: number) => void
  onRemove: () => void
}

export function StepFields(given: StepFieldsProps) {
  const { step, index, onChange } = given
  const { funnels } = words.value.results
  const name = funnels.step(whole(index + 1))
  return (
    <fieldset class="step">
      <legend>{name}</legend>
      <StepActions {...given} name={name} />
      <div class="row fields">
        <Choice
          label={funnels.type}
          value={step.type}
          options={(["path", "event"] as const).map((each) => [each, funnels.types[each]] as const)}
          onChange={(event) => onChange({ ...step, type: event.currentTarget.value as Step["type"] })}
        />
        <Field
          label={step.type === "path" ? funnels.path : funnels.event}
          hint={step.type === "path" ? funnels.pathHint : undefined}
          required
          list={`funnel-${step.type}`}
          value={step.value}
          autoComplete="off"
          onInput={(event) => onChange({ ...step, value: event.currentTarget.value })}
        />
      </div>
      <Conditions step={step} onChange={onChange} />
    </fieldset>
  )
}

function StepActions({ name, index, count, removable, onMove, onRemove }: StepFieldsProps & { name: string }) {
  const { funnels } = words.value.results
  const actions: readonly (readonly [IconName, string, boolean, () => void])[] = [
    ["up", funnels.moveUp(name), index > 0, () => onMove(index - 1)],
    ["down", funnels.moveDown(name), index < count - 1, () => onMove(index + 1)],
    ["trash", funnels.removeStep(name), removable, onRemove],
  ]
  return (
    <div class="row step-actions">
      {actions.map(([icon, label, possible, act]) => (
        <button
          key={icon}
          type="button"
          class="button bare small icon"
          aria-label={label}
          disabled={!possible}
          onClick={act}
        >
          <Icon name={icon} size={14} />
        </button>
      ))}
    </div>
  )
}

function Conditions({ step, onChange }: { step: DraftStep; onChange: (step: DraftStep) => void }) {
  const { funnels } = words.value.results
  const { conditions, others } = step
  const properties = useProperties(step)
  const added = (): DraftCondition => ({ key: newKey(), dimension: PROPERTY, operator: "is", text: "" })
  return (
    <>
      {conditions.map((each) => (
        <ConditionFields
          key={each.key}
          condition={each}
          properties={properties}
          onChange={(condition) =>
            onChange({ ...step, conditions: conditions.map((other) => (other === each ? condition : other)) })
          }
          onRemove={() => onChange({ ...step, conditions: conditions.filter((other) => other !== each) })}
        />
      ))}
      {others.map((each) => (
        <span key={JSON.stringify(each)} class="chip">
          <bdi class="cut">{clauseText(each)}</bdi>
          <button
            type="button"
            aria-label={funnels.removeCondition}
            onClick={() => onChange({ ...step, others: others.filter((other) => other !== each) })}
          >
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      <div>
        <button
          type="button"
          class="button bare small"
          onClick={() => onChange({ ...step, conditions: [...conditions, added()] })}
        >
          <Icon name="plus" size={14} /> {funnels.addCondition}
        </button>
      </div>
    </>
  )
}

/** Those of the step's event, to choose from. */
function useProperties({ type, value, conditions }: DraftStep): readonly Property[] {
  const event = useSettled(value.trim())
  const { data } = useAnswer(
    "GET /api/sites/{site_id}/reports/properties",
    type === "event" && event && conditions.length > 0
      ? { path: { site_id: question.value.site }, parameters: { ...asked(), event } }
      : null,
  )
  return type === "event" ? (data?.rows ?? []) : []
}

const OFFERED = DIMENSIONS.filter((each) => each.scope !== "time")

function ConditionFields(given: {
  condition: DraftCondition
  properties: readonly Property[]
  onChange: (condition: DraftCondition) => void
  onRemove: () => void
}) {
  const { condition, properties, onChange } = given
  const { site, results } = words.value
  const { dimension, operator, key } = condition
  const isProperty = dimension.startsWith(PROPERTY)
  const property = dimension.slice(PROPERTY.length)
  const numeric = isProperty || OFFERED.some((each) => each.name === dimension && each.numeric)
  const values = properties.find((each) => each.key === property)?.values ?? []
  return (
    <div class="row fields condition-fields">
      <Choice
        label={site.dimension}
        value={isProperty ? PROPERTY : dimension}
        options={[[PROPERTY, site.property], ...OFFERED.map((each) => [each.name, dimensionName(each.name)] as const)]}
        onChange={(event) => onChange({ ...condition, dimension: event.currentTarget.value })}
      />
      {isProperty && (
        <Suggesting
          id={`keys-${key}`}
          label={site.propertyName}
          value={property}
          from={properties.map((each) => each.key)}
          onInput={(text) => onChange({ ...condition, dimension: PROPERTY + text })}
        />
      )}
      <Choice
        label={site.operator}
        value={operator}
        options={OPERATORS.filter((each) => numeric || !each.numeric).map(
          (each) => [each.name, words.value.operators[each.name]] as const,
        )}
        onChange={(event) => onChange({ ...condition, operator: event.currentTarget.value as Operator })}
      />
      {takesValues(operator) && (
        <Suggesting
          id={`values-${key}`}
          label={site.values}
          value={condition.text}
          from={isProperty ? values.map((each) => each.value.replaceAll(",", "\\,")) : []}
          onInput={(text) => onChange({ ...condition, text })}
        />
      )}
      <button
        type="button"
        class="button bare small icon dismiss"
        aria-label={results.funnels.removeCondition}
        onClick={given.onRemove}
      >
        <Icon name="close" size={14} />
      </button>
    </div>
  )
}

function Suggesting(given: {
  id: string
  label: string
  value: string
  from: readonly string[]
  onInput: (text: string) => void
}) {
  return (
    <>
      <Field
        label={given.label}
        required
        list={given.id}
        value={given.value}
        autoComplete="off"
        onInput={(event) => given.onInput(event.currentTarget.value)}
      />
      <datalist id={given.id}>
        {given.from.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </>
  )
}
