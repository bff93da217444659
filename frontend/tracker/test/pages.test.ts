// @vitest-environment happy-dom
import { expect, test } from "vitest"
import { pass, server, tag, visit } from "./page"

const counted = async (attributes: Record<string, string>, addresses: string[]): Promise<unknown[]> => {
  tag(attributes)
  const { view } = await import("../src/events")
  for (const address of addresses) {
    visit(address)
    view()
  }
  await pass()
  return server.events().map((each) => [each.u, each.r])
}

test("another path is another page, another query or fragment is not", async () => {
  const pages = ["/a?utm_source=x", "/a?utm_source=x", "/a?page=2", "/a#part", "/b#token=1", "/a"]
  expect(
    await counted(
      {},
      pages.map((each) => `http://shop.test${each}`),
    ),
  ).toEqual([
    ["http://shop.test/a?utm_source=x", ""],
    ["http://shop.test/b", "http://shop.test/a?utm_source=x"],
    ["http://shop.test/a", "http://shop.test/b"],
  ])
})

test("with data-hash another fragment is another page", async () => {
  const pages = ["/#/one", "/#/two", "/#/two"]
  expect(
    await counted(
      { "data-hash": "" },
      pages.map((each) => `http://shop.test${each}`),
    ),
  ).toEqual([
    ["http://shop.test/#/one", ""],
    ["http://shop.test/#/two", "http://shop.test/#/one"],
  ])
})

test("a page has the title that it has when the task has ended, and comes before the events of that task", async () => {
  tag({})
  const { send, view, viewSoon } = await import("../src/events")
  document.title = "One"
  view()
  visit("http://shop.test/two")
  viewSoon()
  document.title = "Two"
  await pass(1)
  visit("http://shop.test/three")
  viewSoon()
  document.title = "Three"
  send({ n: "made" })
  await pass(1)
  expect(server.events().map((each) => [each.n, each.t, new URL(each.u as string).pathname])).toEqual([
    [undefined, "One", "/"],
    [undefined, "Two", "/two"],
    [undefined, "Three", "/three"],
    ["made", "Three", "/three"],
  ])
})
