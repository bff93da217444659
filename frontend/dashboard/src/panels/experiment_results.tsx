/** What an experiment has shown: each variant's figures, its difference to the control, and how sure that is. */
import type { Experiment, ExperimentReport, Interval, VariantOutcome } from "../api_types"
import { Icon } from "../components/icon"
import { Empty } from "../components/panel"
import { change, NOTHING, percent, significant, whole } from "../figures"
import { words } from "../language"
import { IntervalLine, points, scaleOf } from "./experiment_interval"

export function ExperimentResults({ experiment, report }: { experiment: Experiment; report: ExperimentReport }) {
  const { experiments } = words.value.results
  if (report.variants.every((each) => each.visitors === 0)) return <NothingSeen experiment={experiment} />
  return (
    <>
      <SplitNote report={report} />
      <VariantTable experiment={experiment} report={report} />
      <h3 class="verdicts">{experiments.verdicts}</h3>
      <Comparisons report={report} />
    </>
  )
}

function SplitNote({ report }: { report: ExperimentReport }) {
  const { experiments } = words.value.results
  const { mismatch, verdict } = report.sample_ratio
  if (!mismatch) return null
  return (
    <div class="note problem gap" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{experiments.mismatch}</strong>
        <p lang="en">{verdict}</p>
      </div>
    </div>
  )
}

function VariantTable({ experiment, report }: { experiment: Experiment; report: ExperimentReport }) {
  const { results, metrics } = words.value
  const said = results.experiments
  const most = Math.max(...report.variants.map((each) => each.conversion_rate), 0)
  const weights = experiment.variants.reduce((sum, each) => sum + each.weight, 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="scrolls" tabIndex={0} aria-label={said.variants}>
      <table class="listing variants">
        <thead>
          <tr>
            <th scope="col">{said.variant}</th>
            <th scope="col">{metrics.conversion_rate}</th>
            {[said.uplift, metrics.conversions, metrics.visitors, said.exposed, said.weight].map((each) => (
              <th key={each} scope="col" class="number">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.variants.map((each) => {
            const weight = experiment.variants.find((variant) => variant.id === each.variant_id)?.weight ?? 0
            return (
              <VariantRow
                key={each.variant_id}
                outcome={each}
                control={each.variant_id === report.control}
                weight={weights ? weight / weights : 0}
                most={most}
              />
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

function VariantRow(given: { outcome: VariantOutcome; control: boolean; weight: number; most: number }) {
  const { outcome, control, weight, most } = given
  const uplift = outcome.comparison?.uplift
  return (
    <tr>
      <th scope="row">
        <bdi>{outcome.name}</bdi> {control && <span class="badge">{words.value.results.experiments.control}</span>}
      </th>
      <td class="rate">
        <span class="fill" style={{ width: `${most ? (100 * outcome.conversion_rate) / most : 0}%` }} />
        {percent(outcome.conversion_rate)}
      </td>
      <td class="number">{uplift === null || uplift === undefined ? NOTHING : change(uplift)}</td>
      <td class="number">{whole(outcome.conversions)}</td>
      <td class="number">{whole(outcome.visitors)}</td>
      <td class="number">{whole(outcome.exposed)}</td>
      <td class="number">{percent(weight)}</td>
    </tr>
  )
}

function Comparisons({ report }: { report: ExperimentReport }) {
  const { experiments } = words.value.results
  const others = report.variants.filter((each) => each.comparison)
  const scale = scaleOf(others)
  const control = report.variants.find((each) => each.variant_id === report.control)
  return (
    <>
      <ul class="comparisons">
        {others.map((each) => (
          <Comparison key={each.variant_id} outcome={each} control={control?.name ?? ""} scale={scale} />
        ))}
      </ul>
      {!report.sample_ratio.mismatch && (
        <p class="quiet">
          {experiments.splitFine}: <span lang="en">{report.sample_ratio.verdict}</span>
        </p>
      )}
    </>
  )
}

const BADGES: Record<string, string> = { better: "good", worse: "bad", split_broken: "warning" }

function Comparison({ outcome, control, scale }: { outcome: VariantOutcome; control: string; scale: Interval }) {
  const { experiments } = words.value.results
  const { comparison } = outcome
  if (!comparison) return null
  return (
    <li>
      <p class="row">
        <strong>
          <bdi>{experiments.against(outcome.name, control)}</bdi>
        </strong>
        <span class={`badge ${BADGES[comparison.outcome] ?? ""}`}>{experiments.outcomes[comparison.outcome]}</span>
      </p>
      <p lang="en">
        <bdi>{comparison.verdict}</bdi>
      </p>
      <IntervalLine outcome={outcome} scale={scale} />
      {comparison.interval && <Scale scale={scale} />}
      <Readings outcome={outcome} />
    </li>
  )
}

/** Percent of the width, so that the words of an end and of 0 do not meet. */
const ROOM_FOR_WORDS = 16

function Scale({ scale }: { scale: Interval }) {
  const zero = (100 * -scale.lower) / (scale.upper - scale.lower)
  return (
    <div class="scale quiet" aria-hidden="true">
      <span>{zero > ROOM_FOR_WORDS && points(scale.lower)}</span>
      <span class="zero" style={{ left: `${zero}%` }}>
        0
      </span>
      <span>{zero < 100 - ROOM_FOR_WORDS && points(scale.upper)}</span>
    </div>
  )
}

/** Both intervals in figures: the one to stop by, and the one for a single look. */
function Readings({ outcome }: { outcome: VariantOutcome }) {
  const { experiments } = words.value.results
  const { interval, p_value, always_valid } = outcome.comparison!
  const readings = [
    [experiments.alwaysValid, always_valid?.interval, always_valid?.p_value],
    [experiments.oneLook, interval, p_value],
  ] as const
  return (
    <dl class="readings">
      {readings.map(([label, each, p]) => (
        <div key={label}>
          <dt class="quiet">{label}</dt>
          <dd>
            {each ? experiments.between(points(each.lower), points(each.upper)) : experiments.noInterval}
            {p !== null && p !== undefined && (
              <span class="quiet">
                {" · "}
                {experiments.probability} {pValue(p)}
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

const SMALLEST = 0.001

export const pValue = (value: number): string => (value < SMALLEST ? `< ${significant(SMALLEST)}` : significant(value))

function NothingSeen({ experiment }: { experiment: Experiment }) {
  const { experiments } = words.value.results
  return (
    <Empty title={experiments.nobody}>
      <p>{experiments.nobodyHint}</p>
      <pre>
        <code>{`<script async src="${location.origin}/hk.js" data-experiments></script>\n\n[data-hk-${experiment.id.toLowerCase()}="${experiment.variants[1]?.id ?? ""}"] { … }`}</code>
      </pre>
    </Empty>
  )
}
