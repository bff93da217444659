/** The main chart: the chosen metric over time, with the compared period and notes. */
import { useState } from "preact/hooks"
import { useAnswer } from "../answers"
import type { Metric, OverviewReport, Row, Table } from "../api_types"
import { Change } from "../components/bars"
import { Chart, type Line } from "../components/chart"
import { Block, Shown } from "../components/panel"
import { bucketName, NOTHING } from "../figures"
import { words } from "../language"
import {
  betterOf,
  chosenMetric,
  currencyOf,
  fullFigure,
  goalOf,
  metricName,
  metricsIn,
  shortFigure,
  unitOf,
} from "../metrics"
import { asked, askedWithComparison, isCompared, question } from "../question"
import type { TimeUnit } from "../registry"
import { changed, go, parameter } from "../router"
import { AnnotateButton, Notes, useNotes } from "./annotations"
import { AsTableButton, isAsTable } from "./as_table"
import { MetricOf } from "./metric_of"
import { UnitMenu } from "./time_unit"

const CHART_HEIGHT = 280

export function SeriesChart({ overview }: { overview: OverviewReport | undefined }) {
  const metric = chosenMetric()
  const unit = parameter("unit")
  const found = useAnswer("GET /api/sites/{site_id}/reports/series", {
    path: { site_id: question.value.site },
    parameters: {
      ...askedWithComparison(),
      metrics: [metric],
      ...goalOf([metric]),
      ...(unit && { unit: unit as TimeUnit }),
    },
  })
  const asTable = isAsTable()
  const { metrics } = words.value
  return (
    <div class="stack" style={{ padding: "12px 16px 14px", gap: "8px" }}>
      <div class="row">
        <h2>{currencyOf(metric) ? metrics.revenue : metricName(metric)}</h2>
        <MetricOf metric={metric} overview={overview} />
        <div class="row push">
          <AnnotateButton timeZone={found.data?.time_zone ?? "UTC"} />
          <AsTableButton />
          <UnitMenu unit={unit} />
        </div>
      </div>
      <Shown found={found} skeleton={<Block height={CHART_HEIGHT} />}>
        {(data) => {
          const [shown = metric] = metricsIn(data)
          return asTable ? <SeriesTable data={data} metric={shown} /> : <Drawn data={data} metric={shown} />
        }}
      </Shown>
    </div>
  )
}

/** The dimension of time that the rows are by. */
const unitOfRows = (rows: readonly Row[]): string => Object.keys(rows[0]?.dimensions ?? { day: "" })[0] ?? "day"
const timeOf = (row: Row): string => Object.values(row.dimensions)[0] ?? ""

function Drawn({ data, metric }: { data: Table; metric: Metric }) {
  const [point, setPoint] = useState<{ index: number; left: number; top: number } | null>(null)
  const unit = unitOfRows(data.rows)
  const notes = useNotes(data)
  const format = (value: number): string => shortFigure(value, metric)
  const label = metricName(metric)
  const lines = [
    { label, values: data.rows.map((each) => each.metrics[metric] ?? null), colour: "accent", filled: true },
    ...(isCompared() ? [comparedLine(data, metric)] : []),
  ]
  const times = data.rows.map(timeOf)
  const row = point && data.rows[point.index]
  return (
    <div style={{ position: "relative" }} onPointerLeave={() => setPoint(null)}>
      <Chart
        label={`${words.value.site.chartOf(label)}. ${words.value.site.asTable}.`}
        names={times.map((each) => bucketName(each, unit))}
        lines={lines}
        format={format}
        unfinished={unfinishedOf(times, data.to)}
        wholeNumbers={unitOf(metric) === "count"}
        marks={notes.map((each) => each.index)}
        onPoint={(index, left, top) => setPoint(index === null ? null : { index, left, top })}
        onPick={(index) => zoom(times[index], unit)}
      />
      {point && row && (
        <Tip left={point.left} top={point.top}>
          <PointFigures row={row} metric={metric} unit={unit} />
          <Notes notes={notes.filter((each) => each.index === point.index)} />
        </Tip>
      )}
    </div>
  )
}

/** The bucket that the present moment is in, if it is in any. */
export function unfinishedOf(times: readonly string[], to: string, now = Date.now()): number | undefined {
  if (Date.parse(to) <= now) return undefined
  const found = times.findLastIndex((each) => Date.parse(each) <= now)
  return found < 0 ? undefined : found
}

const comparedLine = (data: Table, metric: Metric): Line => ({
  label: words.value.site.before,
  values: data.rows.map((each) => each.comparison?.[metric] ?? null),
  colour: "before",
  dashed: true,
})

/** Beside the pointer, on the side where there is room. */
export function Tip({ left, top, children }: { left: number; top: number; children: preact.ComponentChildren }) {
  const side = left > innerWidth / 2 ? { right: `calc(100% - ${left - 14}px)` } : { left: `${left + 14}px` }
  return (
    <div class="tip" style={{ top: `${Math.max(0, top - 30)}px`, ...side }} aria-hidden="true">
      {children}
    </div>
  )
}

function PointFigures({ row, metric, unit }: { row: Row; metric: Metric; unit: string }) {
  const now = row.metrics[metric]
  const before = row.comparison?.[metric]
  return (
    <div class="stack" style={{ gap: "3px" }}>
      <div class="row">
        <strong>{bucketName(timeOf(row), unit, true)}</strong>
        <span class="number push">{fullFigure(now, metric)}</span>
      </div>
      {isCompared() && (
        <>
          <div class="row quiet">
            <span>{row.comparison_time ? bucketName(row.comparison_time, unit, true) : words.value.site.before}</span>
            <span class="number push">{fullFigure(before, metric)}</span>
          </div>
          <Change now={now} before={before} better={betterOf(metric)} />
        </>
      )}
    </div>
  )
}

/** A click on a day shows that day, on an hour nothing more. */
function zoom(time: string | undefined, unit: string): void {
  if (!time || !["day", "week", "month"].includes(unit)) return
  const from = time.slice(0, 10)
  const end = new Date(`${from}T00:00:00Z`)
  if (unit === "week") end.setUTCDate(end.getUTCDate() + 6)
  if (unit === "month") end.setUTCMonth(end.getUTCMonth() + 1, 0)
  if (unit === "day" && asked().from === from) return
  go(changed({ range: null, from, to: end.toISOString().slice(0, 10), unit: null }))
}

function SeriesTable({ data, metric }: { data: Table; metric: Metric }) {
  const unit = unitOfRows(data.rows)
  const { site, dimensions } = words.value
  const compared = isCompared()
  return (
    <section
      class="scrolls"
      style={{ maxHeight: `${CHART_HEIGHT}px`, overflowY: "auto" }}
      aria-label={site.chartOf(metricName(metric))}
    >
      <table class="listing">
        <thead>
          <tr>
            <th scope="col">{dimensions[unit as TimeUnit]}</th>
            <th scope="col" class="number">
              {metricName(metric)}
            </th>
            {compared && (
              <th scope="col" class="number">
                {site.before}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {data.rows.map((row) => (
            <tr key={timeOf(row)}>
              <td>{bucketName(timeOf(row), unit, true)}</td>
              <td class="number">{fullFigure(row.metrics[metric], metric)}</td>
              {compared && (
                <td class="number">{row.comparison ? fullFigure(row.comparison[metric], metric) : NOTHING}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
