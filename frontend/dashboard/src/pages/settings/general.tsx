import type { Site } from "../../api_types"
import { optionsOf } from "../../components/form"
import { Panel } from "../../components/panel"
import { settingsWords } from "../../language/settings"
import { pageOf } from "../../question"
import { go } from "../../router"
import { currencies, timeZones } from "./choices"
import { Copyable } from "./copyable"
import { type Setting, SiteForm } from "./site_form"

export function General({ site }: { site: Site }) {
  const { general } = settingsWords.value
  // The old domain is no address of the site any more.
  const follow = ({ domain }: Site): void => {
    if (domain !== site.domain) go(pageOf("settings/general", domain), { replace: true })
  }
  return (
    <Panel title={general.title}>
      <SiteForm site={site} settings={[...names(), units(site), period()]} onSaved={follow} />
      <div class="field apart">
        <span class="label">{general.id}</span>
        <Copyable text={site.id} label={general.id} />
      </div>
    </Panel>
  )
}

function names(): Setting[] {
  const { general: said } = settingsWords.value
  return [
    { name: "domain", kind: "text", label: said.domain, hint: said.domainHint },
    { name: "aliases", kind: "lines", rows: 3, label: said.aliases, hint: said.aliasesHint },
  ]
}

function units(site: Site): Setting[] {
  const { general: said } = settingsWords.value
  const zones = timeZones(site.time_zone)
  return [
    { name: "time_zone", kind: "pick", options: zones, label: said.timeZone, hint: said.timeZoneHint },
    {
      name: "currency",
      kind: "pick",
      options: currencies(site.currency),
      label: said.currency,
      hint: said.currencyHint,
    },
  ]
}

function period(): Setting {
  const { general: said } = settingsWords.value
  return {
    name: "visitor_period",
    kind: "options",
    options: optionsOf(said.periods, said.periodHints),
    label: said.period,
  }
}
