/** The steps of a funnel as bars: how many came so far, and how many left before. */
import type { Filters, FunnelReport, Step, StepResult } from "../api_types"
import { duration, percent, whole } from "../figures"
import { words } from "../language"
import { clauseText } from "./filters"
import { clausesOf } from "./goal_clauses"

export function FunnelSteps({ report, steps }: { report: FunnelReport; steps: readonly Step[] }) {
  return (
    <ol class="funnel-steps">
      {report.steps.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
        <li key={index}>
          <Bar result={each} entries={report.entries} />
          <Facts result={each} index={index} filters={steps[index]?.filters ?? []} />
        </li>
      ))}
    </ol>
  )
}

/** Of the first step: light what the step before had, dark what is left. */
function Bar({ result, entries }: { result: StepResult; entries: number }) {
  const share = (count: number): string => String(entries > 0 ? count / entries : 0)
  return (
    <div class="track" aria-hidden="true">
      <span class="lost" style={{ "--share": share(result.count + result.drop_off) }} />
      {result.count > 0 && <span class="kept" style={{ "--share": share(result.count) }} />}
    </div>
  )
}

function Facts({ result, index, filters }: { result: StepResult; index: number; filters: Filters }) {
  const { funnels } = words.value.results
  return (
    <div class="step-facts">
      <p class="step-name">
        <span class="badge">{whole(index + 1)}</span>
        <span class="unseen">{funnels.types[result.type]}</span>
        <bdi title={result.value}>{result.value}</bdi>
      </p>
      {clausesOf(filters).map((each) => (
        <p key={JSON.stringify(each)} class="quiet step-condition">
          <bdi>{clauseText(each)}</bdi>
        </p>
      ))}
      <p class="count">{whole(result.count)}</p>
      {index > 0 && (
        <>
          <p class="quiet">{funnels.ofFirst(percent(result.of_first))}</p>
          {result.drop_off > 0 && (
            <p class="bad">{funnels.left(whole(result.drop_off), percent(1 - result.of_previous))}</p>
          )}
          {result.count > 0 && <p class="quiet">{funnels.ofPrevious(percent(result.of_previous))}</p>}
          {result.median_seconds !== null && (
            <p class="quiet">{funnels.afterMedian(duration(result.median_seconds))}</p>
          )}
        </>
      )}
    </div>
  )
}
