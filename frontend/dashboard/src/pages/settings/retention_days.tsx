import type { Site } from "../../api_types"
import { Panel } from "../../components/panel"
import { settingsWords } from "../../language/settings"
import { SiteForm } from "./site_form"

/** How long events are kept; an empty field keeps them for ever. */
export function RetentionDays({ site }: { site: Site }) {
  const { data } = settingsWords.value
  return (
    <Panel title={data.keep}>
      <SiteForm
        site={site}
        settings={[{ name: "retention_days", kind: "number", label: data.keepDays, hint: data.keepHint }]}
      />
    </Panel>
  )
}
