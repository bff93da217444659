// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest"
import { page, pass, server, tag, visit } from "./page"

const SETTINGS = { "data-goatcounter": `${server.address}/count` }

/** Runs count.js, which is these one after the other. */
const load = async (attributes: Record<string, string> = {}): Promise<void> => {
  tag({ ...SETTINGS, ...attributes }, "count.js")
  await import("../src/goatcounter_settings")
  await import("../src/core")
  await import("../src/goatcounter")
  await vi.dynamicImportSettled()
}

const QUIET = { "data-goatcounter-settings": JSON.stringify({ no_onload: true }) }

beforeEach(() => {
  delete page.goatcounter
  document.body.innerHTML = ""
})

test("count.js counts the page and has GoatCounter's functions", async () => {
  await load()
  await pass()
  expect(server.events()).toHaveLength(1)
  for (const name of ["count", "url", "filter", "bind_events", "get_query"])
    expect(page.goatcounter[name]).toBeTypeOf("function")
  expect(page.goatcounter.filter()).toBe(false)
})

const counted: [string, object | undefined, object][] = [
  ["a page", undefined, { u: "http://shop.test/" }],
  [
    "a path",
    { path: "/a?b=1", title: "A", referrer: "https://x.test/" },
    { u: "http://shop.test/a?b=1", t: "A", r: "https://x.test/" },
  ],
  ["a path without a slash", { path: "a" }, { u: "http://shop.test/a" }],
  ["an event", { path: "buy", title: "Buy", event: true }, { n: "buy", t: "Buy" }],
  ["what a function says", { path: (usual: string) => `${usual}made` }, { u: "http://shop.test/made" }],
  ["what goatcounter-js leaves open", { path: "/a", title: undefined, event: undefined }, { u: "http://shop.test/a" }],
]

test.each(counted)("count of %s", async (_, hit, event) => {
  await load(QUIET)
  page.goatcounter.count(hit)
  await pass()
  expect(server.events()).toHaveLength(1)
  expect(server.events()[0]).toMatchObject(event)
})

test("a path of null counts nothing, and what throws does no harm", async () => {
  await load(QUIET)
  page.goatcounter.count({ path: () => null })
  page.goatcounter.count({
    path: () => {
      throw new Error("of the page")
    },
  })
  await pass()
  expect(server.events()).toEqual([])
  expect(page.goatcounter.url({ path: () => null })).toBeUndefined()
})

test("settings of the page count as those of the tag", async () => {
  page.goatcounter = { no_onload: true, path: "/set", title: "Set" }
  await load()
  page.goatcounter.count()
  await pass()
  expect(server.events()).toHaveLength(1)
  expect(server.events()[0]).toMatchObject({ u: "http://shop.test/set", t: "Set" })
})

test("nothing is counted on the developer's machine unless that is allowed", async () => {
  visit("http://localhost/")
  await load(QUIET)
  expect(page.goatcounter.filter()).toBe("localhost")
  page.goatcounter.count()
  await pass()
  expect(server.events()).toEqual([])
})

test("with allow_local it is", async () => {
  visit("http://localhost/")
  await load({ "data-goatcounter-settings": JSON.stringify({ no_onload: true, allow_local: true }) })
  page.goatcounter.count()
  await pass()
  expect(server.events()).toHaveLength(1)
})

test("settings that are no JSON are none", async () => {
  await load({ "data-goatcounter-settings": "{" })
  await pass()
  expect(server.events()).toHaveLength(1)
})

test("url is the address that counts", async () => {
  visit("http://shop.test/a?x=1")
  await load(QUIET)
  const found = new URL(page.goatcounter.url({ path: "buy", event: true }))
  expect(found.origin + found.pathname).toBe(`${server.address}/count`)
  expect(Object.fromEntries(found.searchParams)).toMatchObject({ p: "buy", e: "true", q: "?x=1" })
  expect(page.goatcounter.get_query("X")).toBe("1")
  expect(page.goatcounter.get_query("y")).toBeUndefined()
})

test("elements that name a click are counted once each", async () => {
  document.body.innerHTML = '<a id="more" data-goatcounter-click="more" title="More">x</a>'
  await load()
  page.goatcounter.bind_events()
  document.getElementById("more")?.click()
  await pass()
  expect(server.events().filter((each) => each.n)).toMatchObject([{ n: "more", t: "More" }])
})
