import { ask } from "../../api"
import type { Site } from "../../api_types"
import { Area, Field } from "../../components/field"
import { Panel } from "../../components/panel"
import { settingsWords } from "../../language/settings"
import { pageOf } from "../../question"
import { go } from "../../router"
import { given, useChanging } from "./changing"
import { currencies, linesOf, timeZones } from "./choices"
import { Copyable } from "./copyable"
import { Form, Options, optionsOf, Pick } from "./form"

const FIELDS = ["domain", "aliases", "time_zone", "currency", "visitor_period"] as const

export function General({ site }: { site: Site }) {
  const { general, saved } = settingsWords.value
  const changing = useChanging(FIELDS)
  const save = async (event: SubmitEvent): Promise<void> => {
    const of = given(event)
    const body = {
      domain: of("domain"),
      aliases: linesOf(of("aliases")),
      time_zone: of("time_zone"),
      currency: of("currency"),
      visitor_period: of("visitor_period") as Site["visitor_period"],
    }
    let { domain } = site
    const change = async (): Promise<void> => {
      domain = (await ask("PATCH /api/sites/{site_id}", { path: { site_id: site.id }, body })).domain
      // Before all is asked anew: the old domain is no address of the site any more.
      if (domain !== site.domain) go(pageOf("settings/general", domain), { replace: true })
    }
    await changing.send(change, saved)
  }
  return (
    <Panel title={general.title}>
      <Form changing={changing} onSubmit={save}>
        <Field
          label={general.domain}
          hint={general.domainHint}
          name="domain"
          required
          defaultValue={site.domain}
          problem={changing.problem("domain")}
        />
        <Area
          label={general.aliases}
          hint={general.aliasesHint}
          name="aliases"
          rows={3}
          defaultValue={site.aliases.join("\n")}
          problem={changing.problem("aliases")}
        />
        <div class="pair">
          <Pick
            label={general.timeZone}
            hint={general.timeZoneHint}
            name="time_zone"
            initial={site.time_zone}
            options={timeZones(site.time_zone)}
            problem={changing.problem("time_zone")}
          />
          <Pick
            label={general.currency}
            hint={general.currencyHint}
            name="currency"
            initial={site.currency}
            options={currencies(site.currency)}
            problem={changing.problem("currency")}
          />
        </div>
        <Options
          label={general.period}
          name="visitor_period"
          options={optionsOf(general.periods, general.periodHints)}
          chosen={site.visitor_period}
          problem={changing.problem("visitor_period")}
        />
      </Form>
      <div class="field apart">
        <span class="label">{general.id}</span>
        <Copyable text={site.id} label={general.id} />
      </div>
    </Panel>
  )
}
