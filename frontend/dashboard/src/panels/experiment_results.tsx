/** What an experiment has shown: each variant's figures, its difference to the control, and how sure that is. */

import type { Experiment, ExperimentReport, VariantOutcome } from "../api_types"
import { server } from "../base"
import { Icon } from "../components/icon"
import { Empty } from "../components/panel"
import { change, NOTHING, percent, whole } from "../figures"
import { words } from "../language"
import { Comparisons, pValue } from "./experiment_comparison"

export function ExperimentResults({ experiment, report }: { experiment: Experiment; report: ExperimentReport }) {
  const { experiments } = words.value.results
  if (report.variants.every((each) => each.visitors === 0)) return <NothingSeen experiment={experiment} />
  return (
    <>
      <SplitNote report={report} />
      <VariantTable experiment={experiment} report={report} />
      <h3 class="verdicts">{experiments.verdicts}</h3>
      <Comparisons experiment={experiment} report={report} />
    </>
  )
}

function SplitNote({ report }: { report: ExperimentReport }) {
  const { experiments } = words.value.results
  const { mismatch, p_value } = report.sample_ratio
  if (!mismatch) return null
  return (
    <div class="note problem gap" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{experiments.mismatch}</strong>
        <p>{experiments.splitBroken(pValue(p_value ?? 0))}</p>
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
              <th key={each} scope="col" class="number" title={each === said.uplift ? said.upliftHint : undefined}>
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

function NothingSeen({ experiment }: { experiment: Experiment }) {
  const { experiments } = words.value.results
  return (
    <Empty title={experiments.nobody}>
      <p>{experiments.nobodyHint}</p>
      <pre>
        <code>{`<script async src="${server}/hk.js" data-experiments></script>\n\n[data-hk-${experiment.id.toLowerCase()}="${experiment.variants[1]?.id ?? ""}"] { … }`}</code>
      </pre>
    </Empty>
  )
}
