// @vitest-environment happy-dom
import { expect, test } from "vitest"
import { declaredBy, linkTo, sentForm, watchClicks } from "../src/clicks"
import type { Fields } from "../src/wire"

const all = () => true
const link = (address: string, wanted: (what: string) => boolean = all) => linkTo(new URL(address), "shop.test", wanted)

test("links to other sites and to files have a name; others, and switched-off ones, have none", () => {
  expect(link("https://other.test/a?secret=1#b")).toEqual({
    n: "outbound_click",
    p: { target_host: "other.test", target_path: "/a", target_protocol: "https" },
  })
  expect(link("https://shop.test/files/Paper.PDF?x=1")).toEqual({
    n: "file_download",
    p: { file_host: "shop.test", file_path: "/files/Paper.PDF", file_ext: "pdf" },
  })
  expect(link("https://other.test/a.zip", (what) => what !== "downloads")?.n).toBe("outbound_click")
  expect(link("https://shop.test/a")).toBeUndefined()
  expect(link("mailto:a@b.test")).toBeUndefined()
  expect(link("https://other.test/", (what) => what !== "outbound")).toBeUndefined()
})

const watched = (html: string): { sent: Fields[]; on: (selector: string, name: string) => void } => {
  const sent: Fields[] = []
  document.body.innerHTML = html
  watchClicks((fields) => sent.push(fields), all)
  const on = (selector: string, name: string): void => {
    const event = new MouseEvent(name, { bubbles: true, cancelable: true })
    document.querySelector(selector)?.dispatchEvent(event)
  }
  return { sent, on }
}

test("an element declares its event, and is nothing else besides", () => {
  const { sent, on } = watched(
    '<a href="https://other.test/" data-hk-event="Sign up" data-hk-event-plan="pro"><b>now</b></a><i>text</i>',
  )
  on("b", "click")
  on("i", "click")
  expect(sent).toEqual([{ n: "Sign up", p: { plan: "pro" } }])
})

test("Umami's attributes declare events, too", () => {
  document.body.innerHTML = '<button data-umami-event="buy" data-umami-event-id="7">Buy</button>'
  expect(declaredBy(document.querySelector("button") as Element)).toEqual({ n: "buy", p: { id: "7" } })
})

test("a form tells where it goes, and nothing of what is in it", () => {
  document.body.innerHTML =
    '<form id="news" action="/subscribe?x=1" method="POST"><input name="action" value="x"></form>'
  expect(sentForm(document.querySelector("form") as Element, "https://shop.test/a")).toEqual({
    n: "form_submit",
    p: { action_host: "shop.test", action_path: "/subscribe", method: "post", same_origin: true, form_id: "news" },
  })
})

test("a form that declares an event sends it when it is submitted, not when it is clicked", () => {
  const { sent, on } = watched('<form data-hk-event="Signup"><input></form>')
  on("input", "click")
  on("form", "submit")
  expect(sent.slice(0, 1)).toEqual([{ n: "Signup", p: {} }])
})
