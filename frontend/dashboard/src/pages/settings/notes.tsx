import { useState } from "preact/hooks"
import { useAnswer } from "../../answers"
import { ask } from "../../api"
import type { Annotation, Site } from "../../api_types"
import { AskFirst } from "../../components/confirm"
import { Dialog } from "../../components/dialog"
import { Empty, Panel, Shown } from "../../components/panel"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { ChangeNote, NewNote } from "../../panels/note_form"
import { noteTime } from "../../panels/note_time"
import { Entry } from "./entries"

export function Notes({ site }: { site: Site }) {
  const { notes } = settingsWords.value
  const found = useAnswer("GET /api/sites/{site_id}/annotations", { path: { site_id: site.id } })
  return (
    <Panel title={notes.title}>
      <p class="quiet">{notes.intro}</p>
      <NewNote siteId={site.id} timeZone={site.time_zone} />
      <Shown found={found}>
        {(data) =>
          data.length ? (
            <ul class="entries">
              {data.map((each) => (
                <NoteEntry key={each.id} note={each} timeZone={site.time_zone} />
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

function NoteEntry({ note, timeZone }: { note: Annotation; timeZone: string }) {
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
      {noteTime(note.time, timeZone)}
      {changing && (
        <Dialog title={notes.change(note.text)} narrow onClose={() => setChanging(false)}>
          <ChangeNote note={note} timeZone={timeZone} onDone={() => setChanging(false)} />
        </Dialog>
      )}
    </Entry>
  )
}
