/** Filters with a name, kept with the site. */
import { useAnswer } from "../answers"
import { ask } from "../api"
import type { Filters } from "../api_types"
import { given, useChanging } from "../changing"
import { Refused } from "../components/error_text"
import { Field } from "../components/field"
import { Menu } from "../components/menu"
import { words } from "../language"
import { question } from "../question"
import { changed } from "../router"

export function SegmentMenu() {
  const { site, shared } = words.value
  const { site: site_id, segment, clauses } = question.value
  const { data } = useAnswer("GET /api/sites/{site_id}/segments", { path: { site_id } })
  const chosen = data?.find((each) => [each.id, each.name].includes(segment))
  return (
    <Menu label={<span class="cut">{chosen?.name ?? site.segments}</span>} title={site.segments} kind="dialog" end>
      {(close) => (
        <>
          {data?.map((each) => (
            <a
              key={each.id}
              class="item"
              aria-current={chosen === each || undefined}
              href={changed({ segment: each.id })}
              onClick={close}
            >
              <bdi class="cut">{each.name}</bdi>
            </a>
          ))}
          {segment && (
            <a class="item" href={changed({ segment: null })} onClick={close}>
              {shared.none}
            </a>
          )}
          {data?.length === 0 && <p class="item quiet">{site.noSegments}</p>}
          {clauses.length > 0 && <NewSegment onSave={close} />}
        </>
      )}
    </Menu>
  )
}

function NewSegment({ onSave }: { onSave: () => void }) {
  const { site, shared } = words.value
  const changing = useChanging(["name"])
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const name = given(event)("name")
    const { site: site_id, clauses } = question.value
    const body = { name, filters: clauses as Filters }
    const change = () => ask("POST /api/sites/{site_id}/segments", { path: { site_id }, body })
    if (await changing.send(change, site.segmentSaved(name))) onSave()
  }
  return (
    <>
      <hr />
      <form class="stack" style={{ padding: "8px 10px", gap: "8px", width: "280px" }} onSubmit={save}>
        <p class="quiet">{site.saveSegment}</p>
        <Field label={site.segmentName} name="name" required problem={changing.problem("name")} />
        <Refused error={changing.other} />
        <button type="submit" class="button primary">
          {shared.save}
        </button>
      </form>
    </>
  )
}
