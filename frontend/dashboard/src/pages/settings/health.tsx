import type { ComponentChildren } from "preact"
import { useState } from "preact/hooks"
import { ask } from "../../api"
import type { Health as State } from "../../api_types"
import { given, useChanging } from "../../changing"
import { Field } from "../../components/field"
import { Form } from "../../components/form"
import { Icon } from "../../components/icon"
import { Panel, Shown } from "../../components/panel"
import { type Trouble, TroubleNote } from "../../components/trouble"
import { decimal, NOTHING, whole } from "../../figures"
import { settingsWords } from "../../language/settings"
import { usePolled } from "../../polled"
import { Drops } from "./drops"

const EVERY_MS = 5_000

export function Health() {
  const { health } = settingsWords.value
  const found = usePolled("GET /api/health", {}, EVERY_MS)
  return (
    <>
      <Panel title={health.title}>
        <Shown found={found}>{(data) => <HealthOf state={data} />}</Shown>
      </Panel>
      <Backup />
    </>
  )
}

function HealthOf({ state }: { state: State }) {
  const { health } = settingsWords.value
  return (
    <div class="settings-form">
      <Verdict state={state} />
      <Facts
        facts={[
          [health.unstored, whole(state.inbox_unstored_events)],
          [health.inboxBytes, size(state.inbox_bytes)],
          [health.diskUsed, size(state.disk_used_bytes)],
          [health.diskFree, state.disk_free_bytes === null ? NOTHING : size(state.disk_free_bytes)],
          [health.accepted, whole(state.accepted)],
          [health.stored, whole(state.stored)],
          [health.duplicates, whole(state.duplicates)],
          [health.store, <bdi key="store">{state.store}</bdi>],
          [health.version, state.version],
        ]}
      />
      <h3>{health.dropped}</h3>
      <Drops dropped={state.dropped} />
    </div>
  )
}

const size = (bytes: number): string => (bytes < 1e9 ? `${decimal(bytes / 1e6)} MB` : `${decimal(bytes / 1e9)} GB`)

/** What is wrong, the worst first. */
export function troubles(state: State): Trouble[] {
  const { health } = settingsWords.value
  return [
    ...(state.writer_failing ? [["problem", health.failing, ""] as const] : []),
    ...(state.refusing ? [["problem", health.refusing, state.refusing] as const] : []),
    ...(state.lost > 0 ? [["problem", health.lost(whole(state.lost)), ""] as const] : []),
    ...(state.forwarding_problem ? [["warning", health.forwarding, state.forwarding_problem] as const] : []),
    ...(state.geoip_problem ? [["warning", health.geoip, state.geoip_problem] as const] : []),
    ...(state.referrer_spam_list_problem ? [["warning", health.spam, state.referrer_spam_list_problem] as const] : []),
  ]
}

function Verdict({ state }: { state: State }) {
  const found = troubles(state)
  return (
    <div class="field" role="status">
      {found.length === 0 && (
        <p class="note success">
          <Icon name="check" />
          {settingsWords.value.health.good}
        </p>
      )}
      {found.map((trouble) => (
        <TroubleNote key={trouble[1]} trouble={trouble} />
      ))}
    </div>
  )
}

function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt class="quiet">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Backup() {
  const { health } = settingsWords.value
  const changing = useChanging(["name"])
  const [path, setPath] = useState("")
  const backUp = (event: SubmitEvent): void => {
    const body = { name: given(event)("name") }
    setPath("")
    changing.send(async () => setPath((await ask("POST /api/backups", { body })).path), "")
  }
  return (
    <Panel title={health.backup}>
      <Form changing={changing} submit={health.backupNow} onSubmit={backUp}>
        <p class="quiet">{health.backupIntro}</p>
        <Field
          label={health.backupName}
          name="name"
          required
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
          maxLength={100}
          defaultValue={backupName(new Date())}
          problem={changing.problem("name")}
        />
        {path && (
          <p class="note success" role="status">
            <Icon name="check" />
            <bdi class="path">{health.backupDone(path)}</bdi>
          </p>
        )}
      </Form>
    </Panel>
  )
}

/** Such as 2026-11-21-1405, in UTC. */
export const backupName = (now: Date): string => now.toISOString().slice(0, 16).replace("T", "-").replace(":", "")
