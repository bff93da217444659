/** Every saved funnel at a glance. */
import { useAnswer } from "../answers"
import type { Funnel } from "../api_types"
import { ErrorText } from "../components/error_text"
import { Icon } from "../components/icon"
import { Empty, Lines, Shown } from "../components/panel"
import { NOTHING, percent, short } from "../figures"
import { words } from "../language"
import { asked, pageOf, question } from "../question"
import { changed } from "../router"
import { narrow } from "../width"

export const funnelPage = (parameters: Record<string, string>): string =>
  changed(parameters, new URL(pageOf("funnels"), location.href))

export function Funnels() {
  const found = useAnswer("GET /api/sites/{site_id}/funnels", { path: { site_id: question.value.site } })
  return (
    <Shown found={found} skeleton={<Lines count={4} />}>
      {(data) => (data.length ? <FunnelTable funnels={data} /> : <NoFunnels />)}
    </Shown>
  )
}

function FunnelTable({ funnels }: { funnels: readonly Funnel[] }) {
  const { funnels: said, tabs } = words.value.results
  return (
    <>
      <table class="bars">
        <caption class="unseen">{tabs.funnels}</caption>
        <thead>
          <tr>
            <th scope="col">{said.funnel}</th>
            {!narrow.value && <th scope="col">{said.steps}</th>}
            {!narrow.value && (
              <th scope="col" class="number">
                {said.entries}
              </th>
            )}
            <th scope="col" class="number">
              {said.completions}
            </th>
            <th scope="col" class="number">
              {words.value.metrics.conversion_rate}
            </th>
          </tr>
        </thead>
        <tbody>
          {funnels.map((each) => (
            <FunnelRow key={each.id} funnel={each} />
          ))}
        </tbody>
      </table>
      <a class="button bare small" href={funnelPage({ build: "new" })}>
        <Icon name="plus" size={14} /> {said.build}
      </a>
    </>
  )
}

function FunnelRow({ funnel }: { funnel: Funnel }) {
  const { data, error, loading } = useAnswer("GET /api/sites/{site_id}/reports/funnels/{funnel_id}", {
    path: { site_id: question.value.site, funnel_id: funnel.id },
    parameters: asked(),
  })
  const way = funnel.steps.map((each) => each.value).join(" → ")
  return (
    <tr class={loading && data ? "busy" : undefined} aria-busy={loading}>
      <td>
        <a class="name" href={funnelPage({ funnel: funnel.id })} title={funnel.name}>
          <span class="fill" style={{ width: `${100 * (data?.conversion_rate ?? 0)}%` }} />
          <bdi class="cut">{funnel.name}</bdi>
        </a>
      </td>
      {!narrow.value && (
        <td class="way quiet cut" title={error ? undefined : way}>
          {error ? <ErrorText error={error} /> : <bdi>{way}</bdi>}
        </td>
      )}
      {!narrow.value && <td class="number">{data ? short(data.entries) : NOTHING}</td>}
      <td class="number">{data ? short(data.completions) : NOTHING}</td>
      <td class="number">{data ? percent(data.conversion_rate) : NOTHING}</td>
    </tr>
  )
}

export function NoFunnels() {
  const { funnels } = words.value.results
  return (
    <Empty title={funnels.none}>
      <p>{funnels.noneHint}</p>
      <a class="button" href={funnelPage({ build: "new" })}>
        <Icon name="plus" size={14} /> {funnels.build}
      </a>
    </Empty>
  )
}
