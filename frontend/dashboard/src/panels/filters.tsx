/** Conditions on everything: chips of those that hold, and a form for one more. */
import { useEffect, useRef, useState } from "preact/hooks"
import { useAnswer } from "../answers"
import type { Dimension } from "../api_types"
import { Choice, Field } from "../components/field"
import { Icon } from "../components/icon"
import { Menu } from "../components/menu"
import { type Clause, type Condition, takesValues, valuesOf } from "../conditions"
import { either, short } from "../figures"
import { words } from "../language"
import { addClause, asked, question, removeClause, removeUnread, withClauses } from "../question"
import { DIMENSIONS, OPERATORS, type Operator } from "../registry"
import { codeOf, dimensionName, valueText } from "../values"

const PROPERTY = "property:"
const SUGGESTED = 50

export function FilterChips() {
  const { clauses, unread } = question.value
  const row = useRef<HTMLDivElement>(null)
  const focusChip = useFocusAfterRemoval(row)
  const chips = [
    ...clauses.map((each) => ({ text: clauseText(each), remove: () => removeClause(each), isWrong: false })),
    ...unread.map((text) => ({ text, remove: () => removeUnread(text), isWrong: true })),
  ]
  if (chips.length === 0) return null
  return (
    <div class="row" style={{ marginBottom: "14px" }} ref={row}>
      {chips.map(({ text, remove, isWrong }, index) => (
        <Chip
          key={`${isWrong} ${text}`}
          text={text}
          isWrong={isWrong}
          onRemove={() => {
            focusChip(index)
            remove()
          }}
        />
      ))}
      {chips.length > 1 && (
        <a class="button bare small" href={withClauses([], [])} onClick={() => focusChip(0)}>
          {words.value.site.clearFilters}
        </a>
      )}
    </div>
  )
}

function Chip({ text, isWrong, onRemove }: { text: string; isWrong: boolean; onRemove: () => void }) {
  const { site } = words.value
  return (
    <span class="chip">
      {isWrong && <Icon name="warning" size={14} />}
      {isWrong && <span class="unseen">{site.unreadFilter}</span>}
      <bdi class="cut">{text}</bdi>
      <button type="button" aria-label={site.removeFilter(text)} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  )
}

/** The chip in the place of the removed one, or the last one, or what adds another, so that the keyboard stays here. */
function useFocusAfterRemoval(row: { current: HTMLElement | null }): (index: number) => void {
  const removed = useRef<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chips follow from the question
  useEffect(() => {
    if (removed.current === null) return
    const left = row.current?.querySelectorAll<HTMLElement>(".chip button") ?? []
    const next = left[Math.min(removed.current, left.length - 1)]
    const other = document.querySelector<HTMLElement>('.controls [data-shortcut="f"]')
    ;(next ?? other)?.focus()
    removed.current = null
  }, [question.value])
  return (index) => {
    removed.current = index
  }
}

export const clauseText = (clause: Clause): string =>
  "dimension" in clause ? conditionText(clause) : clause.map(conditionText).join(` ${words.value.site.or} `)

function conditionText({ dimension, operator, values }: Condition): string {
  const said = `${dimensionName(dimension)} ${words.value.operators[operator]}`
  return takesValues(operator) ? `${said} ${either(values.map((each) => valueText(dimension, each)))}` : said
}

export function FilterMenu() {
  const { site } = words.value
  return (
    <Menu
      kind="dialog"
      label={
        <>
          <Icon name="filter" /> {site.filter}
        </>
      }
      title={`${site.addFilter} (f)`}
      shortcut="f"
      end
    >
      {(close) => <FilterForm onAdd={close} />}
    </Menu>
  )
}

/** Dimensions of time choose a period, which has its own menu. */
const OFFERED = DIMENSIONS.filter((each) => each.scope !== "time")

function FilterForm({ onAdd }: { onAdd: () => void }) {
  const { site, shared } = words.value
  const [dimension, setDimension] = useState("page")
  const [property, setProperty] = useState("")
  const [operator, setOperator] = useState<Operator>("is")
  const [text, setText] = useState("")
  const isProperty = dimension === PROPERTY
  const name = isProperty ? PROPERTY + property : dimension
  const numeric = isProperty || (OFFERED.find((each) => each.name === dimension)?.numeric ?? false)
  const submit = (event: Event): void => {
    event.preventDefault()
    addClause({
      dimension: name,
      operator,
      values: takesValues(operator) ? valuesOf(text).map((each) => codeOf(dimension, each)) : [],
    })
    onAdd()
  }
  return (
    <form class="stack" style={{ padding: "10px", gap: "10px", width: "300px" }} onSubmit={submit}>
      <Choice
        label={site.dimension}
        value={dimension}
        options={[[PROPERTY, site.property], ...OFFERED.map((each) => [each.name, dimensionName(each.name)] as const)]}
        onChange={(event) => {
          setDimension(event.currentTarget.value)
          // Not every operator fits every dimension.
          setOperator("is")
        }}
      />
      {isProperty && <PropertyName name={property} onInput={setProperty} />}
      <Choice
        label={site.operator}
        value={operator}
        options={OPERATORS.filter((each) => numeric || !each.numeric).map(
          (each) => [each.name, words.value.operators[each.name]] as const,
        )}
        onChange={(event) => setOperator(event.currentTarget.value as Operator)}
      />
      {takesValues(operator) && <Values dimension={name} text={text} onInput={setText} />}
      <button type="submit" class="button primary">
        {shared.add}
      </button>
    </form>
  )
}

/** Suggested are the properties that the events of the question have. */
function PropertyName({ name, onInput }: { name: string; onInput: (name: string) => void }) {
  const { data } = useAnswer("GET /api/sites/{site_id}/reports/property-names", {
    path: { site_id: question.value.site },
    parameters: asked(),
  })
  return (
    <>
      <Field
        label={words.value.site.propertyName}
        required
        list="filter-properties"
        autocomplete="off"
        value={name}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <datalist id="filter-properties">
        {data?.rows.map((row) => (
          <option key={row.key} value={row.key} label={`${row.key} (${short(row.events)})`} />
        ))}
      </datalist>
    </>
  )
}

/** What there is to choose from is suggested: the most frequent values that have the typed text in them. */
function Values({ dimension, text, onInput }: { dimension: string; text: string; onInput: (text: string) => void }) {
  const { site } = words.value
  const complete = dimension !== PROPERTY
  const { data } = useAnswer(
    "GET /api/sites/{site_id}/reports/breakdown",
    complete
      ? {
          path: { site_id: question.value.site },
          parameters: {
            ...asked(),
            dimension: dimension as Dimension,
            metrics: ["visitors"],
            limit: SUGGESTED,
            ...(text && { search: text }),
          },
        }
      : null,
  )
  return (
    <>
      <Field
        label={site.values}
        hint={site.valuesHint}
        required
        list="filter-values"
        value={text}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <datalist id="filter-values">
        {data?.rows.map((row) => {
          const value = Object.values(row.dimensions)[0]
          return value ? (
            <option key={value} value={value.replaceAll(",", "\\,")} label={valueText(dimension, value)} />
          ) : null
        })}
      </datalist>
    </>
  )
}
