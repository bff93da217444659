/** Lines over time under a title, or the same as a table. */
import { useState } from "preact/hooks"
import { Chart, type Line } from "../components/chart"
import { bucketName } from "../figures"
import { words } from "../language"
import type { TimeUnit } from "../registry"
import { parameter } from "../router"
import { AsTableButton, isAsTable } from "./as_table"
import { Tip } from "./series"
import { UnitMenu } from "./time_unit"

export interface OverTimeProps {
  title: string
  /** Below a page's title, or within a panel. */
  heading?: "h2" | "h3"
  hint?: string
  times: readonly string[]
  unit: TimeUnit
  lines: readonly Line[]
  format: (value: number | null) => string
  unfinished: boolean
}

export function OverTime(props: OverTimeProps) {
  const asTable = isAsTable()
  const Heading = props.heading ?? "h3"
  return (
    <div class="over-time">
      <div class="row">
        <Heading>{props.title}</Heading>
        <div class="row push">
          <AsTableButton />
          <UnitMenu unit={parameter("unit")} />
        </div>
      </div>
      {props.hint && <Legend lines={props.lines} hint={props.hint} />}
      {asTable ? <AsTable {...props} /> : <AsChart {...props} />}
    </div>
  )
}

function Legend({ lines, hint }: { lines: readonly Line[]; hint: string }) {
  return (
    <p class="row quiet legend">
      {lines.length > 1 &&
        lines.map((each) => (
          <span key={each.label} class="row">
            <span class={`swatch ${each.colour}`} />
            {each.label}
          </span>
        ))}
      <span>{hint}</span>
    </p>
  )
}

function AsChart({ title, times, unit, lines, format, unfinished }: OverTimeProps) {
  const [point, setPoint] = useState<{ index: number; left: number; top: number } | null>(null)
  const time = point && times[point.index]
  return (
    <div class="drawn" onPointerLeave={() => setPoint(null)}>
      <Chart
        label={`${title}. ${words.value.site.asTable}.`}
        names={times.map((each) => bucketName(each, unit))}
        lines={lines}
        format={format}
        unfinished={unfinished ? times.length - 1 : undefined}
        onPoint={(index, left, top) => setPoint(index === null ? null : { index, left, top })}
      />
      {point && time && (
        <Tip left={point.left} top={point.top}>
          <strong>{bucketName(time, unit, true)}</strong>
          {lines.map((each) => (
            <div key={each.label} class="row">
              <span class={`swatch ${each.colour}`} />
              <span>{each.label}</span>
              <span class="number push">{format(each.values[point.index] ?? null)}</span>
            </div>
          ))}
        </Tip>
      )}
    </div>
  )
}

function AsTable({ title, times, unit, lines, format }: OverTimeProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="scrolls as-table" tabIndex={0} aria-label={title}>
      <table class="listing">
        <thead>
          <tr>
            <th scope="col">{words.value.dimensions[unit]}</th>
            {lines.map((each) => (
              <th key={each.label} scope="col" class="number">
                {each.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time, index) => (
            <tr key={time}>
              <td>{bucketName(time, unit, true)}</td>
              {lines.map((each) => (
                <td key={each.label} class="number">
                  {format(each.values[index] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
