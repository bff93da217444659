/** What journeys go from or to: chosen here, kept in the address. */
import { useState } from "preact/hooks"
import { useAnswer } from "../answers"
import type { Dimension, Node } from "../api_types"
import { Bars } from "../components/bars"
import { Choice, Field } from "../components/field"
import { Empty, Panel, Shown } from "../components/panel"
import { words } from "../language"
import { asked, question } from "../question"
import { changed, go, parameter } from "../router"
import { barOf } from "./dimension_panel"

const DEPTHS = ["1", "2", "3", "4", "5"] as const
const DEFAULT_DEPTH = "3"
const SUGGESTED = 50
const TOP = 8

export type AnchorKind = "page" | "event"
export type Direction = "next" | "previous"

export interface Anchor {
  kind: AnchorKind
  name: string
}

export function anchor(): Anchor | null {
  const [page, event] = [parameter("page"), parameter("event")]
  if (page) return { kind: "page", name: page }
  return event ? { kind: "event", name: event } : null
}

export const direction = (): Direction => (parameter("direction") === "previous" ? "previous" : "next")
export const depth = (): string => DEPTHS.find((each) => each === parameter("depth")) ?? DEFAULT_DEPTH
export const withEvents = (): boolean => parameter("with_events") === "1"

export const anchoredAt = ({ kind, name }: Anchor): string =>
  changed({ page: null, event: null, [kind]: name, ...(kind === "event" && { with_events: "1" }) })

export const anchorOf = (node: Node): Anchor => ({ kind: node.kind === "event" ? "event" : "page", name: node.name })

export function AnchorForm() {
  const now = anchor()
  const { journeys } = words.value.behaviour
  return (
    <div class="journey-form">
      <AnchorField key={JSON.stringify(now)} now={now} />
      <Choice
        label={journeys.direction}
        value={direction()}
        options={(["next", "previous"] as const).map((each) => [each, journeys.directions[each]])}
        onChange={(event) => choose({ direction: event.currentTarget.value })}
      />
      <Choice
        label={journeys.depth}
        value={depth()}
        options={DEPTHS.map((each) => [each, each])}
        onChange={(event) => choose({ depth: event.currentTarget.value })}
      />
      <label class="row check">
        <input
          type="checkbox"
          checked={withEvents()}
          onChange={(event) => choose({ with_events: event.currentTarget.checked ? "1" : null })}
        />
        {journeys.withEvents}
      </label>
    </div>
  )
}

const choose = (changes: Record<string, string | null>): void => go(changed(changes), { replace: true })

function AnchorField({ now }: { now: Anchor | null }) {
  const { journeys } = words.value.behaviour
  const [kind, setKind] = useState<AnchorKind>(now?.kind ?? "page")
  const [text, setText] = useState(now?.name ?? "")
  const submit = (event: Event): void => {
    event.preventDefault()
    go(anchoredAt({ kind, name: text.trim() }))
  }
  return (
    <form onSubmit={submit}>
      <Choice
        label={journeys.kind}
        value={kind}
        options={(["page", "event"] as const).map((each) => [each, journeys.kinds[each]])}
        onChange={(event) => {
          setKind(event.currentTarget.value as AnchorKind)
          setText("")
        }}
      />
      <Field
        label={journeys[kind]}
        placeholder={kind === "page" ? journeys.pageHint : undefined}
        required
        list="journey-anchors"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <Suggestions kind={kind} text={text} />
      <button type="submit" class="button primary">
        {journeys.show}
      </button>
    </form>
  )
}

function Suggestions({ kind, text }: { kind: AnchorKind; text: string }) {
  const { data } = useAnswer("GET /api/sites/{site_id}/reports/breakdown", {
    path: { site_id: question.value.site },
    parameters: {
      ...asked(),
      dimension: kind as Dimension,
      metrics: ["visitors"],
      limit: SUGGESTED,
      ...(text && { search: text }),
    },
  })
  return (
    <datalist id="journey-anchors">
      {data?.rows.map((row) => {
        const value = row.dimensions[kind]
        return value ? <option key={value} value={value} /> : null
      })}
    </datalist>
  )
}

/** Shown before anything is chosen: what most people would choose. */
export function Beginnings() {
  const { journeys } = words.value.behaviour
  return (
    <>
      <div class="empty beginnings">
        <h2>{journeys.begin}</h2>
        <p>{journeys.beginHint}</p>
      </div>
      <div class="panels beginnings">
        <Beginning kind="page" title={journeys.topPages} nothing={journeys.noPages} />
        <Beginning kind="event" title={journeys.topEvents} nothing={journeys.noEvents} />
      </div>
    </>
  )
}

function Beginning({ kind, title, nothing }: { kind: AnchorKind; title: string; nothing: string }) {
  const found = useAnswer("GET /api/sites/{site_id}/reports/breakdown/{dimension}", {
    path: { site_id: question.value.site, dimension: kind },
    parameters: { ...asked(), metrics: ["visitors"], limit: TOP },
  })
  const { dimensions, metrics } = words.value
  return (
    <Panel title={title}>
      <Shown found={found}>
        {({ rows }) => {
          const known = rows.filter((row) => row.dimensions[kind])
          if (known.length === 0) return <Empty title={nothing} />
          return (
            <Bars
              caption={title}
              columns={[dimensions[kind], metrics.visitors]}
              rows={known.map((row) => ({
                ...barOf(row, kind, ["visitors"]),
                href: anchoredAt({ kind, name: row.dimensions[kind]! }),
                chosen: false,
              }))}
            />
          )
        }}
      </Shown>
    </Panel>
  )
}
