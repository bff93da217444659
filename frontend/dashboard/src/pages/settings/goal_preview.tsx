import { useAnswer } from "../../answers"
import type { Site, TriedGoalReport } from "../../api_types"
import { ErrorText } from "../../components/error_text"
import { Lines, Shown } from "../../components/panel"
import { money, percent, whole } from "../../figures"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { useSettled, WRITING_MS } from "../../settled"
import { bodyOf, type GoalBody, type GoalDraft } from "./goal_draft"

/** What the goal would have counted in the last 30 days. */
export function GoalPreview({ site, draft }: { site: Site; draft: GoalDraft }) {
  const { goals } = settingsWords.value
  const text = useSettled(JSON.stringify(bodyOf(draft)), WRITING_MS)
  const body: GoalBody | null = JSON.parse(text)
  const found = useAnswer(
    "POST /api/sites/{site_id}/reports/goals",
    body && { path: { site_id: site.id }, parameters: { range: "30d" }, body },
  )
  return (
    <section class="preview" aria-label={goals.preview} aria-live="polite">
      <h3>{goals.preview}</h3>
      {found.error && body ? (
        <p class="quiet">
          <ErrorText error={found.error} />
        </p>
      ) : body ? (
        <Shown found={found} skeleton={<Lines count={1} height={36} />}>
          {(data) => (data.events ? <Figures data={data} /> : <p class="quiet">{goals.previewNone}</p>)}
        </Shown>
      ) : (
        <p class="quiet">{goals.previewNothing}</p>
      )}
    </section>
  )
}

function Figures({ data }: { data: TriedGoalReport }) {
  const { metrics } = words.value
  const settings = settingsWords.value
  const shown = [
    [metrics.conversions, whole(data.conversions)],
    [metrics.conversion_rate, percent(data.conversion_rate)],
    [metrics.events, whole(data.events)],
    [metrics.visitors, whole(data.visitors)],
    ...Object.entries(data.revenue).map(([currency, minor]) => [
      `${metrics.revenue} ${currency}`,
      money(minor, currency),
    ]),
  ]
  return (
    <>
      <dl class="preview-figures">
        {shown.map(([label, value]) => (
          <div key={label}>
            <dt class="quiet">{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">{settings.goals.previewOf(whole(data.conversions), whole(data.sessions))}</p>
    </>
  )
}
