/** Columns of steps with bands between them; on a narrow screen a list for each step instead. A click goes on from there. */
import { useEffect, useState } from "preact/hooks"
import type { JourneysReport } from "../api_types"
import { type Bar, Bars } from "../components/bars"
import { percent, short, whole } from "../figures"
import { words } from "../language"
import { type Anchor, anchoredAt, anchorOf } from "./journeys_anchor"
import { type Box, type Column, columnsOf, isOthers, isStart, outline, placedBands, placesOf } from "./journeys_columns"

const HEIGHT = 440
const LEAST = 40
const GAP = 6
const BAND_WIDTH = 100
const NEEDED_WIDTH = 165

interface Drawn {
  report: JourneysReport
  anchor: Anchor
}

export function Flow({ report, anchor }: Drawn) {
  const columns = columnsOf(report)
  const isNarrow = useIsNarrow(columns.length * NEEDED_WIDTH)
  const Shape = isNarrow ? StepLists : Columns
  return <Shape report={report} anchor={anchor} columns={columns} />
}

function useIsNarrow(width: number): boolean {
  const query = `(max-width: ${width}px)`
  const [isNarrow, setIsNarrow] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const changed = (): void => setIsNarrow(media.matches)
    changed()
    media.addEventListener("change", changed)
    return () => media.removeEventListener("change", changed)
  }, [query])
  return isNarrow
}

type Shaped = Drawn & { columns: readonly Column[] }

function Columns({ report, anchor, columns }: Shaped) {
  const { flow } = words.value.behaviour.journeys
  const [hovered, setHovered] = useState<string | null>(null)
  const places = placesOf(columns, HEIGHT, LEAST, GAP)
  return (
    <section class={`flow ${report.direction}`} aria-label={flow[report.direction](anchor.name)}>
      {columns.map((column, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
        <div key={index} class="flow-step">
          {index > 0 && (
            <svg viewBox={`0 0 ${BAND_WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
              {placedBands(column.bands, [columns[index - 1]!, column], [places[index - 1]!, places[index]!]).map(
                (band) => (
                  <path
                    key={`${band.from}\n${band.to}`}
                    class={[`${index - 1} ${band.from}`, `${index} ${band.to}`].includes(hovered ?? "") ? "on" : ""}
                    d={outline(band, BAND_WIDTH)}
                  />
                ),
              )}
            </svg>
          )}
          <div class="flow-column">
            <h3>{stepName(index, report.direction)}</h3>
            <ol>
              {column.boxes.map((box) => {
                const { top, height } = places[index]!.get(box.key)!
                return (
                  <li
                    key={box.key}
                    style={{ top: `${top}px`, height: `${height}px` }}
                    onMouseEnter={() => setHovered(`${index} ${box.key}`)}
                    onMouseLeave={() => setHovered(null)}
                  >
                    <BoxLabel box={box} anchor={anchor} />
                  </li>
                )
              })}
            </ol>
            <Ended columns={columns} index={index} direction={report.direction} />
          </div>
        </div>
      ))}
    </section>
  )
}

function stepName(index: number, direction: JourneysReport["direction"]): string {
  const { journeys } = words.value.behaviour
  if (index > 0) return journeys.step[direction](journeys.steps(index))
  return direction === "next" ? journeys.start : journeys.goal
}

/** How many of this column go no further. */
function Ended({
  columns,
  index,
  direction,
}: { columns: readonly Column[]; index: number } & Pick<JourneysReport, "direction">) {
  const ended = columns[index + 1]?.ended
  return <p class="quiet ended">{ended ? words.value.behaviour.journeys.ended[direction](short(ended)) : " "}</p>
}

function BoxLabel({ box, anchor }: { box: Box; anchor: Anchor }) {
  const { journeys } = words.value.behaviour
  const name = nameOf(box, anchor)
  const inner = (
    <>
      <bdi class="cut">{name}</bdi>
      <span class="figures-of">
        {short(box.sessions)} · {percent(box.share)}
      </span>
    </>
  )
  if (!box.node) {
    return (
      <span class={`box ${isStart(box) ? "start" : "others"}`} title={isOthers(box) ? journeys.othersHint : name}>
        {inner}
      </span>
    )
  }
  return (
    <a class={`box ${box.node.kind}`} href={anchoredAt(anchorOf(box.node))} title={journeys.goOn(name)}>
      {inner}
    </a>
  )
}

function nameOf({ node, ...box }: Box, anchor: Anchor): string {
  const { journeys } = words.value.behaviour
  if (node) return node.kind === "event" ? journeys.eventOf(node.name) : node.name
  return isStart({ node, ...box }) ? anchor.name : journeys.others
}

function StepLists({ report, anchor, columns }: Shaped) {
  const { journeys } = words.value.behaviour
  return (
    <ol class="stack step-lists" aria-label={journeys.flow[report.direction](anchor.name)}>
      {columns.map((column, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
        <li key={index}>
          <h3>{stepName(index, report.direction)}</h3>
          <Bars
            caption={stepName(index, report.direction)}
            columns={[journeys.stepName, journeys.sessions, journeys.share]}
            most={report.sessions}
            rows={column.boxes.map((box) => barOf(box, anchor))}
          />
          <Ended columns={columns} index={index} direction={report.direction} />
        </li>
      ))}
    </ol>
  )
}

function barOf(box: Box, anchor: Anchor): Bar {
  return {
    key: box.key,
    name: nameOf(box, anchor),
    title: nameOf(box, anchor),
    size: box.sessions,
    figures: [whole(box.sessions), percent(box.share)],
    href: box.node ? anchoredAt(anchorOf(box.node)) : undefined,
  }
}
