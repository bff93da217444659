/** The average of all cohorts as a line; the grid's first row has the same figures. */
import type { RetentionReport } from "../api_types"
import { Chart } from "../components/chart"
import { percent, whole } from "../figures"
import { words } from "../language"
import { averages, isUnfinished } from "./retention_average"

const LEAST_POINTS = 3

export function RetentionCurve({ report }: { report: RetentionReport }) {
  const { retention } = words.value.behaviour
  const values = averages(report.cohorts, isUnfinished(report))
  const last = values.findLastIndex((each) => each !== null)
  if (last + 1 < LEAST_POINTS) return null
  const shown = values.slice(0, last + 1)
  const names = shown.map((_, index) => retention.after[report.unit](whole(index + 1)))
  const told = names.map((name, index) => `${name} ${percent(shown[index])}`).join(", ")
  return (
    <section class="retention-curve">
      <h3>{retention.curve}</h3>
      <Chart
        label={`${retention.curve}: ${told}`}
        names={names}
        lines={[{ label: retention.average, values: shown, colour: "accent", filled: true }]}
        format={percent}
        onPoint={() => {}}
      />
    </section>
  )
}
