/** The same journeys as a table: each way that sessions took as a whole. */
import { useState } from "preact/hooks"
import type { JourneysReport, Node } from "../api_types"
import { ShowAll } from "../components/show_all"
import { percent, whole } from "../figures"
import { words } from "../language"
import { anchoredAt, anchorOf } from "./journeys_anchor"

const FEW = 20

export function Paths({ report }: { report: JourneysReport }) {
  const [all, setAll] = useState(false)
  const count = report.paths.shown.length
  return (
    <>
      <Table report={report} most={all ? count : FEW} />
      {count > FEW && <ShowAll count={count} all={all} onChange={setAll} />}
    </>
  )
}

/** What is not shown is in the row of the others, so that the table adds up. */
function Table({ report, most }: { report: JourneysReport; most: number }) {
  const { journeys } = words.value.behaviour
  const { paths, direction, sessions } = report
  const shown = paths.shown.slice(0, most)
  const hidden = paths.shown.slice(most)
  const others = hidden.reduce((sum, each) => sum + each.sessions, paths.others)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="scrolls" tabIndex={0} aria-label={journeys.paths}>
      <table class="listing paths">
        <thead>
          <tr>
            <th scope="col">{journeys.path}</th>
            <th scope="col" class="number">
              {journeys.sessions}
            </th>
            <th scope="col" class="number">
              {journeys.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((each) => (
            <tr key={JSON.stringify(each.nodes)}>
              <td>
                <Steps nodes={direction === "next" ? each.nodes : each.nodes.toReversed()} />
              </td>
              <td class="number">{whole(each.sessions)}</td>
              <td class="number">{percent(each.share)}</td>
            </tr>
          ))}
          <Rest name={journeys.otherPaths(whole(paths.other_branches + hidden.length))} count={others} of={sessions} />
          <Rest name={journeys.noStep[direction]} count={paths.ended} of={sessions} />
        </tbody>
      </table>
    </section>
  )
}

function Steps({ nodes }: { nodes: readonly Node[] }) {
  return (
    <span class="path-steps">
      {nodes.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
        <span key={index}>
          {index > 0 && <span class="quiet"> → </span>}
          <a class={each.kind} href={anchoredAt(anchorOf(each))}>
            <bdi>{each.kind === "event" ? words.value.behaviour.journeys.eventOf(each.name) : each.name}</bdi>
          </a>
        </span>
      ))}
    </span>
  )
}

function Rest({ name, count, of }: { name: string; count: number; of: number }) {
  if (count === 0) return null
  return (
    <tr class="quiet">
      <td>{name}</td>
      <td class="number">{whole(count)}</td>
      <td class="number">{percent(of ? count / of : 0)}</td>
    </tr>
  )
}
