/** What became of events, in words. */
import type { SeenEvent } from "../../api_types"
import { ago, NOTHING } from "../../figures"
import { settingsWords } from "../../language/settings"
import { valueText } from "../../values"

export interface Reason {
  what: string
  todo: string
}

/** Null for what was stored and counts. A reason that has no words is told as it is. */
export function reasonOf(event: SeenEvent): Reason | null {
  const { reasons, refusals, flagged } = settingsWords.value
  if (!event.reason) return null
  const listed: Record<string, Reason> = event.outcome === "refused" ? refusals : reasons
  const found = listed[event.reason] ?? { what: event.reason, todo: "" }
  return event.outcome === "stored" ? { ...found, what: flagged(found.what) } : found
}

const COLOURS = { stored: "good", dropped: "warning", refused: "bad" } as const

export function Outcome({ outcome }: { outcome: SeenEvent["outcome"] }) {
  return <span class={`badge ${COLOURS[outcome]}`}>{settingsWords.value.outcomes[outcome]}</span>
}

export function eventName(event: SeenEvent): string {
  const kind = event.kind ? valueText("kind", event.kind) : ""
  return [kind, event.name].filter(Boolean).join(" ") || NOTHING
}

export function SeenEvents({ events, label }: { events: readonly SeenEvent[]; label: string }) {
  const { debugger: text } = settingsWords.value
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="scrolls" tabIndex={0} aria-label={label}>
      <table class="listing seen">
        <thead>
          <tr>
            <th scope="col">{text.when}</th>
            <th scope="col">{text.outcome}</th>
            <th scope="col">{text.what}</th>
            <th scope="col">{text.where}</th>
            <th scope="col">{text.format}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((each, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place, the newest first
            <SeenRow key={index} event={each} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function SeenRow({ event }: { event: SeenEvent }) {
  const reason = reasonOf(event)
  return (
    <tr>
      <td class="quiet" title={event.time}>
        {ago(event.time)}
      </td>
      <td>
        <Outcome outcome={event.outcome} />
      </td>
      <td>
        <bdi>{eventName(event)}</bdi>
        {reason && (
          <span class="why">
            {reason.what}. <span class="quiet">{reason.todo}</span>
          </span>
        )}
        {event.message && (
          <bdi class="why quiet" lang="en">
            {event.message}
          </bdi>
        )}
      </td>
      <td>
        <bdi class="path">{event.path ?? NOTHING}</bdi>
      </td>
      <td class="quiet">{event.format}</td>
    </tr>
  )
}
