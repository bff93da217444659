// @vitest-environment happy-dom
import { expect, test } from "vitest"
import { server, tag, visit } from "./page"

const read = async (attributes: Record<string, string>, source?: string) => {
  tag(attributes, source)
  return import("../src/options")
}

const path = (address: string): string => address.replace(server.address, "")

test.each([
  ["hk.js", "/"],
  ["s.js", "/"],
  ["js/script.js", "/"],
  ["api/analytics/script.js?projectId=abc", "/"],
  ["count.js", "/"],
  ["stats/hk.js", "/stats/"],
  ["stats/js/script.js", "/stats/"],
  ["assets/js/hk.js?v=2", "/assets/js/"],
])("the server of %s is at %s", async (source, base) => {
  expect(path((await read({}, source)).server)).toBe(base)
})

test.each([
  [{ "data-host": "https://a.test" }, "https://a.test/"],
  [{ "data-host": "https://a.test/sub/" }, "https://a.test/sub/"],
  [{ "data-host": "/stats" }, "/stats/"],
  [{ "data-host-url": "https://umami.test" }, "https://umami.test/"],
  [{ "data-api-host": "https://spark.test/" }, "https://spark.test/"],
  [{ "data-api": "https://plausible.test/x/api/event" }, "https://plausible.test/x/"],
])("%o sends to %s", async (attributes, base) => {
  expect((await read(attributes as Record<string, string>)).server).toBe(base)
})

test.each([
  [{}, "hk.js", ""],
  [{ "data-site": "one" }, "hk.js", "one"],
  [{ "data-website-id": "site_7f3a" }, "s.js", "site_7f3a"],
  [{ "data-domain": "shop.test,all.test" }, "js/script.js", "shop.test"],
  [{ "data-entity": "blog" }, "script.js", "blog"],
  [{}, "api/analytics/script.js?projectId=abc&x=1", "abc"],
])('%o on %s names the site "%s"', async (attributes, source, site) => {
  expect((await read(attributes, source)).site).toBe(site)
})

test('a switch is on when it is there and not "false"', async () => {
  const { isOn } = await read({ "data-hash": "", "data-local": "true", "data-vitals": "false" })
  expect([isOn("hash"), isOn("local"), isOn("vitals"), isOn("experiments")]).toEqual([true, true, false, false])
})

test.each([
  ["http://shop.test/", {}, true],
  ["http://localhost:3000/", {}, false],
  ["http://127.0.0.1/", {}, false],
  ["http://[::1]:8080/", {}, false],
  ["http://localhost:3000/", { "data-local": "" }, true],
])("a page at %s with %o counts: %s", async (address, attributes, counting) => {
  visit(address)
  expect((await read(attributes as Record<string, string>)).counting).toBe(counting)
})

const asking = async (name: string, value: unknown, attributes = {}): Promise<boolean> => {
  Object.defineProperty(navigator, name, { value, configurable: true })
  try {
    return (await read(attributes)).counting
  } finally {
    Object.defineProperty(navigator, name, { value: false, configurable: true })
  }
}

test("who asks not to be tracked is not counted, unless the page says so; robots never are", async () => {
  expect(await asking("doNotTrack", "1")).toBe(false)
  expect(await asking("doNotTrack", "unspecified")).toBe(true)
  expect(await asking("globalPrivacyControl", true)).toBe(false)
  expect(await asking("globalPrivacyControl", true, { "data-ignore-dnt": "" })).toBe(true)
  expect(await asking("doNotTrack", "1", { "data-collect-dnt": "true" })).toBe(true)
  expect(await asking("webdriver", true, { "data-ignore-dnt": "" })).toBe(false)
})
