/** Which event of this page a row of the server is, and what was pressed for it. */
import type { Wire } from "./before"

/** One event as the server's debugger tells of it. */
export interface Row {
  time: string
  outcome: string
  reason: string | null
  message: string | null
  kind: string | null
  name: string | null
  path: string | null
}

export interface Press {
  /** Number of what was pressed. */
  action: number
  at: number
  makes: readonly string[]
}

export interface Matched {
  row: Row
  wire: Wire | undefined
  press: Press | undefined
}

const KINDS: Record<string, string> = { v: "web_vital", g: "engagement", x: "exposure", d: "identify" }
/** Milliseconds within which a press shows. */
const SOON = 5_000

export const kindOf = ({ k, n, c }: Wire): string => {
  if (k) return KINDS[k] ?? k
  return n === undefined || (c === "plausible" && n === "pageview") ? "pageview" : "event"
}

const nameOf = (wire: Wire): string => (kindOf(wire) === "pageview" ? "" : (wire.en ?? wire.n ?? ""))

/** What is not stored is told of by its whole address, without the fragment. */
const isOn = ({ u = "" }: Wire, path: string): boolean => {
  const { pathname, hash, origin } = new URL(u, location.href)
  return path === pathname + hash || path === origin + pathname
}

const is = (wire: Wire, row: Row): boolean =>
  kindOf(wire) === row.kind && nameOf(wire) === (row.name ?? "") && isOn(wire, row.path ?? "")

const madeBy = (presses: readonly Press[], row: Row, at: number): Press | undefined => {
  const words = row.outcome === "refused" ? ["refused"] : [row.name ?? row.kind ?? ""]
  const found = presses.filter(
    (press) => press.at <= at && at - press.at < SOON && words.some((word) => press.makes.includes(word)),
  )
  return found.at(-1)
}

/** `rows` newest first. The newest row is the newest event like it: only the oldest ones are forgotten. */
export const matched = (rows: readonly Row[], sent: readonly Wire[], presses: readonly Press[]): Matched[] => {
  const left = [...sent]
  return rows.map((row) => {
    const place = left.findLastIndex((wire) => is(wire, row))
    const [wire] = place < 0 ? [] : left.splice(place, 1)
    // an event's id begins with the time at which it was made
    const at = wire?.i ? Number.parseInt(wire.i, 10) : Date.parse(row.time)
    return { row, wire, press: madeBy(presses, row, at) }
  })
}
