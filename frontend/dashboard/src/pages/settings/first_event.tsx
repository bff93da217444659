/** Waits for a site's first event, and helps when it does not come: by what the server saw instead. */

import { refresh, useAnswer } from "../../answers"
import { ask } from "../../api"
import type { SeenEvent, Site } from "../../api_types"
import { at, server } from "../../base"
import { useChanging } from "../../changing"
import { Refused } from "../../components/error_text"
import { Icon } from "../../components/icon"
import { Panel, Shown } from "../../components/panel"
import { useEver } from "../../ever"
import { ago, whole } from "../../figures"
import { settingsWords } from "../../language/settings"
import { usePolled } from "../../polled"
import { question } from "../../question"
import { Copyable } from "./copyable"
import { Forwarding } from "./forwarding"
import { eventName, reasonOf } from "./seen_events"
import { Snippet, testCall } from "./snippet"
import "../../styles/settings.css"

const EVERY_MS = 2_000
/** What is older was sent before anyone waited. */
const RECENT_MS = 15 * 60_000

/** For the page of a site that has no event yet. */
export function FirstEvent() {
  const site = useAnswer("GET /api/sites/{site_id}", { path: { site_id: question.value.site } })
  const { install } = settingsWords.value
  return (
    <Shown found={site}>
      {(data) => (
        <div class="stack">
          <Waiting site={data} />
          <Panel title={install.title}>
            <Snippet site={data} />
          </Panel>
        </div>
      )}
    </Shown>
  )
}

export function Waiting({ site }: { site: Site }) {
  const { waiting } = settingsWords.value
  const path = { site_id: site.id }
  const seen = usePolled("GET /api/sites/{site_id}/debug", { path }, EVERY_MS)
  const live = usePolled("GET /api/sites/{site_id}/reports/realtime", { path }, EVERY_MS)
  const stored = seen.data?.events.find((each) => each.outcome === "stored")
  const arrived = stored !== undefined || (live.data?.visitors_30_minutes ?? 0) > 0
  // As it was when the waiting began.
  const ever = useEver(site.id)
  const said =
    ever && ever.visitors > 0 ? [waiting.waitingNext, waiting.arrivedNext] : [waiting.waiting, waiting.arrived]
  return (
    <Panel title={waiting.title}>
      <div class={`settings-form ${ever === undefined ? "coming" : ""}`}>
        <div class={`note ${arrived ? "success" : ""}`} role="status">
          {arrived ? <Icon name="check" /> : <span class="dot waiting" />}
          <div>
            <p>
              <b>{said[arrived ? 1 : 0]}</b>
            </p>
            {arrived ? <Arrived site={site} stored={stored} /> : <p>{waiting.hint}</p>}
          </div>
        </div>
        <Forwarding problem={seen.data?.forwarding_problem} />
        {!arrived && <Help site={site} seen={seen.data?.events ?? []} />}
      </div>
    </Panel>
  )
}

function Arrived({ site, stored }: { site: Site; stored: SeenEvent | undefined }) {
  const { waiting, setup } = settingsWords.value
  return (
    <>
      {stored && (
        <p>
          <bdi>{waiting.last([eventName(stored), stored.path].filter(Boolean).join(" "), ago(stored.time))}</bdi>
        </p>
      )}
      <a class="button primary" href={at(`/sites/${site.domain}`)} onClick={refresh}>
        {setup.toDashboard}
      </a>
    </>
  )
}

function Help({ site, seen }: { site: Site; seen: readonly SeenEvent[] }) {
  const { waiting } = settingsWords.value
  const unmatched = usePolled("GET /api/debug", {}, EVERY_MS)
  const lost = grouped(recent(seen))
  const strange = grouped(recent(unmatched.data?.events ?? []))
  return (
    <>
      {lost.length > 0 && <Lost title={waiting.lost} groups={lost} site={site} />}
      {strange.length > 0 && <Lost title={waiting.unmatched} groups={strange} site={site} />}
      <div class="field">
        <h3>{waiting.nothing}</h3>
        <ul class="checks">
          {waiting.checks.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      </div>
      <p>{waiting.tryIt}</p>
      <Copyable text={testCall(server, site)} label={waiting.tryIt} />
    </>
  )
}

const recent = (events: readonly SeenEvent[]): SeenEvent[] =>
  events.filter((each) => Date.now() - Date.parse(each.time) < RECENT_MS)

export interface Group {
  newest: SeenEvent
  count: number
}

/** Alike are those with the same reason and message; the newest stands for all. */
export function grouped(events: readonly SeenEvent[]): Group[] {
  const groups = new Map<string, Group>()
  for (const each of events) {
    if (each.outcome === "stored") continue
    const key = JSON.stringify([each.outcome, each.reason, each.message])
    const known = groups.get(key)
    if (known) known.count += 1
    else groups.set(key, { newest: each, count: 1 })
  }
  return [...groups.values()]
}

const SHOWN = 5

function Lost({ title, groups, site }: { title: string; groups: readonly Group[]; site: Site }) {
  const { waiting } = settingsWords.value
  return (
    <div class="field">
      <h3>{title}</h3>
      {groups.slice(0, SHOWN).map(({ newest, count }) => {
        const reason = reasonOf(newest)
        return (
          <div key={`${newest.reason} ${newest.message}`} class="note warning">
            <Icon name="warning" />
            <div>
              <p>
                <b>{reason?.what}</b>{" "}
                <span class="quiet">
                  {count > 1 && `${waiting.times(whole(count))}, `}
                  {ago(newest.time)}
                </span>
              </p>
              {newest.path && <bdi class="path">{newest.path}</bdi>}
              {newest.message && (
                <bdi class="why" lang="en">
                  {newest.message}
                </bdi>
              )}
              <p>{reason?.todo}</p>
              <Adopt host={strangeHost(newest)} site={site} />
            </div>
          </div>
        )
      })}
    </div>
  )
}

/** The host of an event's page, when it is for its host that the event belongs to no site. */
export function strangeHost(event: SeenEvent): string | null {
  const host = /^https?:\/\/([^/:?#@]+)/i.exec(event.path ?? "")?.[1]?.toLowerCase()
  return host && event.reason === "unknown_site" && event.message?.includes(`'${host}'`) ? host : null
}

function Adopt({ host, site }: { host: string | null; site: Site }) {
  const { waiting } = settingsWords.value
  const changing = useChanging()
  if (!host || site.aliases.includes(host)) return null
  const adopt = () =>
    changing.send(
      () =>
        ask("PATCH /api/sites/{site_id}", { path: { site_id: site.id }, body: { aliases: [...site.aliases, host] } }),
      waiting.adopted(host),
    )
  return (
    <>
      <button type="button" class="button small" disabled={changing.busy} onClick={adopt}>
        {waiting.adopt(host, site.domain)}
      </button>
      <Refused error={changing.other} />
    </>
  )
}
