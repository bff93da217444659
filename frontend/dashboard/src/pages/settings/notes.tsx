import { useState } from "preact/hooks"
import { useAnswer } from "../../answers"
import { ask } from "../../api"
import type { Annotation, Site } from "../../api_types"
import { Dialog } from "../../components/dialog"
import { Field } from "../../components/field"
import { Empty, Panel, Shown } from "../../components/panel"
import { dayName, timeName, today } from "../../figures"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { given, useChanging } from "./changing"
import { AskFirst } from "./confirm"
import { Entry } from "./entries"
import { Form } from "./form"

const FIELDS = ["time", "text"]
const LONGEST = 200
const DAY_LENGTH = 10

export function Notes({ site }: { site: Site }) {
  const { notes } = settingsWords.value
  const found = useAnswer("GET /api/sites/{site_id}/annotations", { path: { site_id: site.id } })
  return (
    <Panel title={notes.title}>
      <p class="quiet">{notes.intro}</p>
      <NewNote site={site} />
      <Shown found={found}>
        {(data) =>
          data.length ? (
            <ul class="entries">
              {data.map((each) => (
                <NoteEntry key={each.id} note={each} />
              ))}
            </ul>
          ) : (
            <Empty title={notes.none} />
          )
        }
      </Shown>
    </Panel>
  )
}

function NewNote({ site }: { site: Site }) {
  const { notes } = settingsWords.value
  const changing = useChanging(FIELDS)
  const add = async (event: SubmitEvent): Promise<void> => {
    const form = event.currentTarget as HTMLFormElement
    const of = given(event)
    const body = { time: of("time"), text: of("text") }
    const change = () => ask("POST /api/sites/{site_id}/annotations", { path: { site_id: site.id }, body })
    if (await changing.send(change, notes.added)) form.reset()
  }
  return (
    <Form changing={changing} submit={notes.add} label={notes.add} onSubmit={add}>
      <NoteFields time={today(site.time_zone)} text="" problem={changing.problem} />
    </Form>
  )
}

function NoteFields(props: { time: string; text: string; problem: (field: string) => string | undefined }) {
  const { notes } = settingsWords.value
  return (
    <div class="pair narrow-first">
      <Field
        label={notes.day}
        name="time"
        type="date"
        required
        defaultValue={props.time}
        problem={props.problem("time")}
      />
      <Field
        label={notes.text}
        name="text"
        required
        maxLength={LONGEST}
        defaultValue={props.text}
        problem={props.problem("text")}
      />
    </div>
  )
}

function NoteEntry({ note }: { note: Annotation }) {
  const { shared } = words.value
  const settings = settingsWords.value
  const { notes } = settings
  const [changing, setChanging] = useState(false)
  const path = { site_id: note.site_id, annotation_id: note.id }
  return (
    <Entry
      title={<bdi>{note.text}</bdi>}
      actions={
        <>
          <button
            type="button"
            class="button small"
            aria-label={notes.change(note.text)}
            onClick={() => setChanging(true)}
          >
            {shared.change}
          </button>
          <AskFirst
            label={`${shared.remove}: ${note.text}`}
            title={notes.remove}
            text={<bdi>{note.text}</bdi>}
            action={shared.remove}
            done={notes.removed}
            onConfirm={() => ask("DELETE /api/sites/{site_id}/annotations/{annotation_id}", { path })}
          />
        </>
      }
    >
      {note.time.length > DAY_LENGTH ? `${timeName(note.time)} UTC` : dayName(note.time)}
      {changing && <ChangeNote note={note} path={path} onClose={() => setChanging(false)} />}
    </Entry>
  )
}

function ChangeNote(props: {
  note: Annotation
  path: { site_id: string; annotation_id: string }
  onClose: () => void
}) {
  const { notes } = settingsWords.value
  const { note, path, onClose } = props
  const changing = useChanging(FIELDS)
  const save = async (event: SubmitEvent): Promise<void> => {
    const of = given(event)
    // A time within the day is kept while its day is.
    const time = note.time.startsWith(of("time")) ? note.time : of("time")
    const body = { time, text: of("text") }
    const change = () => ask("PATCH /api/sites/{site_id}/annotations/{annotation_id}", { path, body })
    if (await changing.send(change, notes.changed)) onClose()
  }
  return (
    <Dialog title={notes.change(note.text)} narrow onClose={onClose}>
      <Form changing={changing} onSubmit={save}>
        <NoteFields time={note.time.slice(0, DAY_LENGTH)} text={note.text} problem={changing.problem} />
      </Form>
    </Dialog>
  )
}
