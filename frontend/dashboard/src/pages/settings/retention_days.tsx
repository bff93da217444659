import { ask } from "../../api"
import type { Site } from "../../api_types"
import { Field } from "../../components/field"
import { Panel } from "../../components/panel"
import { settingsWords } from "../../language/settings"
import { given, useChanging } from "./changing"
import { Form } from "./form"

/** How long events are kept; an empty field keeps them for ever. */
export function RetentionDays({ site }: { site: Site }) {
  const { data, saved } = settingsWords.value
  const changing = useChanging(["retention_days"])
  const save = async (event: SubmitEvent): Promise<void> => {
    const days = given(event)("retention_days").trim()
    const body = { retention_days: days === "" ? null : Number(days) }
    await changing.send(() => ask("PATCH /api/sites/{site_id}", { path: { site_id: site.id }, body }), saved)
  }
  return (
    <Panel title={data.keep}>
      <Form changing={changing} onSubmit={save}>
        <Field
          label={data.keepDays}
          hint={data.keepHint}
          name="retention_days"
          inputMode="numeric"
          pattern="[0-9]*"
          defaultValue={site.retention_days === null ? "" : String(site.retention_days)}
          problem={changing.problem("retention_days")}
        />
      </Form>
    </Panel>
  )
}
