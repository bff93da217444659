/** One session: who it was, and what happened one after the other. */
import type { ComponentChildren } from "preact"
import { useAnswer } from "../answers"
import type { Session, SessionReport } from "../api_types"
import { Icon } from "../components/icon"
import { Lines, Panel, Shown } from "../components/panel"
import { clockOf, duration, timeName, whole } from "../figures"
import { words } from "../language"
import { question } from "../question"
import { placeOf } from "../router"
import { dimensionName, valueName, valueText } from "../values"
import { listAddress, sessionsWith } from "./session_addresses"
import { SessionEvents } from "./session_events"
import { VisitorSign } from "./session_visitor"
import { useTimeZone } from "./session_zone"
import { Pager } from "./sessions"

const EVENTS = 200

export function SessionDetail({ id }: { id: string }) {
  const offset = placeOf("events")
  const found = useAnswer("GET /api/sites/{site_id}/reports/sessions/{session_id}", {
    path: { site_id: question.value.site, session_id: id },
    parameters: { limit: EVENTS, offset },
  })
  return (
    <>
      <a class="button small back" href={listAddress(id)}>
        <Icon name="left" size={14} /> {words.value.behaviour.sessions.toList}
      </a>
      <Shown found={found} skeleton={<Lines count={12} />}>
        {(data) => <Told data={data} offset={offset} />}
      </Shown>
    </>
  )
}

function Told({ data, offset }: { data: SessionReport; offset: number }) {
  const { session, events, total } = data
  const { sessions } = words.value.behaviour
  const clock = clockOf(useTimeZone())
  return (
    <>
      <div class="heading session-heading">
        <VisitorSign visitor={session.visitor} size={36} />
        <div>
          <h1>{sessions.sessionOf(timeName(clock(session.start)))}</h1>
          <p class="quiet" title={sessions.visitorHint}>
            {sessions.visitorOf(session.visitor)}
          </p>
        </div>
      </div>
      <div class="session">
        <Panel title={sessions.facts}>
          <Facts session={session} />
        </Panel>
        <Panel title={sessions.timeline}>
          <SessionEvents events={events} clock={clock} />
          <Pager total={total} offset={offset} size={EVENTS} name="events" />
        </Panel>
      </div>
    </>
  )
}

const FILTERS = [
  "entry_page",
  "exit_page",
  "channel",
  "source",
  "referrer",
  "country",
  "region",
  "city",
  "device",
  "browser",
  "os",
  "screen",
  "language",
] as const satisfies readonly (keyof Session)[]

function Facts({ session }: { session: Session }) {
  const { sessions } = words.value.behaviour
  return (
    <dl class="fact-list">
      <Fact label={sessions.duration}>{duration(session.duration_seconds)}</Fact>
      <Fact label={sessions.pageviews}>{whole(session.pageviews)}</Fact>
      <Fact label={sessions.events}>{whole(session.events)}</Fact>
      {FILTERS.map((each) => {
        const value = session[each]
        if (!value) return null
        return (
          <Fact key={each} label={dimensionName(each)}>
            <a href={sessionsWith(each, value)} title={sessions.othersLike(valueText(each, value))}>
              <bdi>{valueName(each, value)}</bdi>
            </a>
          </Fact>
        )
      })}
    </dl>
  )
}

const Fact = ({ label, children }: { label: string; children: ComponentChildren }) => (
  <div>
    <dt class="quiet">{label}</dt>
    <dd>{children}</dd>
  </div>
)
