/** Visitors by when they were first seen, and how many of them came back later. */
import type { Cohort, RetentionReport } from "../api_types"
import { bucketName, percent, whole } from "../figures"
import { words } from "../language"
import { averages, isUnfinished, mostRetained } from "./retention_average"

export type ShownAs = "share" | "visitors"

export function RetentionGrid({ report, shownAs }: { report: RetentionReport; shownAs: ShownAs }) {
  const { cohorts, unit } = report
  const { retention } = words.value.behaviour
  const unfinished = isUnfinished(report)
  const most = mostRetained(cohorts)
  return (
    <div class="grid">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section class="scrolls" tabIndex={0} aria-label={retention.grid}>
        <table class="cohorts">
          <caption class="unseen">{retention.grid}</caption>
          <Head report={report} />
          <tbody>
            <Averages values={averages(cohorts, unfinished)} most={most} />
            {cohorts.map((each) => (
              <CohortRow
                key={each.time}
                cohort={each}
                name={bucketName(each.time, unit)}
                most={most}
                shownAs={shownAs}
                unfinished={unfinished}
              />
            ))}
          </tbody>
        </table>
      </section>
      <p class="quiet grid-legend">{retention.legend}</p>
    </div>
  )
}

function Head({ report: { unit, cohorts } }: { report: RetentionReport }) {
  const { retention } = words.value.behaviour
  const buckets = cohorts[0]?.retained.length ?? 0
  return (
    <thead>
      <tr>
        <th scope="col">{retention.cohort[unit]}</th>
        <th scope="col" class="number">
          {retention.visitors}
        </th>
        {Array.from({ length: buckets - 1 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
          <th key={index} scope="col" class="number">
            {retention.after[unit](whole(index + 1))}
          </th>
        ))}
      </tr>
    </thead>
  )
}

function Averages({ values, most }: { values: readonly (number | null)[]; most: number }) {
  const { retention } = words.value.behaviour
  return (
    <tr class="average" title={retention.averageHint}>
      <th scope="row">{retention.average}</th>
      <td />
      {values.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
        <td key={index} class={`number ${each === null ? "" : "shade"}`} style={shade(each, most)}>
          {percent(each)}
        </td>
      ))}
    </tr>
  )
}

/** Of the strongest shade; roots, so that small parts differ as well. */
const shade = (fraction: number | null | undefined, most: number) => ({
  "--share": fraction && most ? Math.sqrt(fraction / most).toFixed(3) : "0",
})

function CohortRow(given: { cohort: Cohort; name: string; most: number; shownAs: ShownAs; unfinished: boolean }) {
  const { cohort, name, most, shownAs, unfinished } = given
  const last = cohort.retained.length - 1
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number quiet">{whole(cohort.visitors)}</td>
      {cohort.retained.slice(1).map((retained, index) => (
        <Cell
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
          key={index}
          retained={cohort.visitors ? retained : 0}
          fraction={cohort.fractions[index + 1] ?? null}
          visitors={cohort.visitors}
          most={most}
          shownAs={shownAs}
          unfinished={unfinished && index + 1 === last}
        />
      ))}
    </tr>
  )
}

function Cell(given: {
  retained: number | null
  fraction: number | null
  visitors: number
  most: number
  shownAs: ShownAs
  unfinished: boolean
}) {
  const { retained, fraction, visitors, most, shownAs, unfinished } = given
  const { retention } = words.value.behaviour
  if (visitors === 0) return <td class="number quiet">–</td>
  if (retained === null) {
    return (
      <td class="number unknown" title={retention.unknown}>
        <span aria-hidden="true">?</span>
        <span class="unseen">{retention.unknown}</span>
      </td>
    )
  }
  const told = retention.cell(whole(retained), whole(visitors))
  return (
    <td
      class={`number shade ${unfinished ? "unfinished" : ""}`}
      style={shade(fraction, most)}
      title={unfinished ? `${told}, ${retention.notOver}` : told}
    >
      {shownAs === "share" ? percent(fraction) : whole(retained)}
    </td>
  )
}
