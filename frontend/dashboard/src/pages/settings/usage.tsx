import { useAnswer } from "../../answers"
import type { Site, SiteUsage, Usage as UsageOfMonth } from "../../api_types"
import { optionsOf } from "../../components/form"
import { Icon } from "../../components/icon"
import { Panel, Shown } from "../../components/panel"
import { bucketName, whole } from "../../figures"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { changed, parameter } from "../../router"
import { Drops } from "./drops"
import { SiteForm } from "./site_form"

export function Usage({ site }: { site: Site }) {
  const { usage } = settingsWords.value
  const month = shownMonth()
  const found = useAnswer("GET /api/usage", { parameters: { month, site: site.id } })
  return (
    <>
      <Panel title={usage.title} aside={<MonthChoice month={month} />}>
        <Shown found={found}>{(data) => <OneSite usage={data.sites[0]} />}</Shown>
        <p class="quiet apart">{usage.intro}</p>
      </Panel>
      <Quota site={site} />
    </>
  )
}

/** Of all sites, for the server's settings. */
export function UsageOfAll() {
  const { usage } = settingsWords.value
  const month = shownMonth()
  const found = useAnswer("GET /api/usage", { parameters: { month } })
  return (
    <Panel title={usage.title} aside={<MonthChoice month={month} />}>
      <Shown found={found}>{(data) => <AllSites data={data} />}</Shown>
      <p class="quiet apart">{usage.intro}</p>
    </Panel>
  )
}

const thisMonth = (): string => new Date().toISOString().slice(0, 7)
const shownMonth = (): string => parameter("month") ?? thisMonth()

/** A month such as 2026-11, so many months later. */
export function monthLater(month: string, months: number): string {
  const [year, number] = month.split("-").map(Number)
  return new Date(Date.UTC(year ?? 0, (number ?? 1) - 1 + months)).toISOString().slice(0, 7)
}

function MonthChoice({ month }: { month: string }) {
  const { shared } = words.value
  const later = monthLater(month, 1)
  const past = month < thisMonth()
  return (
    <div class="row push">
      <a class="button small icon" href={changed({ month: monthLater(month, -1) })}>
        <Icon name="left" />
        <span class="unseen">{shared.previous}</span>
      </a>
      <b aria-live="polite">{bucketName(`${month}-01T00:00:00Z`, "month", true)}</b>
      {past && (
        <a class="button small icon" href={changed({ month: later < thisMonth() ? later : null })}>
          <Icon name="right" />
          <span class="unseen">{shared.next}</span>
        </a>
      )}
    </div>
  )
}

function OneSite({ usage }: { usage: SiteUsage | undefined }) {
  const { usage: text } = settingsWords.value
  return (
    <>
      <Taken usage={usage} />
      <h3 class="apart">{text.dropped}</h3>
      <Drops dropped={usage?.dropped ?? {}} />
    </>
  )
}

function Taken({ usage }: { usage: SiteUsage | undefined }) {
  const { usage: text } = settingsWords.value
  const quota = usage?.monthly_quota ?? null
  const used = usage?.events ?? 0
  const share = quota ? Math.min(used / quota, 1) : 0
  return (
    <div class="taken">
      <span class="quiet">{text.events}</span>
      <b class="large-figure">{quota ? text.ofQuota(whole(used), whole(quota)) : whole(used)}</b>
      {quota === null ? (
        <span class="quiet">{text.noQuota}</span>
      ) : (
        <>
          <span class="meter">
            <span class={share >= 1 ? "full" : undefined} style={{ width: `${share * 100}%` }} />
          </span>
          <span class="quiet">{text.remaining(whole(usage?.remaining))}</span>
        </>
      )}
    </div>
  )
}

function Quota({ site }: { site: Site }) {
  const { usage: said } = settingsWords.value
  const answers = optionsOf(said.quotaAnswers)
  return (
    <Panel title={said.quotaTitle}>
      <SiteForm
        site={site}
        settings={[
          { name: "monthly_quota", kind: "number", label: said.quota, hint: said.quotaHint },
          { name: "quota_answer", kind: "options", options: answers, label: said.quotaAnswer },
        ]}
      />
    </Panel>
  )
}

function AllSites({ data }: { data: UsageOfMonth }) {
  const { usage: text } = settingsWords.value
  return (
    <>
      <div class="taken">
        <span class="quiet">{text.all}</span>
        <b class="large-figure">{whole(data.events)}</b>
      </div>
      {data.sites.map((each) => (
        <section key={each.site_id} class="apart">
          <h3>{each.domain ?? each.site_id}</h3>
          <Taken usage={each} />
          <Drops dropped={each.dropped} />
        </section>
      ))}
      <section class="apart">
        <h3>{text.unmatched}</h3>
        <Drops dropped={data.unmatched} />
      </section>
    </>
  )
}
