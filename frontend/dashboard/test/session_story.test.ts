import { expect, test } from "vitest"
import type { SessionEvent } from "../src/api_types"
import { storyOf } from "../src/panels/session_story"

const event = (kind: SessionEvent["kind"], path: string, more: Partial<SessionEvent> = {}): SessionEvent => ({
  time: "2026-11-21T10:00:00.000Z",
  kind,
  name: null,
  hostname: "shop.test",
  path,
  title: null,
  value: null,
  revenue: null,
  currency: null,
  scroll_depth: null,
  engagement_ms: null,
  props: null,
  ...more,
})

test("what was measured of a page is told with its latest view, times added up", () => {
  const story = storyOf([
    event("pageview", "/a"),
    event("web_vital", "/a", { name: "LCP", value: 900 }),
    event("web_vital", "/a", { name: "CLS", value: 0 }),
    event("pageview", "/b"),
    event("engagement", "/a", { engagement_ms: 1_000, scroll_depth: 80 }),
    event("event", "/b", { name: "signup" }),
    event("engagement", "/a", { engagement_ms: 500, scroll_depth: 20 }),
    event("web_vital", "/a", { name: "LCP", value: 1_200 }),
    event("pageview", "/a"),
    event("engagement", "/a", { engagement_ms: 7 }),
  ])
  expect(story.map((each) => [each.event.kind, each.event.path, each.engagement_ms, each.scroll_depth])).toEqual([
    ["pageview", "/a", 1_500, 80],
    ["pageview", "/b", null, null],
    ["event", "/b", null, null],
    ["pageview", "/a", 7, null],
  ])
  expect([...story[0]!.vitals]).toEqual([
    ["LCP", 1_200],
    ["CLS", 0],
  ])
})

test("what was measured of a page whose view is not there is told by itself", () => {
  const measured = event("engagement", "/a", { engagement_ms: 1_000 })
  const elsewhere = event("pageview", "/a", { hostname: "other.test" })
  expect(storyOf([measured, elsewhere, measured]).map((each) => each.event)).toEqual([measured, elsewhere, measured])
})
