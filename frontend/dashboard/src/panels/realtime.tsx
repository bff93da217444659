/** How many are here now, minute by minute. */
import type { Minute, Realtime } from "../api_types"
import { clockName, short, whole } from "../figures"
import { words } from "../language"
import { AsTableButton, isAsTable } from "./as_table"

export function RealtimeFigures({ data }: { data: Realtime }) {
  const { realtime } = words.value.behaviour
  const views = data.minutes.reduce((sum, each) => sum + each.pageviews, 0)
  return (
    <section class="panel realtime-figures">
      <div class="realtime-now">
        <p class="value">{whole(data.visitors_5_minutes)}</p>
        <p class="label">{realtime.now}</p>
        <p class="quiet">{realtime.nowHint}</p>
        <dl>
          <Figure label={realtime.lately} value={data.visitors_30_minutes} />
          <Figure label={realtime.views} value={views} />
        </dl>
      </div>
      <Minutes minutes={data.minutes} />
    </section>
  )
}

const Figure = ({ label, value }: { label: string; value: number }) => (
  <div>
    <dt class="quiet">{label}</dt>
    <dd class="number">{short(value)}</dd>
  </div>
)

/** With less the bars would jump from nothing to all of the height. */
const LEAST_HEIGHT = 4

function Minutes({ minutes }: { minutes: readonly Minute[] }) {
  return (
    <div class="realtime-minutes">
      <div class="row">
        <h2>{words.value.behaviour.realtime.minutes}</h2>
        <Legend />
        <span class="push">
          <AsTableButton />
        </span>
      </div>
      {isAsTable() ? <MinuteTable minutes={minutes} /> : <MinuteBars minutes={minutes} />}
    </div>
  )
}

const Legend = () => (
  <p class="realtime-legend quiet">
    <span class="mark" /> {words.value.metrics.visitors}
    <span class="mark views" /> {words.value.metrics.pageviews}
  </p>
)

function MinuteBars({ minutes }: { minutes: readonly Minute[] }) {
  const { realtime } = words.value.behaviour
  const highest = Math.max(...minutes.map((each) => Math.max(each.pageviews, each.visitors)))
  const most = Math.max(highest, LEAST_HEIGHT)
  const height = (value: number) => ({ height: `${(100 * value) / most}%` })
  return (
    <>
      <div class="minute-bars" role="img" aria-label={realtime.minutesSaid(whole(highest))}>
        {minutes.map((each) => (
          <div class="minute" key={each.time} title={minuteText(each)}>
            <span style={height(each.visitors)} />
            <span class="views" style={height(each.pageviews)} />
          </div>
        ))}
      </div>
      <div class="row quiet">
        <span>{realtime.ago}</span>
        <span class="push">{realtime.justNow}</span>
      </div>
    </>
  )
}

function minuteText({ time, pageviews, visitors }: Minute): string {
  const { metrics } = words.value
  return `${clockName(time)}: ${metrics.visitors} ${whole(visitors)}, ${metrics.pageviews} ${whole(pageviews)}`
}

function MinuteTable({ minutes }: { minutes: readonly Minute[] }) {
  const { metrics, behaviour } = words.value
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="scrolls minute-table" tabIndex={0} aria-label={behaviour.realtime.minutes}>
      <table class="listing">
        <thead>
          <tr>
            <th scope="col">{behaviour.realtime.time}</th>
            <th scope="col" class="number">
              {metrics.visitors}
            </th>
            <th scope="col" class="number">
              {metrics.pageviews}
            </th>
          </tr>
        </thead>
        <tbody>
          {minutes.toReversed().map((each) => (
            <tr key={each.time}>
              <td>{clockName(each.time)}</td>
              <td class="number">{whole(each.visitors)}</td>
              <td class="number">{whole(each.pageviews)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
