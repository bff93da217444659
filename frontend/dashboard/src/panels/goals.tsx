/** What visitors were meant to do, and did: goals, custom events with their properties, funnels. */
import type { Found } from "../answers"
import { useAnswer } from "../answers"
import type { Goal, GoalStats, OverviewReport } from "../api_types"
import { type Bar, Bars, Change } from "../components/bars"
import { Icon } from "../components/icon"
import { Empty, Panel, Shown } from "../components/panel"
import { Tabs, tabPanel } from "../components/tabs"
import { percent, short } from "../figures"
import { words } from "../language"
import { isCompared, pageOf, question } from "../question"
import { changed, go, parameter } from "../router"
import { narrow } from "../width"
import { Events } from "./events"
import { Funnels } from "./funnels"
import { clausesOfGoal, filteredByAll, isFilteredByAll } from "./goal_clauses"
import { Amounts } from "./revenue"
import "../styles/goals.css"

const TABS = ["goals", "events", "funnels"] as const

export function GoalsPanel({ overview }: { overview: Found<OverviewReport> }) {
  const { site, results } = words.value
  const chosen = TABS.find((each) => each === parameter("goals")) ?? firstTab(overview)
  const id = "panel-goals"
  return (
    <Panel
      title={site.panels.goals}
      className="wide results"
      aside={
        <div class="push">
          <Tabs
            label={site.panels.goals}
            tabs={TABS.map((name) => ({ name, label: results.tabs[name] }))}
            chosen={chosen}
            controls={id}
            onChoose={(tab) => go(changed({ goals: tab }), { replace: true })}
          />
        </div>
      }
    >
      <div {...tabPanel(id, chosen)}>
        {chosen === "goals" && <Goals overview={overview} />}
        {chosen === "events" && <Events />}
        {chosen === "funnels" && <Funnels />}
      </div>
    </Panel>
  )
}

/** Who has no goals sees the events, which come by themselves. */
const firstTab = ({ data }: Found<OverviewReport>): (typeof TABS)[number] =>
  data?.goals.length === 0 ? "events" : "goals"

function Goals({ overview }: { overview: Found<OverviewReport> }) {
  const { data: goals } = useAnswer("GET /api/sites/{site_id}/goals", { path: { site_id: question.value.site } })
  return (
    <Shown found={overview}>
      {(data) => (data.goals.length ? <GoalBars data={data} goals={goals ?? []} /> : <NoGoals />)}
    </Shown>
  )
}

function GoalBars({ data, goals }: { data: OverviewReport; goals: readonly Goal[] }) {
  const { metrics, results } = words.value
  const wide = !narrow.value
  const sorted = data.goals.toSorted((one, other) => other.conversions - one.conversions)
  const has = { change: wide && isCompared(), revenue: sorted.some((each) => Object.keys(each.revenue).length > 0) }
  return (
    <>
      <Bars
        caption={results.tabs.goals}
        columns={[
          results.goals.goal,
          metrics.conversions,
          ...(has.change ? [results.change] : []),
          metrics.conversion_rate,
          ...(wide ? [metrics.events, metrics.visitors] : []),
          ...(wide && has.revenue ? [metrics.revenue] : []),
        ]}
        rows={sorted.map((each) =>
          barOf(
            each,
            goals.find((goal) => goal.id === each.goal_id),
            data.comparison?.goals.find((before) => before.goal_id === each.goal_id),
            has,
          ),
        )}
      />
      {has.revenue && <p class="quiet goal-facts">{results.goals.revenueHint}</p>}
      <a class="button bare small" href={pageOf("settings/goals")}>
        <Icon name="plus" size={14} /> {results.goals.add}
      </a>
    </>
  )
}

function barOf(
  stats: GoalStats,
  goal: Goal | undefined,
  before: GoalStats | undefined,
  has: { change: boolean; revenue: boolean },
): Bar {
  const wide = !narrow.value
  const clauses = goal && clausesOfGoal(goal)
  return {
    key: stats.goal_id,
    name: stats.name,
    title: stats.name,
    size: stats.conversions,
    href: clauses && filteredByAll(clauses),
    chosen: clauses !== undefined && isFilteredByAll(clauses),
    figures: [
      short(stats.conversions),
      ...(has.change ? [<Change key="change" now={stats.conversions} before={before?.conversions} />] : []),
      percent(stats.conversion_rate),
      ...(wide ? [short(stats.events), short(stats.visitors)] : []),
      ...(wide && has.revenue ? [<Amounts key="revenue" amounts={stats.revenue} />] : []),
    ],
    below: !wide && <NarrowFacts stats={stats} before={before} />,
  }
}

/** What has no column on a phone. */
function NarrowFacts({ stats, before }: { stats: GoalStats; before: GoalStats | undefined }) {
  return (
    <p class="goal-facts quiet">
      {before !== undefined && before.conversions > 0 && (
        <Change now={stats.conversions} before={before?.conversions} />
      )}
      <span>{words.value.results.goals.facts(short(stats.events), short(stats.visitors))}</span>
      {Object.keys(stats.revenue).length > 0 && <Amounts amounts={stats.revenue} />}
    </p>
  )
}

function NoGoals() {
  const { goals } = words.value.results
  return (
    <Empty title={goals.none}>
      <p>{goals.noneHint}</p>
      <a class="button" href={pageOf("settings/goals")}>
        <Icon name="plus" size={14} /> {goals.add}
      </a>
    </Empty>
  )
}
