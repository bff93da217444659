import { useState } from "preact/hooks"
import { useAnswer } from "../../answers"
import { ask } from "../../api"
import type { Segment, Site } from "../../api_types"
import { at } from "../../base"
import { given, useChanging } from "../../changing"
import { AskFirst } from "../../components/confirm"
import { Dialog } from "../../components/dialog"
import { Field } from "../../components/field"
import { Form } from "../../components/form"
import { Empty, Panel, Shown } from "../../components/panel"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { clauseText } from "../../panels/filters"
import { Entry } from "./entries"
import { clausesOf } from "./goal_draft"

export function Segments({ site }: { site: Site }) {
  const { segments } = settingsWords.value
  const found = useAnswer("GET /api/sites/{site_id}/segments", { path: { site_id: site.id } })
  return (
    <Panel title={segments.title}>
      <p class="quiet">{segments.intro}</p>
      <Shown found={found}>
        {(data) =>
          data.length ? (
            <ul class="entries">
              {data.map((each) => (
                <SegmentEntry key={each.id} segment={each} site={site} />
              ))}
            </ul>
          ) : (
            <Empty title={segments.none}>
              <a href={at(`/sites/${site.domain}`)}>{words.value.frame.dashboard}</a>
            </Empty>
          )
        }
      </Shown>
    </Panel>
  )
}

function SegmentEntry({ segment, site }: { segment: Segment; site: Site }) {
  const { shared } = words.value
  const settings = settingsWords.value
  const { segments } = settings
  const [renaming, setRenaming] = useState(false)
  const path = { site_id: site.id, segment_id: segment.id }
  return (
    <Entry
      title={
        <a href={at(`/sites/${site.domain}?segment=${segment.id}`)} title={segments.open(segment.name)}>
          <bdi>{segment.name}</bdi>
        </a>
      }
      actions={
        <>
          <button
            type="button"
            class="button small"
            aria-label={`${shared.change}: ${segment.name}`}
            onClick={() => setRenaming(true)}
          >
            {shared.change}
          </button>
          <AskFirst
            label={`${shared.remove}: ${segment.name}`}
            title={segments.remove(segment.name)}
            text={segments.removeText}
            action={shared.remove}
            done={segments.removed(segment.name)}
            onConfirm={() => ask("DELETE /api/sites/{site_id}/segments/{segment_id}", { path })}
          />
        </>
      }
    >
      {clausesOf(segment.filters).map((each) => (
        <bdi key={clauseText(each)} class="chip still">
          {clauseText(each)}
        </bdi>
      ))}
      {renaming && <Rename segment={segment} path={path} onClose={() => setRenaming(false)} />}
    </Entry>
  )
}

function Rename(props: { segment: Segment; path: { site_id: string; segment_id: string }; onClose: () => void }) {
  const { segments } = settingsWords.value
  const changing = useChanging(["name"])
  const save = async (event: SubmitEvent): Promise<void> => {
    const name = given(event)("name")
    const change = () => ask("PATCH /api/sites/{site_id}/segments/{segment_id}", { path: props.path, body: { name } })
    if (await changing.send(change, segments.saved(name))) props.onClose()
  }
  return (
    <Dialog title={segments.rename(props.segment.name)} narrow onClose={props.onClose}>
      <Form changing={changing} onSubmit={save}>
        <Field
          label={words.value.site.segmentName}
          name="name"
          required
          defaultValue={props.segment.name}
          problem={changing.problem("name")}
        />
      </Form>
    </Dialog>
  )
}
