/** All sites at a glance, those with most visitors first. */

import { useState } from "preact/hooks"
import { useAnswer } from "../answers"
import type { SiteAtAGlance } from "../api_types"
import { at } from "../base"
import { Change } from "../components/bars"
import { Icon } from "../components/icon"
import { Block, Empty, Shown } from "../components/panel"
import { SearchField } from "../components/search_field"
import { Sparkline } from "../components/sparkline"
import { short } from "../figures"
import { words } from "../language"
import { parameter } from "../router"

const MANY = 8
const RANGE = "7d"

const range = (): string => parameter("range") ?? RANGE

/** As people call it; one that has no name here is called what it is in the address. */
const rangeLabel = (): string =>
  Object.entries(words.value.site.ranges).find(([name]) => name === range())?.[1] ?? range()

export function SitesPage() {
  const [search, setSearch] = useState("")
  const found = useAnswer("GET /api/overview", {
    parameters: { range: range(), compare: "previous_period" },
  })
  const { sites } = words.value.site
  return (
    <>
      <div class="heading">
        <h1>{sites.title}</h1>
        <span class="quiet">{rangeLabel()}</span>
        <div class="row push">
          {(found.data?.sites.length ?? 0) > MANY && (
            <SearchField label={sites.search} value={search} onInput={setSearch} />
          )}
          <a class="button" href={at("/settings/sites")}>
            <Icon name="plus" /> {sites.add}
          </a>
        </div>
      </div>
      <Shown found={found} skeleton={<Waiting />}>
        {(data) =>
          data.sites.length ? (
            <ul class="cards">
              {wanted(data.sites, search).map((each) => (
                <SiteCard key={each.site_id} site={each} />
              ))}
            </ul>
          ) : (
            <Empty title={sites.none}>
              <a class="button primary" href={at("/settings/sites")}>
                {sites.add}
              </a>
            </Empty>
          )
        }
      </Shown>
    </>
  )
}

const wanted = (sites: readonly SiteAtAGlance[], search: string): SiteAtAGlance[] =>
  sites
    .filter((each) => each.domain.includes(search.trim().toLowerCase()))
    .sort((one, other) => other.visitors - one.visitors || one.domain.localeCompare(other.domain))

const Waiting = () => (
  <div class="cards">
    {[0, 1, 2].map((each) => (
      <Block key={each} height={150} />
    ))}
  </div>
)

function SiteCard({ site }: { site: SiteAtAGlance }) {
  const { sites } = words.value.site
  const visitors = `${short(site.visitors)} ${sites.visitors}`
  return (
    <li class="panel">
      <a class="card" href={at(`/sites/${encodeURIComponent(site.domain)}`)}>
        <span class="row">
          <strong class="cut">{site.domain}</strong>
          {site.live_visitors > 0 && (
            <span class="badge good push">
              <span class="dot live" /> {sites.live(short(site.live_visitors))}
            </span>
          )}
        </span>
        <Sparkline
          values={site.points.map((each) => each.visitors)}
          label={`${site.domain}: ${visitors}, ${rangeLabel()}`}
        />
        <span class="row">
          <span>{visitors}</span>
          <span class="push">
            <Change now={site.visitors} before={site.comparison?.visitors} />
          </span>
        </span>
      </a>
    </li>
  )
}
