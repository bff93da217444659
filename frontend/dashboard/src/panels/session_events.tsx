/** A session's events in their order, with the pauses between them. */
import type { ComponentChildren } from "preact"
import type { SessionEvent } from "../api_types"
import { Icon } from "../components/icon"
import { Empty } from "../components/panel"
import { clockName, decimal, duration, money, percent } from "../figures"
import { words } from "../language"
import { storyOf, type Told as TellsOf } from "./session_story"

/** Below it what follows happened at once. */
const PAUSE_SECONDS = 5

export function SessionEvents({ events, clock }: { events: readonly SessionEvent[]; clock: (time: string) => string }) {
  const { sessions } = words.value.behaviour
  if (events.length === 0) return <Empty title={sessions.noEvents} />
  const story = storyOf(events)
  return (
    <ol class="timeline">
      {story.map(({ event: each, ...measured }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the events of a session have no id and stay in their order
        <li key={index}>
          <Pause from={story[index - 1]?.event} to={each} />
          <time class="quiet number" dateTime={each.time}>
            {clockName(clock(each.time), "medium")}
          </time>
          <span class={`kind ${each.kind}`} />
          <div class="told">
            <p class="row">
              <span class="badge">{sessions.kinds[each.kind]}</span>
              <Told event={each} />
            </p>
            <Where event={each} />
            <Measured {...measured} />
            <Properties props={each.props} />
          </div>
        </li>
      ))}
    </ol>
  )
}

function Pause({ from, to }: { from: SessionEvent | undefined; to: SessionEvent }) {
  if (!from) return null
  const seconds = (Date.parse(to.time) - Date.parse(from.time)) / 1000
  if (seconds < PAUSE_SECONDS) return null
  return <p class="pause quiet">{words.value.behaviour.sessions.later(duration(seconds))}</p>
}

function Told({ event }: { event: SessionEvent }) {
  const told: Record<SessionEvent["kind"], () => ComponentChildren> = {
    pageview: () => <Page event={event} />,
    event: () => <Custom event={event} />,
    engagement: () => <Reading event={event} />,
    web_vital: () => <WebVital event={event} />,
    exposure: () => <strong>{event.name}</strong>,
    identify: () => words.value.behaviour.sessions.identified,
  }
  return <>{told[event.kind]()}</>
}

function Page({ event }: { event: SessionEvent }) {
  const { hostname, path, title } = event
  const address = hostname && path ? webAddress(`https://${hostname}${path}`) : null
  return (
    <>
      <strong>
        <bdi>{path ?? words.value.shared.notSet}</bdi>
      </strong>
      {title && <bdi class="quiet">{title}</bdi>}
      {address && (
        <a
          class="button bare small icon"
          href={address}
          target="_blank"
          rel="noreferrer"
          aria-label={words.value.behaviour.sessions.openPage(path ?? "")}
        >
          <Icon name="external" size={13} />
        </a>
      )}
    </>
  )
}

function Custom({ event }: { event: SessionEvent }) {
  const { name, value, revenue, currency } = event
  return (
    <>
      <strong>
        <bdi>{name ?? words.value.shared.notSet}</bdi>
      </strong>
      {revenue !== null && <span class="badge good">{currency ? money(revenue, currency) : revenue}</span>}
      {value !== null && <span class="badge">{decimal(value)}</span>}
    </>
  )
}

const THOUSAND = 1000
const HUNDRED = 100

const Reading = ({ event }: { event: SessionEvent }) => (
  <span>{readingOf(event).join(", ") || words.value.shared.notSet}</span>
)

function readingOf({ engagement_ms, scroll_depth }: Pick<SessionEvent, "engagement_ms" | "scroll_depth">): string[] {
  const { sessions } = words.value.behaviour
  return [
    ...(engagement_ms === null ? [] : [sessions.read(duration(engagement_ms / THOUSAND))]),
    ...(scroll_depth === null ? [] : [sessions.scrolled(percent(scroll_depth / HUNDRED))]),
  ]
}

const WebVital = ({ event: { name, value } }: { event: SessionEvent }) => <bdi>{vitalOf(name ?? "", value)}</bdi>

/** All but the shift of the layout are times. */
const vitalOf = (name: string, value: number | null): string =>
  `${name} ${decimal(value)}${name === "CLS" ? "" : " ms"}`

/** How long a page was read, how far, and how fast it was. */
function Measured({ vitals, ...reading }: Omit<TellsOf, "event">) {
  const said = [...readingOf(reading), ...[...vitals].map(([name, value]) => vitalOf(name, value))]
  if (said.length === 0) return null
  return (
    <p class="quiet measured">
      <bdi>{said.join(" · ")}</bdi>
    </p>
  )
}

/** Where something happened that is no page itself. */
function Where({ event }: { event: SessionEvent }) {
  if (event.kind === "pageview" || !event.path) return null
  return (
    <p class="quiet">
      <bdi>{event.path}</bdi>
    </p>
  )
}

function Properties({ props }: { props: unknown }) {
  const found = propertiesOf(props)
  if (found.length === 0) return null
  return (
    <dl class="told-properties" aria-label={words.value.behaviour.sessions.properties}>
      {found.map(([name, text]) => (
        <div key={name}>
          <dt class="quiet">
            <bdi>{name}</bdi>
          </dt>
          <dd>
            <PropertyText text={text} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function PropertyText({ text }: { text: string }) {
  const address = webAddress(text)
  if (!address) return <bdi>{text}</bdi>
  return (
    <a href={address} target="_blank" rel="noreferrer">
      <bdi>{text}</bdi>
    </a>
  )
}

/** What is nested is named by its way: coupon.code. */
export function propertiesOf(props: unknown, before = ""): [string, string][] {
  if (props === null || props === undefined) return []
  if (typeof props !== "object" || Array.isArray(props)) return [[before || "–", textOf(props)]]
  return Object.entries(props).flatMap(([name, value]) => {
    const named = before ? `${before}.${name}` : name
    return isNested(value) ? propertiesOf(value, named) : ([[named, textOf(value)]] as [string, string][])
  })
}

const isNested = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))

/** Null for what must not become a link. */
export function webAddress(text: string): string | null {
  if (!/^https?:\/\//i.test(text)) return null
  try {
    return new URL(text).href
  } catch {
    return null
  }
}
