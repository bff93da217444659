/** Lines over time by uPlot: fast on a canvas, and the same figures as a table for who does not see it. */
import { useEffect, useRef } from "preact/hooks"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import { colour, colours } from "../theme"

export interface Line {
  label: string
  values: readonly (number | null)[]
  colour: string
  dashed?: boolean
  filled?: boolean
}

const HEIGHT = { wide: 280, narrow: 220 }
const NARROW = 640

/** 1, 2, 5, 10, 20, 50 … */
const WHOLE_STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((each) => each * 10 ** power)).flat()

export interface ChartProps {
  label: string
  /** Names of the buckets, as the axis has them. */
  names: readonly string[]
  lines: readonly Line[]
  format: (value: number) => string
  /** The bucket that is not over yet: the way to it is dashed, and after it is nothing. */
  unfinished?: number | undefined
  /** Of counts the axis has no fractions. */
  wholeNumbers?: boolean
  /** Buckets with a mark. */
  marks?: readonly number[]
  onPoint: (index: number | null, left: number, top: number) => void
  onPick?: (index: number) => void
}

export function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const { names, label } = props
  const lines = props.lines.flatMap((each) => split(each, props.unfinished))
  const theme = colours.value
  const newest = useRef(props)
  newest.current = props
  const drawn = JSON.stringify([names, lines, props.marks, props.unfinished, theme])
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn is all that shows
  useEffect(() => {
    const parent = box.current
    if (!parent) return
    const chart = new uPlot(optionsOf(newest, lines, parent), dataOf(lines, names.length), parent)
    const observer = new ResizeObserver(() => chart.setSize(sizeOf(parent)))
    observer.observe(parent)
    return () => {
      observer.disconnect()
      chart.destroy()
    }
  }, [drawn])
  return <div class="chart" ref={box} role="img" aria-label={label} />
}

/** The line up to the last whole bucket, and dashed the way to the one that is not over. */
function split(line: Line, unfinished: number | undefined): Line[] {
  if (line.dashed || unfinished === undefined) return [line]
  const part = (from: number, to: number) => line.values.map((each, at) => (at < from || at > to ? null : each))
  return [
    { ...line, values: part(0, Math.max(0, unfinished - 1)) },
    { ...line, values: part(unfinished - 1, unfinished), dashed: true, filled: false },
  ]
}

const sizeOf = (parent: HTMLElement) => ({
  width: parent.clientWidth,
  height: innerWidth <= NARROW ? HEIGHT.narrow : HEIGHT.wide,
})

const dataOf = (lines: readonly Line[], count: number): uPlot.AlignedData => [
  Array.from({ length: count }, (_, index) => index),
  ...lines.map((each) => [...each.values]),
]

function optionsOf(newest: { current: ChartProps }, lines: readonly Line[], parent: HTMLElement): uPlot.Options {
  const { names, format, wholeNumbers } = newest.current
  const quiet = colour("quiet")
  const grid = { stroke: colour("line"), width: 1 }
  const font = `12px ${getComputedStyle(parent).fontFamily}`
  const room = Math.ceil(widthOf(longest(names), font) / 2) + 2
  return {
    ...sizeOf(parent),
    legend: { show: false },
    padding: [12, room, 0, 0],
    scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.08 : 1] } },
    axes: [
      {
        stroke: quiet,
        font,
        grid: { show: false },
        ticks: { show: false },
        space: 90,
        gap: 8,
        size: 32,
        incrs: [
          1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15, 20, 24, 28, 30, 48, 60, 90, 120, 168, 180, 365, 720, 1440, 2880, 4320,
          8760, 20160, 43200, 87600, 525600,
        ],
        values: (_, splits) => splits.map((each) => names[each] ?? ""),
      },
      {
        stroke: quiet,
        font,
        grid,
        ticks: { show: false },
        size: (_, values) => Math.max(36, room, ...(values ?? []).map((each) => each.length * 7 + 14)),
        space: 44,
        ...(wholeNumbers && { incrs: WHOLE_STEPS }),
        values: (_, splits) => splits.map(format),
      },
    ],
    series: [{}, ...lines.map((each) => seriesOf(each))],
    cursor: { y: false, points: { size: 7 }, drag: { setScale: false, x: false, y: false } },
    hooks: {
      setCursor: [
        (chart) => {
          const { idx, left = 0, top = 0 } = chart.cursor
          newest.current.onPoint(idx ?? null, left + chart.over.offsetLeft, top)
        },
      ],
      draw: [(chart) => drawMarks(chart, newest.current.marks ?? [])],
      ready: [(chart) => chart.over.addEventListener("click", () => pick(chart, newest.current))],
    },
  }
}

const longest = (names: readonly string[]): string =>
  names.reduce((most, each) => (each.length > most.length ? each : most), "")

/** Names stand below the middle of their bucket, half of the first and last one beside the lines. */
function widthOf(text: string, font: string): number {
  const context = document.createElement("canvas").getContext("2d")
  if (!context) return 0
  context.font = font
  return context.measureText(text).width
}

function seriesOf(line: Line): uPlot.Series {
  const stroke = colour(line.colour)
  return {
    stroke,
    width: line.dashed ? 1.5 : 2,
    ...(line.dashed && { dash: [5, 4] }),
    ...(line.filled && { fill: colour("bar") }),
    points: { show: line.values.length === 1, size: 7 },
    spanGaps: false,
  }
}

function drawMarks(chart: uPlot, marks: readonly number[]): void {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.strokeStyle = ctx.fillStyle = colour("warn")
  ctx.setLineDash([3, 3])
  for (const each of marks) {
    const across = chart.valToPos(each, "x", true)
    ctx.beginPath()
    ctx.moveTo(across, bbox.top)
    ctx.lineTo(across, bbox.top + bbox.height)
    ctx.stroke()
    ctx.beginPath()
    ctx.arc(across, bbox.top + 2, 4 * devicePixelRatio, 0, 7)
    ctx.fill()
  }
  ctx.restore()
}

function pick(chart: uPlot, { onPick }: ChartProps): void {
  const { idx } = chart.cursor
  if (idx !== null && idx !== undefined) onPick?.(idx)
}
