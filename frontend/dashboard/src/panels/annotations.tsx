/** Notes on days of the main chart, such as a release or a campaign. */
import { useState } from "preact/hooks"
import { refresh, useAnswer } from "../answers"
import { ApiError, ask } from "../api"
import type { Annotation, Edges, Table } from "../api_types"
import { Dialog } from "../components/dialog"
import { Icon } from "../components/icon"
import { sayProblem } from "../components/toasts"
import { dayName } from "../figures"
import { words } from "../language"
import { question } from "../question"
import { NewNote } from "./note_form"
import { DAY_LENGTH, dayOf, isDay } from "./note_time"
import { lastDay } from "./period"

export interface NoteAt extends Annotation {
  /** Of the bucket that it falls into. */
  index: number
}

const useAnnotations = () =>
  useAnswer("GET /api/sites/{site_id}/annotations", { path: { site_id: question.value.site } })

/** Those of the chart's range, each with its bucket. */
export function useNotes(data: Table): NoteAt[] {
  const { data: annotations } = useAnnotations()
  return (annotations ?? []).map((each) => ({ ...each, index: bucketOf(each.time, data) })).filter(isShown)
}

const isShown = ({ index }: NoteAt): boolean => index >= 0

/** The index of the bucket that has a day of the site's or a time in UTC; -1 outside the range. */
export function bucketOf(time: string, data: Pick<Table, "rows" | "from" | "to">): number {
  const starts = data.rows.map((row) => Object.values(row.dimensions)[0] ?? "")
  return isDay(time) ? bucketOfDay(time, starts, data) : bucketOfTime(Date.parse(time), starts, data)
}

/** The first one of the day where buckets are shorter than it. */
function bucketOfDay(day: string, starts: readonly string[], range: Edges): number {
  if (day < range.from.slice(0, DAY_LENGTH) || day > lastDay(range)) return -1
  const days = starts.map((each) => each.slice(0, DAY_LENGTH))
  return days.includes(day) ? days.indexOf(day) : days.findLastIndex((each) => each < day)
}

function bucketOfTime(time: number, starts: readonly string[], range: Edges): number {
  if (time < Date.parse(range.from) || time >= Date.parse(range.to)) return -1
  return starts.findLastIndex((each) => Date.parse(each) <= time)
}

export function Notes({ notes }: { notes: readonly NoteAt[] }) {
  return (
    <>
      {notes.map((each) => (
        <p key={each.id} class="row">
          <Icon name="flag" size={13} />
          <bdi>{each.text}</bdi>
        </p>
      ))}
    </>
  )
}

export function AnnotateButton({ timeZone }: { timeZone: string }) {
  const { site } = words.value
  const [open, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        class="button small bare"
        title={`${site.annotate} (n)`}
        data-shortcut="n"
        onClick={() => setOpen(true)}
      >
        <Icon name="flag" size={14} />
        {site.notes}
      </button>
      {open && <NotesDialog timeZone={timeZone} onClose={() => setOpen(false)} />}
    </>
  )
}

function NotesDialog({ timeZone, onClose }: { timeZone: string; onClose: () => void }) {
  const { site, shared } = words.value
  const site_id = question.value.site
  const { data } = useAnnotations()
  const remove = async (annotation_id: string): Promise<void> => {
    try {
      await ask("DELETE /api/sites/{site_id}/annotations/{annotation_id}", { path: { site_id, annotation_id } })
      refresh()
    } catch (error) {
      if (error instanceof ApiError) sayProblem(error)
    }
  }
  return (
    <Dialog title={site.notes} narrow onClose={onClose}>
      <NewNote siteId={site_id} timeZone={timeZone} />
      <ul style={{ marginTop: "16px" }}>
        {data?.map((each) => (
          <li key={each.id} class="row" style={{ flexWrap: "nowrap" }}>
            <span class="quiet number">{dayName(dayOf(each.time, timeZone))}</span>
            <bdi class="cut">{each.text}</bdi>
            <button
              type="button"
              class="button bare small push"
              aria-label={`${shared.remove}: ${each.text}`}
              onClick={() => remove(each.id)}
            >
              <Icon name="trash" size={14} />
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
