import { ask } from "../../api"
import type { Site } from "../../api_types"
import { Area } from "../../components/field"
import { Panel } from "../../components/panel"
import { settingsWords } from "../../language/settings"
import { given, useChanging } from "./changing"
import { linesOf } from "./choices"
import { Form } from "./form"

export function Origins({ site }: { site: Site }) {
  const { origins, saved } = settingsWords.value
  const changing = useChanging(["allowed_origins"])
  const save = (event: SubmitEvent): void => {
    const body = { allowed_origins: linesOf(given(event)("allowed_origins")) }
    changing.send(() => ask("PATCH /api/sites/{site_id}", { path: { site_id: site.id }, body }), saved)
  }
  return (
    <Panel title={origins.title}>
      <Form changing={changing} onSubmit={save}>
        <p>{origins.intro}</p>
        <Area
          label={origins.label}
          hint={origins.hint}
          name="allowed_origins"
          rows={6}
          placeholder={site.domain}
          defaultValue={site.allowed_origins.join("\n")}
          problem={changing.problem("allowed_origins")}
        />
      </Form>
    </Panel>
  )
}
