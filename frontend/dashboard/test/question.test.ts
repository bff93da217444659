// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest"
import { clauseFrom } from "../src/conditions"
import { keepFocus } from "../src/focus"
import { mayReload } from "../src/later"
import { asked, chosen, isFilteredBy, question, removeUnread, withClauses } from "../src/question"
import { address, destination } from "../src/router"

const HERE = location.origin === "null" ? "http://localhost" : location.origin
const at = (to: string): void => {
  address.value = new URL(to, HERE)
}

beforeEach(() => {
  document.body.innerHTML = ""
  sessionStorage.clear()
})

test("an address that cannot be decoded names a site that there is not", () => {
  at("/sites/%E0%A4%A")
  expect(question.value.site).toBe("%E0%A4%A")
  at("/sites/shop%2Eexample")
  expect(question.value.site).toBe("shop.example")
})

test("what is no clause is none, and what the API takes besides is read as it reads it", () => {
  const page = { dimension: "page", operator: "is", values: ["/cart"] }
  expect(clauseFrom(page)).toEqual(page)
  expect(clauseFrom({ ...page, values: "/cart" })).toEqual(page)
  expect(clauseFrom("page is /cart")).toEqual(page)
  expect(clauseFrom({ dimension: "value", operator: ">", values: [5] })).toMatchObject({ values: ["5"] })
  expect(clauseFrom({ dimension: "country", operator: "is set" })).toMatchObject({ values: [] })
  expect(clauseFrom([page, page])).toEqual([page, page])
  const wrong = [
    {},
    [],
    [page, {}],
    null,
    1,
    { ...page, operator: "equals" },
    { ...page, values: [{}] },
    { ...page, x: 1 },
  ]
  for (const each of wrong) expect(clauseFrom(each)).toBeNull()
})

test("what is no condition goes to the server as it is, beside those that are", () => {
  at(`/sites/a?filter=country equals DE&filter=page is /cart&filters=${encodeURIComponent('[{}, "page was /"]')}`)
  expect(question.value.unread).toEqual(["country equals DE", "{}", "page was /"])
  expect(asked()).toEqual({
    range: "30d",
    filter: ["country equals DE", "{}", "page was /"],
    filters: '[{"dimension":"page","operator":"is","values":["/cart"]}]',
  })
  expect(isFilteredBy("page", "/cart")).toBe(true)
  at("/sites/a?filters=no json")
  expect(chosen()).toEqual({ filter: ["no json"] })
})

test("an unreadable condition stays in the address until it is removed", () => {
  at("/sites/a?filter=country equals DE&filter=page is /cart")
  expect(new URL(withClauses([]), HERE).searchParams.getAll("filter")).toEqual(["country equals DE"])
  expect(withClauses([], [])).toBe("/sites/a")
  removeUnread("country equals DE")
  expect(new URL(location.href).searchParams.getAll("filter")).toEqual(["page is /cart"])
})

test("after the login one is nowhere else than here", () => {
  expect(destination("/sites/a?range=7d")).toBe("/sites/a?range=7d")
  for (const each of [
    null,
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "//",
  ]) {
    expect(destination(each)).toBe("/")
  }
})

test("a script that does not load reloads the page once", () => {
  expect(mayReload(1_000_000)).toBe(true)
  expect(mayReload(1_001_000)).toBe(false)
  expect(mayReload(2_000_000)).toBe(true)
})

test("what is around takes the focus of what goes away, unless the focus had gone before", async () => {
  document.body.innerHTML = '<main tabindex="-1"><div class="content" tabindex="-1"><a href="/x">x</a></div></main>'
  keepFocus()
  const content = document.querySelector<HTMLElement>(".content")!
  document.querySelector("a")!.focus()
  content.innerHTML = '<a href="/y">y</a>'
  await new Promise((done) => setTimeout(done))
  expect(document.activeElement).toBe(content)
  const next = document.querySelector("a")!
  next.focus()
  next.blur()
  await new Promise((done) => setTimeout(done))
  content.innerHTML = ""
  await new Promise((done) => setTimeout(done))
  expect(document.activeElement).toBe(document.body)
})
