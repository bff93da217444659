import { useState } from "preact/hooks"
import { useAnswer } from "../../answers"
import { ask } from "../../api"
import type { Goal, GoalStats, Site } from "../../api_types"
import { AskFirst } from "../../components/confirm"
import { Icon } from "../../components/icon"
import { Empty, Panel, Shown } from "../../components/panel"
import { money, percent, short } from "../../figures"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { clauseText } from "../../panels/filters"
import { Entry } from "./entries"
import { clausesOf } from "./goal_draft"
import { GoalForm } from "./goal_form"

export function Goals({ site }: { site: Site }) {
  const { goals } = settingsWords.value
  const path = { site_id: site.id }
  const found = useAnswer("GET /api/sites/{site_id}/goals", { path })
  const stats = useAnswer("GET /api/sites/{site_id}/goals/stats", { path, parameters: { range: "30d" } })
  const [shown, setShown] = useState<Goal | "new" | null>(null)
  const add = (
    <button type="button" class="button primary" onClick={() => setShown("new")}>
      <Icon name="plus" /> {goals.add}
    </button>
  )
  return (
    <Panel title={goals.title} aside={<div class="push">{add}</div>}>
      <p class="quiet">{goals.intro}</p>
      <Shown found={found}>
        {(data) =>
          data.length ? (
            <ul class="entries">
              {data.map((each) => (
                <GoalEntry
                  key={each.id}
                  goal={each}
                  stats={stats.data?.goals.find(({ goal_id }) => goal_id === each.id)}
                  onChange={() => setShown(each)}
                />
              ))}
            </ul>
          ) : (
            <Empty title={goals.none} />
          )
        }
      </Shown>
      {shown && <GoalForm site={site} goal={shown === "new" ? null : shown} onClose={() => setShown(null)} />}
    </Panel>
  )
}

function GoalEntry(given: { goal: Goal; stats: GoalStats | undefined; onChange: () => void }) {
  const { goal, stats, onChange } = given
  const { metrics } = words.value
  const settings = settingsWords.value
  const { goals } = settings
  return (
    <Entry
      title={<bdi>{goal.name}</bdi>}
      figures={
        <span class={stats ? undefined : "coming"}>
          <b class="number">{short(stats?.conversions)}</b> {metrics.conversions} ({percent(stats?.conversion_rate)}){" "}
          <span class="quiet">{goals.last30}</span>
        </span>
      }
      actions={<GoalActions goal={goal} onChange={onChange} />}
    >
      {goals.type} {goals.types[goal.type]} <code class="path">{goal.value}</code>
      {clausesOf(goal.filters).map((each) => (
        <bdi key={clauseText(each)} class="chip still">
          {clauseText(each)}
        </bdi>
      ))}
      <Worth goal={goal} />
    </Entry>
  )
}

function Worth({ goal: { revenue } }: { goal: Goal }) {
  const { worths } = settingsWords.value.goals
  if (!revenue) return null
  const said: Record<typeof revenue.kind, string> = {
    fixed: money(revenue.amount, revenue.currency ?? "USD"),
    property: `${worths.property}: ${revenue.property}`,
    event: worths.event,
  }
  return <bdi class="chip still">{said[revenue.kind]}</bdi>
}

function GoalActions({ goal, onChange }: { goal: Goal; onChange: () => void }) {
  const { goals } = settingsWords.value
  const { shared } = words.value
  return (
    <>
      <button type="button" class="button small" aria-label={goals.change(goal.name)} onClick={onChange}>
        {shared.change}
      </button>
      <AskFirst
        label={`${shared.remove}: ${goal.name}`}
        title={goals.remove(goal.name)}
        text={goals.removeText}
        action={shared.remove}
        done={goals.removed(goal.name)}
        onConfirm={() =>
          ask("DELETE /api/sites/{site_id}/goals/{goal_id}", { path: { site_id: goal.site_id, goal_id: goal.id } })
        }
      />
    </>
  )
}
