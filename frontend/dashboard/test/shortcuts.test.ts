// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, test } from "vitest"
import { listenForShortcuts } from "../src/shortcuts"

let clicks = 0

beforeAll(listenForShortcuts)

beforeEach(() => {
  clicks = 0
  document.body.innerHTML = `<button data-shortcut="ArrowLeft"></button><button data-shortcut="f"></button>
    <p id="text"></p><input id="field" /><div class="scrolls"><table id="wide"></table></div>`
  for (const each of document.querySelectorAll("button")) each.addEventListener("click", () => clicks++)
})

function press(id: string, key: string, options: KeyboardEventInit = {}): void {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options })
  document.getElementById(id)?.dispatchEvent(event)
}

test("a key clicks what names it", () => {
  press("text", "f")
  press("text", "ArrowLeft")
  press("text", "x")
  expect(clicks).toBe(2)
})

test("who types or means the browser's own command is left alone", () => {
  press("field", "f")
  press("text", "f", { ctrlKey: true })
  expect(clicks).toBe(0)
})

test("an arrow key that moves something else does not change the period", () => {
  press("wide", "ArrowLeft")
  document.getElementById("text")?.addEventListener("keydown", (event) => event.preventDefault())
  press("text", "ArrowLeft")
  expect(clicks).toBe(0)
})
