/** What happened on a day, such as a release: written in the chart's dialog and in the settings alike. */
import { ask } from "../api"
import type { Annotation } from "../api_types"
import { given, useChanging } from "../changing"
import { Field } from "../components/field"
import { Form } from "../components/form"
import { today } from "../figures"
import { words } from "../language"
import { dayOf } from "./note_time"

const FIELDS = ["time", "text"]
const LONGEST = 200

interface Sent {
  time: string
  text: string
}

export function NewNote({ siteId, timeZone }: { siteId: string; timeZone: string }) {
  const { site } = words.value
  const add = (body: Sent) => ask("POST /api/sites/{site_id}/annotations", { path: { site_id: siteId }, body })
  return <NoteForm time={today(timeZone)} text="" submit={site.addNote} done={site.noteAdded} send={add} />
}

export function ChangeNote(given: { note: Annotation; timeZone: string; onDone: () => void }) {
  const { note, timeZone, onDone } = given
  const { site, shared } = words.value
  const path = { site_id: note.site_id, annotation_id: note.id }
  const day = dayOf(note.time, timeZone)
  // A time within the day is kept while its day is.
  const change = ({ time, text }: Sent) =>
    ask("PATCH /api/sites/{site_id}/annotations/{annotation_id}", {
      path,
      body: { time: time === day ? note.time : time, text },
    })
  return (
    <NoteForm time={day} text={note.text} submit={shared.save} done={site.noteChanged} send={change} onDone={onDone} />
  )
}

function NoteForm(
  note: Sent & {
    submit: string
    done: string
    send: (sent: Sent) => Promise<unknown>
    onDone?: () => void
  },
) {
  const { site } = words.value
  const changing = useChanging(FIELDS)
  const save = async (event: SubmitEvent): Promise<void> => {
    const form = event.currentTarget as HTMLFormElement
    const of = given(event)
    if (!(await changing.send(() => note.send({ time: of("time"), text: of("text") }), note.done))) return
    form.reset()
    note.onDone?.()
  }
  return (
    <Form changing={changing} submit={note.submit} onSubmit={save}>
      <div class="pair narrow-first">
        <Field
          label={site.noteOn}
          name="time"
          type="date"
          required
          defaultValue={note.time}
          problem={changing.problem("time")}
        />
        <Field
          label={site.note}
          name="text"
          required
          maxLength={LONGEST}
          defaultValue={note.text}
          problem={changing.problem("text")}
        />
      </div>
    </Form>
  )
}
