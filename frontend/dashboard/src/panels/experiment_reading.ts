/** What the two readings of a comparison say: the one for any number of looks decides, the other is for a planned end. */
import type { VariantComparison } from "../api_types"

export type Outcome = VariantComparison["outcome"]

const ALPHA = 0.05

/** Below this a p-value decides: with several variants each has to meet its part. */
export const alphaOf = (comparisons: number): number => ALPHA / Math.max(comparisons, 1)

/** What a single look says whose time was set before. */
export function onceOf({ outcome, p_value, difference }: VariantComparison, alpha: number): Outcome {
  if (outcome === "split_broken") return outcome
  if (p_value === null || difference === null) return "too_early"
  if (p_value >= alpha) return "no_difference_shown"
  return difference > 0 ? "better" : "worse"
}
