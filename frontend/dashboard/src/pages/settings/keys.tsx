import { useState } from "preact/hooks"
import { useAnswer } from "../../answers"
import { type Answer, ask } from "../../api"
import type { Key, Site } from "../../api_types"
import { server } from "../../base"
import { given, useChanging } from "../../changing"
import { AskFirst } from "../../components/confirm"
import { Dialog } from "../../components/dialog"
import { Field } from "../../components/field"
import { Form, Options, optionsOf } from "../../components/form"
import { Icon } from "../../components/icon"
import { Empty, Panel, Shown } from "../../components/panel"
import { ago, dayName } from "../../figures"
import { settingsWords } from "../../language/settings"
import { Copyable } from "./copyable"
import { Entry } from "./entries"
import { serverCall, tagOf } from "./snippet"

/** With its text, which is shown this once. */
type NewKey = Answer<"POST /api/sites/{site_id}/keys">

export function Keys({ site }: { site: Site }) {
  const { keys } = settingsWords.value
  const found = useAnswer("GET /api/sites/{site_id}/keys", { path: { site_id: site.id } })
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<NewKey | null>(null)
  return (
    <Panel
      title={keys.title}
      aside={
        <button type="button" class="button primary push" onClick={() => setAdding(true)}>
          <Icon name="plus" /> {keys.add}
        </button>
      }
    >
      <p class="quiet">{keys.intro}</p>
      <Shown found={found}>
        {(data) =>
          data.length ? (
            <ul class="entries">
              {data.map((each) => (
                <KeyEntry key={each.id} entry={each} onRotate={setMade} />
              ))}
            </ul>
          ) : (
            <Empty title={keys.none} />
          )
        }
      </Shown>
      {adding && <AddKey site={site} onMade={setMade} onClose={() => setAdding(false)} />}
      {made && <ShownOnce site={site} made={made} onClose={() => setMade(null)} />}
    </Panel>
  )
}

function KeyEntry({ entry, onRotate }: { entry: Key; onRotate: (made: NewKey) => void }) {
  const { keys } = settingsWords.value
  const name = entry.name || entry.prefix
  const path = { site_id: entry.site_id, key_id: entry.id }
  const rotate = async (): Promise<void> =>
    onRotate(await ask("POST /api/sites/{site_id}/keys/{key_id}/rotate", { path }))
  return (
    <Entry
      title={
        <>
          <bdi>{name}</bdi> <span class="badge">{keys.kinds[entry.kind]}</span>
        </>
      }
      actions={
        <>
          <AskFirst
            label={`${keys.rotate}: ${name}`}
            className="small"
            title={keys.rotateTitle(name)}
            text={keys.rotateText}
            action={keys.rotate}
            done={keys.rotated}
            onConfirm={rotate}
          >
            {keys.rotate}
          </AskFirst>
          <AskFirst
            label={`${keys.revoke}: ${name}`}
            className="small danger"
            title={keys.revokeTitle(name)}
            text={keys.revokeText}
            action={keys.revoke}
            done={keys.revoked}
            onConfirm={() => ask("DELETE /api/sites/{site_id}/keys/{key_id}", { path })}
          >
            {keys.revoke}
          </AskFirst>
        </>
      }
    >
      <KeyTimes entry={entry} />
    </Entry>
  )
}

function KeyTimes({ entry }: { entry: Key }) {
  const { keys } = settingsWords.value
  const said = [
    entry.created_at && keys.created(dayName(entry.created_at)),
    entry.last_used_at ? keys.used(ago(entry.last_used_at)) : keys.unused,
    entry.previous_valid_until && keys.oldValid(ago(entry.previous_valid_until)),
  ]
  return (
    <>
      <code>{entry.prefix}…</code> · {said.filter(Boolean).join(" · ")}
    </>
  )
}

function AddKey({ site, onMade, onClose }: { site: Site; onMade: (made: NewKey) => void; onClose: () => void }) {
  const { keys } = settingsWords.value
  const changing = useChanging(["name", "kind"])
  const add = async (event: SubmitEvent): Promise<void> => {
    const of = given(event)
    const body = { name: of("name"), kind: of("kind") as Key["kind"] }
    const change = async (): Promise<void> =>
      onMade(await ask("POST /api/sites/{site_id}/keys", { path: { site_id: site.id }, body }))
    if (await changing.send(change, "")) onClose()
  }
  return (
    <Dialog title={keys.add} narrow onClose={onClose}>
      <Form changing={changing} submit={keys.add} onSubmit={add}>
        <Options
          label={keys.kind}
          name="kind"
          options={optionsOf(keys.kinds, keys.kindHints).toSorted((one) => (one.value === "secret" ? -1 : 0))}
          chosen="secret"
          problem={changing.problem("kind")}
        />
        <Field label={keys.name} hint={keys.nameHint} name="name" maxLength={255} problem={changing.problem("name")} />
      </Form>
    </Dialog>
  )
}

function ShownOnce({ site, made, onClose }: { site: Site; made: NewKey; onClose: () => void }) {
  const { keys } = settingsWords.value
  return (
    <Dialog title={keys.once} onClose={onClose}>
      <div class="settings-form">
        <p class="note warning">
          <Icon name="warning" />
          {keys.onceText}
        </p>
        <Copyable text={made.key} label={keys.once} />
        <p>{keys.example}</p>
        <Copyable text={exampleOf(made, site)} label={keys.example} />
        <div class="row">
          <button type="button" class="button primary" onClick={onClose}>
            {keys.onceDone}
          </button>
        </div>
      </div>
    </Dialog>
  )
}

function exampleOf(made: NewKey, site: Site): string {
  const examples: Record<Key["kind"], string> = {
    public: tagOf(server, made.key, ["named"]),
    secret: serverCall(server, made.key),
    api: `curl -H "Authorization: Bearer ${made.key}" "${server}/api/sites/${site.domain}/reports/overview?range=7d"`,
  }
  return examples[made.kind]
}
