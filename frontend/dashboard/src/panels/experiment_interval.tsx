/** What the difference of two rates may be, drawn: the dot is what was seen, the line what the counts allow. */
import type { Interval, VariantOutcome } from "../api_types"
import { decimal } from "../figures"
import { words } from "../language"

const WIDTH = 400
const HEIGHT = 34
const MIDDLE = HEIGHT / 2
const MARGIN = 0.06

/** The same for all variants, so that they can be compared: all intervals, and 0. */
export function scaleOf(variants: readonly VariantOutcome[]): Interval {
  const ends = variants.flatMap(({ comparison }) =>
    [comparison?.always_valid?.interval, comparison?.interval].flatMap((each) =>
      each ? [each.lower, each.upper] : [],
    ),
  )
  const [lower, upper] = [Math.min(0, ...ends), Math.max(0, ...ends)]
  const space = (upper - lower) * MARGIN || 0.01
  return { lower: lower - space, upper: upper + space }
}

/** A fraction in percentage points, with its sign. */
export function points(fraction: number): string {
  const text = decimal(Math.abs(fraction * 100))
  if (!/[1-9]/.test(text)) return text
  return fraction > 0 ? `+${text}` : `−${text}`
}

export function IntervalLine({ outcome, scale }: { outcome: VariantOutcome; scale: Interval }) {
  const { experiments } = words.value.results
  const { comparison } = outcome
  const interval = comparison?.always_valid?.interval ?? comparison?.interval
  if (!comparison || !interval) return <p class="quiet">{experiments.noInterval}</p>
  const at = (value: number): number => ((value - scale.lower) / (scale.upper - scale.lower)) * WIDTH
  const inner = comparison.always_valid && comparison.interval
  return (
    <svg
      class={`interval ${comparison.outcome}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={experiments.intervalWords(outcome.name, points(interval.lower), points(interval.upper))}
    >
      <path class="zero" d={`M${at(0)},0V${HEIGHT}`} />
      <path class="outer" d={`M${at(interval.lower)},${MIDDLE}H${at(interval.upper)}`} />
      <path class="ends" d={[interval.lower, interval.upper].map((each) => `M${at(each)},${MIDDLE - 5}v10`).join("")} />
      {inner && <path class="inner" d={`M${at(inner.lower)},${MIDDLE}H${at(inner.upper)}`} />}
      {comparison.difference !== null && <path class="point" d={`M${at(comparison.difference)},${MIDDLE - 8}v16`} />}
    </svg>
  )
}
