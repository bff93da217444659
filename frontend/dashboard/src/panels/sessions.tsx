/** Sessions, the newest first: who came, from where, and what they saw. */

import { useEffect, useRef } from "preact/hooks"
import { useAnswer } from "../answers"
import { addressOf } from "../api"
import type { Session, SessionsReport } from "../api_types"
import { SpreadsheetLinks } from "../components/files"
import { Paging } from "../components/paging"
import { Empty, Lines, Shown } from "../components/panel"
import { useEver } from "../ever"
import { bucketName, clockName, clockOf, duration, short, whole } from "../figures"
import { words } from "../language"
import { asked, pageOf, question } from "../question"
import { changed, go, parameter, placeOf } from "../router"
import { valueName, valueText } from "../values"
import { Controls } from "./controls"
import { listAddress, sessionAddress } from "./session_addresses"
import { VisitorSign } from "./session_visitor"

const PAGE = 50
const ROUTE = "GET /api/sites/{site_id}/reports/sessions"

export function SessionList() {
  // Another question begins at the first page: what changes it takes the parameter away.
  const offset = placeOf("offset")
  const path = { site_id: question.value.site }
  const found = useAnswer(ROUTE, { path, parameters: { ...asked(), limit: PAGE, offset } })
  const { sessions } = words.value.behaviour
  const total = found.data?.total
  return (
    <>
      <Controls range={found.data} comparison={false} />
      <section class="panel">
        <header>
          <h1 class="panel-title">{sessions.title}</h1>
          {total !== undefined && <span class="badge">{whole(total)}</span>}
          <SpreadsheetLinks address={(format) => addressOf(ROUTE, { path, parameters: { ...asked(), format } })} />
        </header>
        <div class="content">
          <Shown found={found} skeleton={<Lines count={16} height={34} />}>
            {(data) => (data.rows.length ? <Listed data={data} offset={offset} /> : <Nothing isPastEnd={offset > 0} />)}
          </Shown>
        </div>
      </section>
    </>
  )
}

function Nothing({ isPastEnd }: { isPastEnd: boolean }) {
  const { sessions } = words.value.behaviour
  if (!isPastEnd) return <NoneFound />
  return (
    <Empty title={sessions.pastEnd}>
      <a href={changed({ offset: null })}>{sessions.toStart}</a>
    </Empty>
  )
}

/** Whether there is no session at all, or none for this question. */
function NoneFound() {
  const { sessions } = words.value.behaviour
  if (useEver(question.value.site)?.sessions === 0) {
    return (
      <Empty title={sessions.never}>
        <p>{sessions.neverHint}</p>
        <a class="button" href={pageOf("settings/install")}>
          {sessions.toSnippet}
        </a>
      </Empty>
    )
  }
  return (
    <Empty title={sessions.nothing}>
      <p>{sessions.nothingHint}</p>
    </Empty>
  )
}

function Listed({ data, offset }: { data: SessionsReport; offset: number }) {
  const { sessions } = words.value.behaviour
  return (
    <>
      <table class="listing sessions">
        <caption class="unseen">{sessions.title}</caption>
        <thead>
          <tr>
            <th scope="col">{sessions.start}</th>
            <th scope="col" title={sessions.visitorHint}>
              {sessions.visitor}
            </th>
            <th scope="col">{sessions.from}</th>
            <th scope="col">{sessions.pages}</th>
            <th scope="col" class="number">
              {sessions.pageviews}
            </th>
            <th scope="col" class="number">
              {sessions.events}
            </th>
            <th scope="col" class="number">
              {sessions.duration}
            </th>
            <th scope="col">{sessions.device}</th>
          </tr>
        </thead>
        {daysOf(data).map(({ day, rows }) => (
          <tbody key={day}>
            <tr class="day">
              <th colSpan={8} scope="rowgroup">
                {bucketName(day, "day", true)}
              </th>
            </tr>
            {rows.map(([time, each]) => (
              <SessionRow key={each.session_id} session={each} time={time} />
            ))}
          </tbody>
        ))}
      </table>
      <Pager total={data.total} offset={offset} size={PAGE} name="offset" />
    </>
  )
}

