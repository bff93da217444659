/** A variant beside the control: what to do, what was seen, and what two ways of looking allow to conclude. */
import type { Experiment, ExperimentReport, Interval, VariantComparison, VariantOutcome } from "../api_types"
import { change, NOTHING, significant } from "../figures"
import { words } from "../language"
import { IntervalEnds, IntervalLine, points, scaleOf } from "./experiment_interval"
import { alphaOf, type Outcome, onceOf } from "./experiment_reading"

export function Comparisons({ experiment, report }: { experiment: Experiment; report: ExperimentReport }) {
  const { experiments } = words.value.results
  const others = report.variants.filter((each) => each.comparison)
  const scale = scaleOf(others)
  const control = report.variants.find((each) => each.variant_id === report.control)?.name ?? ""
  const alpha = alphaOf(report.variants.length - 1)
  const running = experiment.status === "running"
  return (
    <>
      <Legend />
      <ul class="comparisons">
        {others.map((each) => (
          <Comparison key={each.variant_id} {...{ outcome: each, control, scale, alpha, running }} />
        ))}
      </ul>
      {others.length > 1 && <p class="quiet">{experiments.severalHint(significant(alpha))}</p>}
      <Split report={report} />
    </>
  )
}

/** What the lines of all intervals mean. */
function Legend() {
  const { experiments } = words.value.results
  const entries = [
    ["outer", experiments.alwaysValid],
    ["inner", experiments.oneLook],
    ["point", experiments.seen],
    ["zero", experiments.noDifference],
  ] as const
  return (
    <ul class="interval-legend quiet">
      {entries.map(([line, label]) => (
        <li key={line}>
          <svg class="interval" viewBox="0 0 24 16" aria-hidden="true">
            <path class={line} d={line === "point" || line === "zero" ? "M12,0V16" : "M0,8H24"} />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  )
}

interface ComparisonProps {
  outcome: VariantOutcome
  control: string
  scale: Interval
  alpha: number
  running: boolean
}

function Comparison({ outcome, control, scale, alpha, running }: ComparisonProps) {
  const { experiments } = words.value.results
  const { comparison, name } = outcome
  if (!comparison) return null
  const advice = (running ? experiments.adviceRunning : experiments.adviceStopped)[comparison.outcome]
  return (
    <li aria-label={experiments.against(name, control)}>
      <p class="quiet">
        <bdi>{experiments.against(name, control)}</bdi>
      </p>
      <p class={`advice ${comparison.outcome}`}>
        <strong>
          <bdi>{advice(name, control)}</bdi>
        </strong>
      </p>
      <p>{seenOf(comparison)}</p>
      <IntervalLine outcome={outcome} scale={scale} />
      <IntervalEnds comparison={comparison} scale={scale} />
      <Readings comparison={comparison} alpha={alpha} />
    </li>
  )
}

/** What was seen, sure or not. */
function seenOf({ difference, uplift }: VariantComparison): string {
  const { experiments } = words.value.results
  if (difference === null) return experiments.noInterval
  const more =
    uplift === null || uplift === 0
      ? ""
      : experiments[uplift > 0 ? "more" : "fewer"](change(Math.abs(uplift)).replace("+", ""))
  return experiments.seenSoFar(points(difference), more)
}

function Readings({ comparison, alpha }: { comparison: VariantComparison; alpha: number }) {
  const { experiments } = words.value.results
  const { interval, p_value, always_valid, outcome } = comparison
  return (
    <dl class="readings">
      <Reading
        label={experiments.alwaysValid}
        outcome={outcome}
        interval={always_valid?.interval}
        probability={always_valid?.p_value}
      />
      <Reading
        label={experiments.oneLook}
        outcome={onceOf(comparison, alpha)}
        interval={interval}
        probability={p_value}
      />
    </dl>
  )
}

const BADGES: Partial<Record<Outcome, string>> = { better: "good", worse: "bad", split_broken: "warning" }

function Reading(given: {
  label: string
  outcome: Outcome
  interval: Interval | null | undefined
  probability: number | null | undefined
}) {
  const { experiments } = words.value.results
  const { label, outcome, interval, probability } = given
  return (
    <div>
      <dt class="quiet">{label}</dt>
      <dd>
        <span class={`badge ${BADGES[outcome] ?? ""}`}>{experiments.outcomes[outcome]}</span>
        <span>{interval ? experiments.between(points(interval.lower), points(interval.upper)) : NOTHING}</span>
        {probability !== null && probability !== undefined && (
          <span class="quiet">
            {experiments.probability} {pValue(probability)}
          </span>
        )}
      </dd>
    </div>
  )
}

const SMALLEST = 0.001

export const pValue = (value: number): string => (value < SMALLEST ? `< ${significant(SMALLEST)}` : significant(value))

/** That the visitors fall as the weights say; what speaks against it is said above everything. */
function Split({ report }: { report: ExperimentReport }) {
  const { splitFine, splitFits, splitTooFew } = words.value.results.experiments
  const { mismatch, p_value } = report.sample_ratio
  if (mismatch) return null
  return (
    <p class="quiet">
      {splitFine}: {p_value === null ? splitTooFew : splitFits}
    </p>
  )
}
