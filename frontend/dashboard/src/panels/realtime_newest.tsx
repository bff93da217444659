/** The newest events as a list: new ones come in at its top. */
import { useRef } from "preact/hooks"
import type { NewEvent } from "../api_types"
import { Empty, Panel } from "../components/panel"
import { clockName, clockOf } from "../figures"
import { words } from "../language"
import { filteredBy } from "../question"
import { valueName, valueText } from "../values"
import { useTimeZone } from "./session_zone"

export function NewestEvents({ events }: { events: readonly NewEvent[] }) {
  const { realtime } = words.value.behaviour
  const clock = clockOf(useTimeZone())
  const known = useRef<ReadonlySet<string> | null>(null)
  const keys = keysOf(events)
  const before = known.current
  known.current = new Set(keys)
  return (
    <Panel title={realtime.newest} className="newest">
      {events.length ? (
        <ol>
          {events.map((each, index) => (
            <li
              key={keys[index]}
              class={before && !before.has(keys[index]!) ? "fresh" : undefined}
              title={[each.device && valueText("device", each.device), each.browser, each.os]
                .filter(Boolean)
                .join(" · ")}
            >
              <time class="quiet number" dateTime={each.time}>
                {clockName(clock(each.time), "medium")}
              </time>
              <What event={each} />
              <From event={each} />
            </li>
          ))}
        </ol>
      ) : (
        <Empty />
      )}
    </Panel>
  )
}

/** Events have no id: what they say is their key, counted from the oldest where several say the same. */
export function keysOf(events: readonly NewEvent[]): string[] {
  const counts = new Map<string, number>()
  return events
    .toReversed()
    .map((each) => {
      const said = JSON.stringify(Object.values(each))
      const count = (counts.get(said) ?? 0) + 1
      counts.set(said, count)
      return `${said} ${count}`
    })
    .reverse()
}

function What({ event }: { event: NewEvent }) {
  const isEvent = event.kind === "event"
  const kind = words.value.behaviour.sessions.kinds[event.kind]
  const name = isEvent ? event.name : event.path
  return (
    <span class="happened">
      <span class={`kind ${event.kind}`} title={kind}>
        <span class="unseen">{kind}</span>
      </span>
      <a class="cut" href={filteredBy(isEvent ? "event" : "page", name)} title={name ?? undefined}>
        <bdi>{name ?? <i>{words.value.shared.notSet}</i>}</bdi>
      </a>
      {isEvent && event.path && <bdi class="cut quiet on">{event.path}</bdi>}
    </span>
  )
}

function From({ event: { country, source } }: { event: NewEvent }) {
  return (
    <span class="from">
      {country && (
        <a class="cut" href={filteredBy("country", country)}>
          {valueName("country", country)}
        </a>
      )}
      {source && (
        <a class="cut source" href={filteredBy("source", source)}>
          <bdi>{source}</bdi>
        </a>
      )}
    </span>
  )
}
