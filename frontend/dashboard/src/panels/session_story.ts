/** A session's events as a story: what was measured of a page is told with its view, not between views. */
import type { SessionEvent } from "../api_types"

export interface Told {
  event: SessionEvent
  /** Of the view, times added up; null where nothing was measured. */
  engagement_ms: number | null
  /** The deepest, in percent. */
  scroll_depth: number | null
  /** By name, the last of each. */
  vitals: ReadonlyMap<string, number>
}

const isMeasured = ({ kind }: SessionEvent): boolean => kind === "engagement" || kind === "web_vital"

/** What was measured of a page whose view is not among the events stays as it is. */
export function storyOf(events: readonly SessionEvent[]): Told[] {
  const story: Told[] = []
  for (const event of events) {
    const at = isMeasured(event) ? story.findLastIndex(({ event: seen }) => isViewOf(seen, event)) : -1
    const view = story[at]
    if (view) story[at] = withMeasured(view, event)
    else story.push({ event, engagement_ms: null, scroll_depth: null, vitals: new Map() })
  }
  return story
}

const isViewOf = (view: SessionEvent, { hostname, path }: SessionEvent): boolean =>
  view.kind === "pageview" && view.path === path && view.hostname === hostname

function withMeasured(view: Told, { kind, name, value, engagement_ms, scroll_depth }: SessionEvent): Told {
  if (kind === "web_vital") {
    return name === null || value === null ? view : { ...view, vitals: new Map([...view.vitals, [name, value]]) }
  }
  return {
    ...view,
    engagement_ms: both(view.engagement_ms, engagement_ms, (one, other) => one + other),
    scroll_depth: both(view.scroll_depth, scroll_depth, Math.max),
  }
}

type Measured = number | null
const both = (one: Measured, other: Measured, joined: (one: number, other: number) => number): Measured =>
  one === null || other === null ? (one ?? other) : joined(one, other)
