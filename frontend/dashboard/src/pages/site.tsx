/** One site: key figures, the chart, and what is behind them. */

import { useEffect } from "preact/hooks"
import { useAnswer } from "../answers"
import type { ApiError } from "../api"
import type { OverviewReport } from "../api_types"
import { at } from "../base"
import { ErrorText } from "../components/error_text"
import { Trouble } from "../components/panel"
import { useEver } from "../ever"
import { words } from "../language"
import { later } from "../later"
import { Controls } from "../panels/controls"
import { Details } from "../panels/details"
import { Figures } from "../panels/figures"
import { FilteredFigure } from "../panels/filtered_figure"
import { GoalsPanel } from "../panels/goals"
import { LocationsPanel } from "../panels/locations"
import { PagesPanel } from "../panels/pages"
import { SeriesChart } from "../panels/series"
import { SourcesPanel } from "../panels/sources"
import { TechnologyPanel } from "../panels/technology"
import { askedWithComparison, question } from "../question"
import { changed, go, parameter, path } from "../router"

const FirstEvent = later(async () => (await import("./settings/first_event")).FirstEvent)

/** Whether the site has never had an event, which is only asked when there is none of those asked for. */
function useIsEmpty(found: OverviewReport | undefined): boolean {
  const nothing = found !== undefined && found.metrics.sessions === 0 && question.value.clauses.length === 0
  const ever = useEver(question.value.site, nothing)
  return nothing && ever?.sessions === 0
}

/** The address names a goal by its id; by its name it may have been written, and one that was removed is none. */
function useKnownGoal(found: OverviewReport | undefined): void {
  const named = parameter("goal")
  useEffect(() => {
    if (!found || named === null || found.goals.some((each) => each.goal_id === named)) return
    const goal = found.goals.find((each) => each.name === named)
    go(changed({ goal: goal?.goal_id ?? null }), { replace: true })
  }, [found, named])
}

/** Of another site nothing stays on the page, not even for a moment. */
export const SitePage = () => <PageOf key={question.value.site} site={question.value.site} />

/** What no report can be asked, such as a period that there is not, is said once, with a way out. */
const Unasked = ({ error }: { error: ApiError }) => (
  <>
    <Controls />
    <Trouble text={<ErrorText error={error} />}>
      <a class="button small" href={at(path.value)}>
        {words.value.site.startAnew}
      </a>
    </Trouble>
  </>
)

function PageOf({ site }: { site: string }) {
  const overview = useAnswer("GET /api/sites/{site_id}/reports/overview", {
    path: { site_id: site },
    parameters: askedWithComparison(),
  })
  const isEmpty = useIsEmpty(overview.data)
  useKnownGoal(overview.data)
  if (isEmpty) return <FirstEvent />
  if (overview.error?.code === "invalid_input") return <Unasked error={overview.error} />
  return (
    <>
      <h1 class="unseen">{site}</h1>
      <Controls range={overview.data} />
      <FilteredFigure found={overview} />
      <section class="panel">
        <Figures found={overview} />
        <SeriesChart overview={overview.data} />
      </section>
      <div class="panels">
        <PagesPanel />
        <SourcesPanel />
        <LocationsPanel />
        <TechnologyPanel />
        <GoalsPanel overview={overview} />
      </div>
      <Details overview={overview.data} />
    </>
  )
}
