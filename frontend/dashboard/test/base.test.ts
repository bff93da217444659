// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest"

beforeEach(() => {
  vi.resetModules()
  document.documentElement.dataset.base = "/analytics"
})

test("what the dashboard asks for and links to is below the path", async () => {
  const { addressOf } = await import("../src/api")
  const { pageOf } = await import("../src/question")
  expect(addressOf("GET /api/sites", {})).toBe("/analytics/api/sites")
  expect(addressOf("GET /api/sites/{site_id}", { path: { site_id: "a b" } })).toBe("/analytics/api/sites/a%20b")
  expect(pageOf("funnels", "shop.test")).toBe("/analytics/sites/shop.test/funnels")
})

test("the address bar has the path, which no page knows of", async () => {
  const { go, path } = await import("../src/router")
  const { at } = await import("../src/base")
  const { question } = await import("../src/question")
  go(at("/sites/shop.test/realtime"))
  expect([location.pathname, path.value, question.value.site]).toEqual([
    "/analytics/sites/shop.test/realtime",
    "/sites/shop.test/realtime",
    "shop.test",
  ])
  go("/analytics")
  expect(path.value).toBe("/")
  go("/analyticsx/sites")
  expect(path.value).toBe("/analyticsx/sites")
})

test("a login leads nowhere else than below the path", async () => {
  const { destination } = await import("../src/router")
  expect(destination("/analytics/sites?range=7d")).toBe("/analytics/sites?range=7d")
  for (const to of [
    null,
    "/other",
    "/analytics/../other",
    "https://elsewhere.example/analytics/",
    "//elsewhere.example",
  ])
    expect(destination(to)).toBe("/analytics/")
})
