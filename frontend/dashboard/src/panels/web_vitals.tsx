/** How fast pages are: each vital's 75th percentile, its rating, and the shares behind it. */
import type { WebVital, WebVitalsReport } from "../api_types"
import { decimal, percent, short, whole } from "../figures"
import { words } from "../language"
import type { TimeUnit } from "../registry"
import { changed, parameter } from "../router"
import { OverTime } from "./over_time"

export type VitalName = WebVital["name"]
export const VITALS = ["LCP", "INP", "CLS", "FCP", "TTFB"] as const satisfies readonly VitalName[]

/** Up to here a vital is good: the thresholds that the server rates by. */
const GOOD: Record<VitalName, number> = { LCP: 2_500, INP: 200, CLS: 0.1, FCP: 1_800, TTFB: 800 }
const SECOND_MS = 1_000

export const RATING_CLASSES: Record<WebVital["rating"], string> = {
  good: "good",
  "needs improvement": "warning",
  poor: "bad",
}

/** Milliseconds, from a second on seconds; of CLS a score. */
export function vitalFigure(name: VitalName, value: number): string {
  const { milliseconds, seconds } = words.value.results.vitals
  if (name === "CLS") return decimal(value)
  return value < SECOND_MS ? `${whole(value)} ${milliseconds}` : `${decimal(value / SECOND_MS)} ${seconds}`
}

export const chosenVital = (): VitalName => VITALS.find((each) => each === parameter("vital")) ?? "LCP"

export function VitalCards({ vitals }: { vitals: readonly WebVital[] }) {
  return (
    <ul class="vitals" aria-label={words.value.results.vitals.list}>
      {vitals.map((each) => (
        <li key={each.name}>
          <VitalCard vital={each} />
        </li>
      ))}
    </ul>
  )
}

function VitalCard({ vital }: { vital: WebVital }) {
  const said = words.value.results.vitals
  const { name, rating } = vital
  return (
    <a class="panel vital" href={changed({ vital: name })} aria-current={chosenVital() === name ? "true" : undefined}>
      <span class="row">
        <abbr title={said.names[name]}>{name}</abbr>
        <span class={`badge push ${RATING_CLASSES[rating]}`}>{said.ratings[rating]}</span>
      </span>
      <span class="value">{vitalFigure(name, vital.p75)}</span>
      <span class="quiet">{said.meanings[name]}</span>
      <Shares vital={vital} />
      <span class="quiet foot">
        {said.goodUpTo(vitalFigure(name, GOOD[name]))} · {said.measured(short(vital.measurements))}
      </span>
    </a>
  )
}

export function Shares({ vital }: { vital: WebVital }) {
  const { good, needs_improvement, poor } = vital
  const text = words.value.results.vitals.shares(percent(good), percent(needs_improvement), percent(poor))
  return (
    <span class="shares" role="img" aria-label={text} title={text}>
      <span class="share good" style={{ width: `${100 * good}%` }} />
      <span class="share middling" style={{ width: `${100 * needs_improvement}%` }} />
      <span class="share poor" style={{ width: `${100 * poor}%` }} />
    </span>
  )
}

export function VitalOverTime({ report, unit }: { report: WebVitalsReport; unit: TimeUnit }) {
  const { vitals } = words.value.results
  const name = chosenVital()
  const points = report.series?.find((each) => each.name === name)?.points ?? []
  return (
    <OverTime
      title={vitals.overTime(vitals.names[name])}
      heading="h2"
      hint={vitals.p75Hint}
      times={points.map((each) => each.time)}
      unit={unit}
      format={(value) => (value === null ? "–" : vitalFigure(name, value))}
      unfinished={false}
      lines={[
        {
          label: vitals.goodUpTo(vitalFigure(name, GOOD[name])),
          values: points.map(() => GOOD[name]),
          colour: "good",
          dashed: true,
        },
        { label: name, values: points.map((each) => each.vital?.p75 ?? null), colour: "accent" },
      ]}
    />
  )
}
