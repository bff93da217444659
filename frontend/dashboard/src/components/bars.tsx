import type { ComponentChildren } from "preact"
import { change, growth, NOTHING } from "../figures"
import { words } from "../language"

export interface Bar {
  key: string
  name: ComponentChildren
  /** Of the bar's length. */
  size: number
  /** Figures as they are shown, one a column. */
  figures: readonly ComponentChildren[]
  /** Where a click leads; without it the row leads nowhere. */
  href?: string | undefined
  chosen?: boolean
  title?: string | undefined
  /** Shown below the row, over all its width. */
  below?: ComponentChildren
  /** Before the name. */
  before?: ComponentChildren
}

/** A table whose first column shows its figure as a bar behind the name. */
export function Bars(given: { caption: string; columns: readonly string[]; rows: readonly Bar[]; most?: number }) {
  const most = given.most ?? Math.max(...given.rows.map((each) => each.size), 0)
  return (
    <table class="bars">
      <caption class="unseen">{given.caption}</caption>
      <thead>
        <tr>
          {given.columns.map((each, index) => (
            <th key={each} scope="col" class={index ? "number" : undefined}>
              {each}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {given.rows.map((row) => (
          <BarRow key={row.key} row={row} most={most} columns={given.columns.length} />
        ))}
      </tbody>
    </table>
  )
}

function BarRow({ row, most, columns }: { row: Bar; most: number; columns: number }) {
  return (
    <>
      <tr>
        <td>
          <div class="row" style={{ flexWrap: "nowrap", gap: "2px" }}>
            {row.before}
            <BarName row={row} most={most} />
          </div>
        </td>
        {row.figures.map((each, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
          <td key={index} class="number">
            {each}
          </td>
        ))}
      </tr>
      {row.below && (
        <tr>
          <td colSpan={columns}>{row.below}</td>
        </tr>
      )}
    </>
  )
}

function BarName({ row, most }: { row: Bar; most: number }) {
  const inner = (
    <>
      <span class="fill" style={{ width: `${most > 0 ? (100 * Math.max(row.size, 0)) / most : 0}%` }} />
      <bdi class="cut">{row.name}</bdi>
    </>
  )
  if (row.href === undefined) {
    return (
      <span class="name" title={row.title}>
        {inner}
      </span>
    )
  }
  return (
    <a class="name" href={row.href} title={row.title} aria-current={row.chosen || undefined}>
      {inner}
    </a>
  )
}

/** How much more or less than before; `better` says which is good. */
export function Change(given: {
  now: number | null | undefined
  before: number | null | undefined
  better?: "more" | "less" | "neither"
}) {
  const grown = growth(given.now, given.before)
  if (grown === null) return <span class="quiet change">{NOTHING}</span>
  const rounded = Math.round(grown * 100)
  const { better = "more" } = given
  const colour = !rounded || better === "neither" ? "quiet" : rounded > 0 === (better === "more") ? "good" : "bad"
  const { more, less } = words.value.shared
  return (
    <span class={`change ${colour}`}>
      <span aria-hidden="true">{rounded > 0 ? "↑ " : rounded < 0 ? "↓ " : ""}</span>
      <span class="unseen">{rounded > 0 ? more : rounded < 0 ? less : ""} </span>
      {change(Math.abs(grown)).replace("+", "")}
    </span>
  )
}