/** Each session with its start on the clocks of the site's time zone. */
export function daysOf({ rows, time_zone }: Pick<SessionsReport, "rows" | "time_zone">) {
  const clock = clockOf(time_zone)
  const days: { day: string; rows: [string, Session][] }[] = []
  for (const each of rows) {
    const time = clock(each.start)
    const day = `${time.slice(0, 10)}T00:00:00`
    if (days.at(-1)?.day !== day) days.push({ day, rows: [] })
    days.at(-1)?.rows.push([time, each])
  }
  return days
}

function SessionRow({ session, time }: { session: Session; time: string }) {
  const row = useRef<HTMLTableRowElement>(null)
  const id = session.session_id
  const isOpened = parameter("opened") === id
  // biome-ignore lint/correctness/useExhaustiveDependencies: where one was counts when the list appears, not later
  useEffect(() => {
    if (!isOpened) return
    row.current?.scrollIntoView({ block: "center" })
    requestAnimationFrame(() => row.current?.querySelector("a")?.focus({ preventScroll: true }))
  }, [])
  const { sessions } = words.value.behaviour
  return (
    <tr ref={row} class={isOpened ? "opened" : undefined}>
      <td class="time">
        <a href={sessionAddress(id)} onClick={() => go(listAddress(id), { replace: true })}>
          {clockName(time)}
        </a>
      </td>
      <td class="visitor">
        <VisitorSign visitor={session.visitor} />
      </td>
      <td class="from">
        <From session={session} />
      </td>
      <td class="pages">
        <Pages session={session} />
      </td>
      <td class="number tally" data-label={sessions.pageviews}>
        {short(session.pageviews)}
      </td>
      <td class="number tally" data-label={sessions.events}>
        {short(session.events)}
      </td>
      <td class="number length">{duration(session.duration_seconds)}</td>
      <td class="device">
        <span class="cut quiet">{deviceOf(session)}</span>
      </td>
    </tr>
  )
}

function From({ session }: { session: Session }) {
  const { sessions } = words.value.behaviour
  return (
    <span class="two">
      <span class="cut" title={valueText("country", session.country)}>
        {session.country ? valueName("country", session.country) : words.value.shared.unknown}
      </span>
      <bdi class={session.source ? "cut" : "cut quiet"}>{session.source ?? sessions.direct}</bdi>
    </span>
  )
}

function Pages({ session }: { session: Session }) {
  const { entry_page, exit_page } = session
  const { sessions } = words.value.behaviour
  if (entry_page === null) return <i class="quiet">{sessions.noPage}</i>
  return (
    <span class="two" title={entry_page === exit_page ? entry_page : `${entry_page} → ${exit_page}`}>
      <bdi class="cut">{entry_page}</bdi>
      {exit_page !== entry_page && (
        <>
          <span class="quiet">→</span>
          <bdi class="cut">{exit_page}</bdi>
        </>
      )}
    </span>
  )
}

const deviceOf = ({ device, browser, os }: Session): string =>
  [device && valueText("device", device), browser, os].filter(Boolean).join(" · ")

/** Steps through a list whose place is in the address. */
export function Pager(given: { total: number; offset: number; size: number; name: "offset" | "events" }) {
  const { total, offset, size, name } = given
  if (total <= size && offset === 0) return null
  const move = (to: number): void => {
    go(changed({ [name]: to > 0 ? String(to) : null, opened: null }))
    scrollTo(0, 0)
  }
  return (
    <nav class="row pager" aria-label={words.value.behaviour.sessions.pager}>
      <Paging total={total} offset={offset} size={size} onMove={move} />
    </nav>
  )
}
