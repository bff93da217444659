import type { Site } from "../../api_types"
import { Panel } from "../../components/panel"
import { settingsWords } from "../../language/settings"
import { SiteForm } from "./site_form"

export function Origins({ site }: { site: Site }) {
  const { origins } = settingsWords.value
  const { label, hint } = origins
  return (
    <Panel title={origins.title}>
      <SiteForm
        site={site}
        intro={<p>{origins.intro}</p>}
        settings={[{ name: "allowed_origins", kind: "lines", rows: 6, placeholder: site.domain, label, hint }]}
      />
    </Panel>
  )
}
