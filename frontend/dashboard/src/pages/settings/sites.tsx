import { useAnswer } from "../../answers"
import { ask } from "../../api"
import type { Site } from "../../api_types"
import { at } from "../../base"
import { given, useChanging } from "../../changing"
import { AskFirst } from "../../components/confirm"
import { Field } from "../../components/field"
import { Form, Pick } from "../../components/form"
import { Empty, Panel, Shown } from "../../components/panel"
import { dayName } from "../../figures"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { go } from "../../router"
import { currencies, likelyCurrency, ownTimeZone, timeZones } from "./choices"
import { Entry } from "./entries"

export function Sites() {
  const { sites } = settingsWords.value
  const found = useAnswer("GET /api/sites", {})
  return (
    <>
      <Panel title={sites.title}>
        <Shown found={found}>
          {(data) =>
            data.length ? (
              <ul class="entries">
                {data.map((each) => (
                  <SiteEntry key={each.id} site={each} />
                ))}
              </ul>
            ) : (
              <Empty title={sites.none} />
            )
          }
        </Shown>
      </Panel>
      <Panel title={sites.add}>
        <NewSite submit={sites.add} onAdd={(site) => go(at(`/sites/${site.domain}/settings/install`))} />
      </Panel>
    </>
  )
}

function SiteEntry({ site }: { site: Site }) {
  const { shared } = words.value
  const settings = settingsWords.value
  const { sites, data } = settings
  return (
    <Entry
      title={
        <a href={at(`/sites/${site.domain}/settings`)} title={sites.open(site.domain)}>
          {site.domain}
        </a>
      }
      actions={
        <AskFirst
          label={`${shared.remove}: ${site.domain}`}
          title={data.remove}
          text={data.removeIntro}
          typed={site.domain}
          action={data.removeButton}
          done={data.removed(site.domain)}
          onConfirm={() => ask("DELETE /api/sites/{site_id}", { path: { site_id: site.id } })}
        />
      }
    >
      {[site.time_zone, site.currency, site.created_at && dayName(site.created_at)].filter(Boolean).join(" · ")}
    </Entry>
  )
}

/** Also the second step of the first run. */
export function NewSite({ submit, onAdd }: { submit: string; onAdd: (site: Site) => void }) {
  const { general, sites } = settingsWords.value
  const changing = useChanging(["domain", "time_zone", "currency"])
  const zone = ownTimeZone()
  const currency = likelyCurrency(navigator.languages)
  const add = async (event: SubmitEvent): Promise<void> => {
    const of = given(event)
    const body = { domain: of("domain"), time_zone: of("time_zone"), currency: of("currency") }
    let site: Site | undefined
    const change = async (): Promise<void> => {
      site = await ask("POST /api/sites", { body })
    }
    // What was typed may have been a whole address.
    const done = (): string => sites.added(site?.domain ?? "")
    if ((await changing.send(change, done)) && site) onAdd(site)
  }
  return (
    <Form changing={changing} submit={submit} label={sites.add} onSubmit={add}>
      <Field
        label={general.domain}
        name="domain"
        placeholder="example.com"
        required
        autocomplete="off"
        autocapitalize="none"
        problem={changing.problem("domain")}
      />
      <div class="pair">
        <Pick
          label={general.timeZone}
          hint={general.timeZoneHint}
          name="time_zone"
          initial={zone}
          options={timeZones(zone)}
          problem={changing.problem("time_zone")}
        />
        <Pick
          label={general.currency}
          hint={general.currencyHint}
          name="currency"
          initial={currency}
          options={currencies(currency)}
          problem={changing.problem("currency")}
        />
      </div>
    </Form>
  )
}
