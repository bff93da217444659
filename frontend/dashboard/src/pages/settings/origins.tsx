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
        intro={
          <>
            <p>{origins.intro}</p>
            {isMissing(site) && <p class="note warning">{origins.ownMissing(site.domain)}</p>}
          </>
        }
        settings={[{ name: "allowed_origins", kind: "lines", rows: 6, placeholder: site.domain, label, hint }]}
      />
    </Panel>
  )
}

/** Whether others may send, and the site's own pages no more. */
const isMissing = ({ allowed_origins, domain }: Site): boolean =>
  allowed_origins.length > 0 && !allowed_origins.some((each) => each.includes(domain) || each.includes("*"))
