/** The page /demo: what can be pressed, and a live list of what becomes of it. */
import { type Action, GROUPS, type Group } from "./actions"
import { base, follow } from "./application"
import { keep, kept } from "./kept"
import { type Matched, matched, type Press, type Row } from "./matching"

const PAUSE = 1_000
const COUNTED = 100
const PRESSES = "demo_presses"
const presses = kept<Press>(PRESSES)
const actions: HTMLElement[] = []

const make = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = "",
  kind = "",
): HTMLElementTagNameMap[Name] => {
  const element = document.createElement(name)
  element.textContent = text
  element.className = kind
  return element
}

const listOf = (text: string | undefined): string[] => text?.split(" ").filter(Boolean) ?? []

/** Anything that is pressed or sent; it is noted before the tracker hears of it. */
const watchPresses = (name: string): void =>
  addEventListener(
    name,
    (event) => {
      const found = (event.target as Element).closest<HTMLElement>("[data-makes]")
      if (!found) return
      presses.push({ action: actions.indexOf(found), at: Date.now(), makes: listOf(found.dataset.makes) })
      keep(PRESSES, presses)
    },
    true,
  )

const buttonOf = ({ label, code, makes, run }: Action): HTMLElement => {
  const line = make("li", "", "action")
  const button = make("button", label)
  button.type = "button"
  button.dataset.makes = makes.join(" ")
  button.addEventListener("click", run)
  line.append(button, make("code", code))
  return line
}

const groupOf = ({ title, about, actions }: Group): HTMLElement => {
  const section = make("section")
  const list = make("ul", "", "actions")
  list.append(...actions.map(buttonOf))
  section.append(make("h2", title), make("p", about), list)
  return section
}

const outcomeOf = ({ outcome, reason, message }: Row): string =>
  [outcome, reason, message].filter(Boolean).join(": ").slice(0, 160)

const propertiesOf = (given: Record<string, unknown> = {}): string =>
  Object.entries(given)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ") || "none"

const rowOf = ({ row, wire, press }: Matched): HTMLElement => {
  const line = make("tr", "", row.outcome)
  const button = press && actions[press.action]
  const cells: [string, string][] = [
    ["Time", new Date(row.time).toLocaleTimeString([], { hourCycle: "h23" })],
    ["Kind", row.kind ?? "–"],
    ["Name", row.name ?? "–"],
    ["Path", row.path ?? "–"],
    ["Properties", wire ? propertiesOf(wire.p) : "–"],
    ["Became", outcomeOf(row)],
    ["Made by", button?.dataset.label ?? (wire ? "the page itself" : "another page")],
  ]
  for (const [label, text] of cells) {
    const cell = make("td", text)
    cell.dataset.label = label
    line.append(cell)
  }
  for (const [name, shown] of [
    ["mouseenter", true],
    ["mouseleave", false],
  ] as const)
    line.addEventListener(name, () => button?.classList.toggle("maker", shown))
  return line
}

/** Beside each button: how many of its events were stored, dropped and refused. */
const countOutcomes = (found: readonly Matched[]): void => {
  actions.forEach((element, place) => {
    const outcomes = found.filter(({ press }) => press?.action === place).map(({ row }) => row.outcome)
    const told = ["stored", "dropped", "refused"]
      .map((name) => [outcomes.filter((each) => each === name).length, name] as const)
      .filter(([count]) => count)
    if (told.length) element.dataset.outcomes = told.map((each) => each.join(" ")).join(", ")
    element.toggleAttribute(
      "data-lost",
      outcomes.some((each) => each !== "stored"),
    )
  })
}

const counted = (count: number): string => `${count} ${count === 1 ? "event" : "events"}`

/** What the page sends by itself comes after nearly everything that is pressed, and would hide it. */
const headline = (found: readonly Matched[]): string => {
  if (!found.length) return "Nothing has arrived yet."
  const newest = found.find(({ press }) => press)
  const count = found.length === COUNTED ? `${COUNTED} newest events` : counted(found.length)
  if (!newest) return `${count}; nothing that you pressed yet`
  const { row, press } = newest
  const name = row.name ?? row.kind ?? (press && actions[press.action]?.dataset.label) ?? "unreadable"
  return `${count}; the last one that you pressed: ${name}, ${row.outcome}`
}

let shown = ""

const showRows = (rows: readonly Row[]): void => {
  const { sent } = window.demo
  const state = `${sent.length} ${rows.length} ${rows[0]?.time} ${presses.length}`
  if (state === shown) return
  shown = state
  const found = matched(rows, sent, presses)
  document.querySelector("#events")!.replaceChildren(...found.map(rowOf))
  countOutcomes(found)
  document.querySelector("#newest")!.textContent = headline(found)
}

const showWaiting = (): void => {
  const waiting = Object.keys(localStorage).filter((key) => key.startsWith("hk_queue")).length
  document.querySelector("#waiting")!.textContent = waiting
    ? `${counted(waiting)} ${waiting === 1 ? "waits" : "wait"} in this browser`
    : "nothing waits"
}

/** Only what was sent before the server was asked can be matched, so what changed meanwhile is asked for again. */
const look = async (): Promise<void> => {
  showWaiting()
  const before = window.demo.sent.length
  try {
    const { events } = (await (await fetch(`${base}/demo/events`)).json()) as { events: Row[] }
    if (window.demo.sent.length === before && !window.demo.pending) showRows(events)
  } catch {
    document.querySelector("#newest")!.textContent = "The server does not answer; what you do now is sent later."
  }
}

const lookForEver = async (): Promise<void> => {
  if (!document.hidden) await look()
  setTimeout(lookForEver, PAUSE)
}

const watchSwitch = (): void => {
  const offline = document.querySelector<HTMLInputElement>("#offline")!
  offline.addEventListener("change", () => {
    window.demo.offline = offline.checked
    if (!offline.checked) dispatchEvent(new Event("online"))
  })
}

/** The tracker has heard of it by then; the page stays. */
const stay = (): void => {
  for (const link of document.querySelectorAll("[data-stay]"))
    for (const name of ["click", "submit"])
      link.addEventListener(name, (event) => {
        if (name === "submit" || link.tagName === "A") event.preventDefault()
      })
}

const showAssignments = (): void => {
  const names = window.grademypage.getExperimentAssignments?.()?.map(({ variantName }) => variantName) ?? []
  document.querySelector("#assignments")!.textContent = names.join(", ") || "none"
}

document.querySelector("#groups")!.append(...GROUPS.map(groupOf))
for (const element of document.querySelectorAll<HTMLElement>("[data-makes]")) {
  const button = element.tagName === "FORM" ? element.querySelector("button") : element
  element.dataset.label = button?.textContent?.trim() ?? ""
  actions.push(element)
}
watchPresses("click")
watchPresses("submit")
watchSwitch()
stay()
follow()
document.addEventListener("hk:experiments", showAssignments)
document.querySelector("#ask")!.addEventListener("click", showAssignments)
void lookForEver()
