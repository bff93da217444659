import type { Site } from "../../api_types"
import { optionsOf } from "../../components/form"
import { Panel } from "../../components/panel"
import { settingsWords } from "../../language/settings"
import { SiteForm } from "./site_form"

export function Exclusions({ site }: { site: Site }) {
  const { exclusions: said } = settingsWords.value
  return (
    <Panel title={said.title}>
      <SiteForm
        site={site}
        intro={<p>{said.intro}</p>}
        settings={[
          { name: "excluded_ips", kind: "lines", rows: 4, label: said.ips, hint: said.ipsHint },
          { name: "excluded_paths", kind: "lines", rows: 4, label: said.paths, hint: said.pathsHint },
          { name: "excluded_countries", kind: "countries", label: said.countries, hint: said.countriesHint },
          { name: "bots", kind: "options", options: optionsOf(said.botsChoices), label: said.bots },
          { name: "referrer_spam", kind: "options", options: optionsOf(said.spamChoices), label: said.spam },
          {
            name: "old_events",
            kind: "options",
            options: optionsOf(said.oldChoices),
            label: said.old,
            hint: said.oldHint,
          },
          {
            name: "do_not_track",
            kind: "options",
            options: optionsOf(said.doNotTrackChoices),
            label: said.doNotTrack,
            hint: said.doNotTrackHint,
          },
        ]}
      />
    </Panel>
  )
}
