/** The branches of a journey as columns of steps with bands between them: the same step is one box, whatever led to it. */
import type { Branch, JourneysReport, Node } from "../api_types"

const MOST_BOXES = 6
const START = "start"
const OTHERS = "others"

export interface Box {
  key: string
  /** Null for the others, added up, and for the start. */
  node: Node | null
  sessions: number
  share: number
}

export interface Band {
  from: string
  to: string
  sessions: number
}

export interface Column {
  /** The largest first, the others last. */
  boxes: Box[]
  /** From the column before. What only the others of a column know has none. */
  bands: Band[]
  /** Sessions whose journey was over a step earlier. */
  ended: number
}

export const isOthers = (box: Box): boolean => box.key === OTHERS
export const isStart = (box: Box): boolean => box.key === START

export function columnsOf({ sessions, levels }: Pick<JourneysReport, "sessions" | "levels">): Column[] {
  const columns: Column[] = [{ boxes: [{ key: START, node: null, sessions, share: 1 }], bands: [], ended: 0 }]
  let endedBefore = 0
  for (const [depth, level] of levels.entries()) {
    const boxes = boxesOf(level.shown, depth, level.others, sessions)
    if (boxes.length === 0) break
    const bands = bandsOf(level.shown, depth, columns[depth]!.boxes, boxes)
    columns.push({ boxes, bands, ended: level.ended - endedBefore })
    endedBefore = level.ended
  }
  return columns
}

const keyOf = (node: Node | undefined): string => (node ? `${node.kind}:${node.name}` : START)

function boxesOf(branches: readonly Branch[], depth: number, others: number, all: number): Box[] {
  const found = new Map<string, Box>()
  for (const { nodes, sessions } of branches) {
    const node = nodes[depth]!
    const box = found.get(keyOf(node)) ?? { key: keyOf(node), node, sessions: 0, share: 0 }
    box.sessions += sessions
    found.set(box.key, box)
  }
  const sorted = [...found.values()].sort((one, other) => other.sessions - one.sessions)
  const rest = sorted.slice(MOST_BOXES).reduce((sum, each) => sum + each.sessions, others)
  const shown = sorted.slice(0, MOST_BOXES)
  if (rest > 0) shown.push({ key: OTHERS, node: null, sessions: rest, share: 0 })
  return shown.map((each) => ({ ...each, share: all ? each.sessions / all : 0 }))
}

function bandsOf(branches: readonly Branch[], depth: number, before: readonly Box[], after: readonly Box[]): Band[] {
  const found = new Map<string, Band>()
  for (const { nodes, sessions } of branches) {
    const from = shownKey(keyOf(nodes[depth - 1]), before)
    const to = shownKey(keyOf(nodes[depth]), after)
    const band = found.get(`${from}\n${to}`) ?? { from, to, sessions: 0 }
    band.sessions += sessions
    found.set(`${from}\n${to}`, band)
  }
  return [...found.values()]
}

const shownKey = (key: string, boxes: readonly Box[]): string => (boxes.some((each) => each.key === key) ? key : OTHERS)

/** Where things are within a column, from its top. */
export interface Place {
  top: number
  height: number
}

/** Heights by sessions, but never too low to read and to hit; one scale for all columns, so that they can be compared. */
export function placesOf(columns: readonly Column[], height: number, least: number, gap: number): Map<string, Place>[] {
  const scale = Math.min(...columns.map(({ boxes }) => scaleOf(boxes, height, least, gap)))
  return columns.map(({ boxes }) => {
    let top = 0
    return new Map(
      boxes.map(({ key, sessions }) => {
        const place = { top, height: least + scale * sessions }
        top += place.height + gap
        return [key, place]
      }),
    )
  })
}

function scaleOf(boxes: readonly Box[], height: number, least: number, gap: number): number {
  const all = boxes.reduce((sum, each) => sum + each.sessions, 0)
  const room = height - boxes.length * least - (boxes.length - 1) * gap
  return all ? Math.max(0, room) / all : 0
}

/** A band with its two ends: each takes of its box what it has of the box's sessions. */
export interface PlacedBand extends Band {
  start: Place
  end: Place
}

export function placedBands(
  bands: readonly Band[],
  [before, after]: readonly [Column, Column],
  [starts, ends]: readonly [Map<string, Place>, Map<string, Place>],
): PlacedBand[] {
  const order = (boxes: readonly Box[], key: string): number => boxes.findIndex((each) => each.key === key)
  const sorted = [...bands].sort(
    (one, other) =>
      order(before.boxes, one.from) - order(before.boxes, other.from) ||
      order(after.boxes, one.to) - order(after.boxes, other.to),
  )
  const [usedBefore, usedAfter] = [new Map<string, number>(), new Map<string, number>()]
  return sorted.flatMap((band) => {
    const start = slice(before.boxes, starts, usedBefore, band.from, band.sessions)
    const end = slice(after.boxes, ends, usedAfter, band.to, band.sessions)
    return start && end ? [{ ...band, start, end }] : []
  })
}

function slice(
  boxes: readonly Box[],
  places: Map<string, Place>,
  used: Map<string, number>,
  key: string,
  sessions: number,
): Place | null {
  const place = places.get(key)
  const box = boxes.find((each) => each.key === key)
  if (!place || !box?.sessions) return null
  const taken = used.get(key) ?? 0
  const height = place.height * Math.min(1 - taken, sessions / box.sessions)
  used.set(key, taken + height / place.height)
  return { top: place.top + taken * place.height, height }
}

/** A band's outline across a field of the given width. */
export function outline({ start, end }: PlacedBand, width: number): string {
  const half = width / 2
  const bottom = (place: Place): string => (place.top + place.height).toFixed(1)
  const [from, to] = [start.top.toFixed(1), end.top.toFixed(1)]
  return (
    `M0,${from}C${half},${from} ${half},${to} ${width},${to}` +
    `L${width},${bottom(end)}C${half},${bottom(end)} ${half},${bottom(start)} 0,${bottom(start)}Z`
  )
}
