/** The period that is looked at, and the one that it is compared with. */
import type { ComponentChildren } from "preact"
import { useState } from "preact/hooks"
import type { Edges } from "../api_types"
import { Field } from "../components/field"
import { Icon } from "../components/icon"
import { Menu } from "../components/menu"
import { rangeName, today } from "../figures"
import { words } from "../language"
import { question } from "../question"
import { type Changes, changed, go } from "../router"

/** A range as an answer has it. */
export interface Shown extends Edges {
  comparison_range?: Edges | null
  time_zone: string
}

/** With the keys that choose them. */
const PRESETS = [
  ["today", "d"],
  ["yesterday", "y"],
  ["24h", "h"],
  ["7d", "w"],
  ["30d", "t"],
  ["90d", "q"],
  ["this_week", "e"],
  ["last_week", "k"],
  ["this_month", "m"],
  ["last_month", "l"],
  ["12mo", "o"],
  ["year", "j"],
  ["all", "a"],
] as const

const choosePeriod = (changes: Changes): void =>
  go(changed({ range: null, from: null, to: null, unit: null, ...changes }))

export function PeriodMenu({ shown }: { shown?: Shown | undefined }) {
  const { site } = words.value
  const { range, from, to } = question.value
  const preset = PRESETS.find(([name]) => name === range)?.[0]
  const label = preset ? site.ranges[preset] : from ? daysName(from, to) : range
  return (
    <div class="row" style={{ gap: "2px", flexWrap: "nowrap" }}>
      {PRESETS.map(([name, key]) => (
        <button
          key={name}
          type="button"
          hidden
          aria-label={site.ranges[name]}
          data-shortcut={key}
          onClick={() => choosePeriod({ range: name })}
        />
      ))}
      <Step shown={shown} backwards />
      <Menu
        label={
          <>
            <Icon name="calendar" /> {label}
          </>
        }
        title={`${site.period}: ${label}`}
        kind="dialog"
        end
      >
        {(close) => (
          <>
            <div class="presets">
              {PRESETS.map(([name, key]) => (
                <Item
                  key={name}
                  chosen={range === name}
                  onChoose={() => {
                    close()
                    choosePeriod({ range: name })
                  }}
                >
                  {site.ranges[name]}
                  <kbd class="push">{key}</kbd>
                </Item>
              ))}
            </div>
            <hr />
            <OwnRange
              from={from || shown?.from.slice(0, 10) || ""}
              to={to || (shown ? lastDay(shown) : "")}
              onChoose={(first, last) => {
                close()
                choosePeriod({ from: first, to: last })
              }}
            />
          </>
        )}
      </Menu>
      <Step shown={shown} />
    </div>
  )
}

/** Of a menu that has fields, too, and so is a dialog. */
const Item = (given: { chosen: boolean; onChoose: () => void; children: ComponentChildren }) => (
  <button type="button" class="item" aria-pressed={given.chosen} onClick={given.onChoose}>
    {given.children}
  </button>
)

function OwnRange(given: { from: string; to: string; onChoose: (from: string, to: string) => void }) {
  const { site } = words.value
  const [from, setFrom] = useState(given.from)
  const [to, setTo] = useState(given.to)
  const submit = (event: Event): void => {
    event.preventDefault()
    given.onChoose(from, to)
  }
  return (
    <form class="own-range" onSubmit={submit}>
      <Field
        label={site.from}
        type="date"
        required
        value={from}
        onInput={(event) => setFrom(event.currentTarget.value)}
      />
      <Field
        label={site.to}
        type="date"
        required
        min={from}
        value={to}
        onInput={(event) => setTo(event.currentTarget.value)}
      />
      <button type="submit" class="button primary">
        {site.apply}
      </button>
    </form>
  )
}

/** The period right before or after, of the same number of days. */
function Step({ shown, backwards = false }: { shown?: Shown | undefined; backwards?: boolean }) {
  const { site } = words.value
  const label = backwards ? site.earlier : site.later
  const { from, to } = question.value
  // The address is ahead of the answer when one steps quickly.
  const next = from
    ? besideOf(from, to || from, backwards)
    : shown && beside(shown.from.slice(0, 10), lastDay(shown), backwards)
  const possible = next && (backwards || (shown && next.from <= today(shown.time_zone)))
  return (
    <button
      type="button"
      class="button bare icon"
      title={`${label} (${backwards ? "←" : "→"})`}
      aria-label={label}
      data-shortcut={backwards ? "ArrowLeft" : "ArrowRight"}
      disabled={!possible}
      onClick={() => next && choosePeriod(next)}
    >
      <Icon name={backwards ? "left" : "right"} />
    </button>
  )
}

const DAY_MS = 86_400_000
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
const dayAfter = (day: string): string => dayOf(Date.parse(day) + DAY_MS)
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

/** Of days, both included; what is none is shown as it is, and the server says what is wrong with it. */
const daysName = (from: string, to: string): string =>
  isDay(from) && isDay(to || from) ? rangeName(from, `${dayAfter(to || from)}T00:00:00`) : `${from} – ${to}`

const besideOf = (from: string, to: string, backwards: boolean) =>
  isDay(from) && isDay(to) ? beside(from, to, backwards) : undefined

/** The last day of a range whose end is not included, in the site's own clock. */
export const lastDay = ({ to }: Edges): string => dayOf(Date.parse(`${to.slice(0, 19)}Z`) - 1)

export function beside(from: string, to: string, backwards: boolean): { from: string; to: string } {
  const length = Date.parse(to) - Date.parse(from) + DAY_MS
  const move = (day: string): string => dayOf(Date.parse(day) + (backwards ? -length : length))
  return { from: move(from), to: move(to) }
}

const COMPARISONS = ["previous_period", "previous_year", "none"] as const

const chooseComparison = (changes: Changes): void =>
  go(changed({ compare: null, compare_from: null, compare_to: null, ...changes }))

export function ComparisonMenu({ shown }: { shown?: Edges | null | undefined }) {
  const { comparison, comparisons } = words.value.site
  const { compare, compareFrom, compareTo } = question.value
  const chosen = COMPARISONS.find((each) => each === compare)
  const label = chosen ? comparisons[chosen] : compareFrom ? daysName(compareFrom, compareTo) : compare
  const days = shown && rangeName(shown.from, shown.to)
  return (
    <Menu label={label} title={`${comparison}: ${label}${days ? ` (${days})` : ""}`} kind="dialog" end>
      {(close) => (
        <>
          {COMPARISONS.map((each) => (
            <Item
              key={each}
              chosen={chosen === each}
              onChoose={() => {
                close()
                chooseComparison({ compare: each })
              }}
            >
              {comparisons[each]}
            </Item>
          ))}
          <hr />
          <OwnRange
            from={compareFrom}
            to={compareTo}
            onChoose={(from, to) => {
              close()
              chooseComparison({ compare_from: from, compare_to: to })
            }}
          />
        </>
      )}
    </Menu>
  )
}
