import type { Found } from "../answers"
import { ask } from "../api"
import type { Funnel, FunnelReport, KeptFunnelReport, Step } from "../api_types"
import { Block, Panel, Shown } from "../components/panel"
import { percent, whole } from "../figures"
import { words } from "../language"
import { question } from "../question"
import type { TimeUnit } from "../registry"
import { changed } from "../router"
import { windowOf } from "./funnel_draft"
import { FunnelSteps } from "./funnel_steps"
import { OverTime } from "./over_time"
import { Remove } from "./remove"

export function FunnelPanel(given: { funnel: Funnel; found: Found<KeptFunnelReport>; unit: TimeUnit }) {
  const { funnel, found, unit } = given
  return (
    <Panel title={<bdi>{funnel.name}</bdi>} aside={<Actions funnel={funnel} />} className="funnel">
      <p class="row quiet">
        <FunnelKind scope={funnel.scope} seconds={funnel.window_seconds} />
      </p>
      <Shown found={found} skeleton={<Block height={380} />}>
        {(data) => (
          <>
            <FunnelReading report={data} steps={funnel.steps} />
            {data.points && data.entries > 0 && <Points report={data} unit={unit} />}
          </>
        )}
      </Shown>
    </Panel>
  )
}

export function FunnelKind({ scope, seconds }: { scope: Funnel["scope"]; seconds: number | null }) {
  const { counted, within } = words.value.results.funnels
  const { count, unit } = windowOf(seconds)
  return (
    <span>
      {counted[scope]}
      {unit !== "none" && `, ${within[unit](count)}`}
    </span>
  )
}

export function FunnelReading({ report, steps }: { report: FunnelReport; steps: readonly Step[] }) {
  const { funnels } = words.value.results
  return (
    <>
      <dl class="figures funnel-figures">
        {(
          [
            [funnels.entries, whole(report.entries)],
            [funnels.completions, whole(report.completions)],
            [funnels.rate, percent(report.conversion_rate)],
          ] as const
        ).map(([label, value]) => (
          <div key={label}>
            <dt class="label">{label}</dt>
            <dd class="value">{value}</dd>
          </div>
        ))}
      </dl>
      {report.entries === 0 && <p class="note">{funnels.nobody}</p>}
      <FunnelSteps report={report} steps={steps} />
    </>
  )
}

function Points({ report, unit }: { report: KeptFunnelReport; unit: TimeUnit }) {
  const { funnels } = words.value.results
  const points = report.points ?? []
  return (
    <OverTime
      title={funnels.overTime}
      hint={funnels.overTimeHint}
      times={points.map((each) => each.time)}
      unit={unit}
      format={whole}
      unfinished={Date.parse(report.to) > Date.now()}
      lines={[
        { label: funnels.entries, values: points.map((each) => each.entries), colour: "before" },
        { label: funnels.completions, values: points.map((each) => each.completions), colour: "accent", filled: true },
      ]}
    />
  )
}

function Actions({ funnel }: { funnel: Funnel }) {
  const { shared, results } = words.value
  const path = { site_id: question.value.site, funnel_id: funnel.id }
  return (
    <div class="row push">
      <a class="button small" href={changed({ build: funnel.id })}>
        {shared.change}
      </a>
      <Remove
        name={funnel.name}
        text={results.funnels.removeText}
        done={results.funnels.removed}
        onConfirm={() => ask("DELETE /api/sites/{site_id}/funnels/{funnel_id}", { path })}
        without={{ funnel: null }}
      />
    </div>
  )
}
