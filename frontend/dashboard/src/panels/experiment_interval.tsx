/** What the difference of two rates may be, drawn: the dot is what was seen, the line what the counts allow. */
import type { Interval, VariantComparison, VariantOutcome } from "../api_types"
import { decimal } from "../figures"
import { words } from "../language"

const WIDTH = 400
const HEIGHT = 34
const MIDDLE = HEIGHT / 2
const MARGIN = 0.1

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

/** The one that decides, or until there is one the other. */
const outerOf = ({ always_valid, interval }: VariantComparison): Interval | null => always_valid?.interval ?? interval

const shareOf = (value: number, scale: Interval): number => (value - scale.lower) / (scale.upper - scale.lower)

export function IntervalLine({ outcome, scale }: { outcome: VariantOutcome; scale: Interval }) {
  const { comparison } = outcome
  const outer = comparison && outerOf(comparison)
  if (!comparison || !outer) return null
  const at = (value: number): number => shareOf(value, scale) * WIDTH
  const inner = comparison.interval
  return (
    <svg
      class={`interval ${comparison.outcome}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={wordsOf(outcome.name, comparison)}
    >
      <path class="zero" d={`M${at(0)},0V${HEIGHT}`} />
      {comparison.always_valid && (
        <>
          <path class="outer" d={`M${at(outer.lower)},${MIDDLE}H${at(outer.upper)}`} />
          <path class="ends" d={[outer.lower, outer.upper].map((each) => `M${at(each)},${MIDDLE - 5}v10`).join("")} />
        </>
      )}
      {inner && <path class="inner" d={`M${at(inner.lower)},${MIDDLE}H${at(inner.upper)}`} />}
      {comparison.difference !== null && <path class="point" d={`M${at(comparison.difference)},${MIDDLE - 8}v16`} />}
    </svg>
  )
}

/** Both intervals, for who does not see them. */
function wordsOf(name: string, { always_valid, interval }: VariantComparison): string {
  const { experiments } = words.value.results
  const found = [
    [experiments.alwaysValid, always_valid?.interval],
    [experiments.oneLook, interval],
  ] as const
  const said = found.flatMap(([label, each]) =>
    each ? [`${label}: ${experiments.between(points(each.lower), points(each.upper))}`] : [],
  )
  return `${experiments.intervalOf(name)} ${said.join("; ")}`
}

/** Percent of the width below which the words of both ends would meet. */
const NARROWEST = 26

/** The ends of the interval that decides, below them, and 0 above all. */
export function IntervalEnds({ comparison, scale }: { comparison: VariantComparison; scale: Interval }) {
  const outer = outerOf(comparison)
  if (!outer) return null
  const at = (value: number): number => 100 * shareOf(value, scale)
  const [lower, upper] = [at(outer.lower), at(outer.upper)]
  const ends: [number, string][] =
    upper - lower < NARROWEST
      ? [[(lower + upper) / 2, `${points(outer.lower)} … ${points(outer.upper)}`]]
      : [
          [lower, points(outer.lower)],
          [upper, points(outer.upper)],
        ]
  return (
    <div class="scale quiet" aria-hidden="true">
      <span class="zero" style={{ left: `${at(0)}%` }}>
        0
      </span>
      {ends.map(([left, text]) => (
        <span key={text} class="end" style={{ left: `clamp(16px, ${left}%, calc(100% - 16px))` }}>
          {text}
        </span>
      ))}
    </div>
  )
}
