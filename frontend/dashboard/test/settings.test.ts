// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest"
import type { Goal, Health, SeenEvent } from "../src/api_types"
import { today } from "../src/figures"
import { language } from "../src/language"
import { settings as german } from "../src/language/de/settings"
import { settings as english } from "../src/language/en/settings"
import { likelyCurrency, linesOf, minorUnits, timeZones, wholeUnits } from "../src/pages/settings/choices"
import { grouped, strangeHost } from "../src/pages/settings/first_event"
import { bodyOf, clausesOf, draftOf, newDraft } from "../src/pages/settings/goal_draft"
import { backupName, troubles } from "../src/pages/settings/health"
import { reasonOf } from "../src/pages/settings/seen_events"
import { bodyOf as settingsOf } from "../src/pages/settings/site_form"
import { tagOf } from "../src/pages/settings/snippet"
import { monthLater } from "../src/pages/settings/usage"
import { tokenOf } from "../src/pages/setup"
import { DROP_REASONS } from "../src/registry"

beforeEach(() => {
  language.value = "en"
})

const seen = (changes: Partial<SeenEvent>): SeenEvent => ({
  time: "2026-11-20T10:00:00.000Z",
  format: "tracker",
  outcome: "dropped",
  reason: "unknown_site",
  message: "no site has the domain 'staging.example.org'",
  kind: "pageview",
  name: null,
  path: "https://staging.example.org/pricing",
  ...changes,
})

const goal: Goal = {
  id: "1",
  site_id: "2",
  name: "Order",
  type: "event",
  value: "purchase",
  filters: [{ dimension: "property:plan", operator: "is", values: ["pro"] }],
  revenue: { kind: "fixed", amount: 1250, currency: "EUR" },
  created_at: null,
}

test("the currency is that of the first region that the browser's languages tell", () => {
  expect(likelyCurrency(["de-AT", "en-US"])).toBe("EUR")
  expect(likelyCurrency(["de-CH"])).toBe("CHF")
  expect(likelyCurrency(["en-GB"])).toBe("GBP")
  expect(likelyCurrency([])).toBe("USD")
})

test("time zones to choose from include UTC and the one that is set, once each", () => {
  const zones = timeZones("UTC").map(([zone]) => zone)
  expect(zones.filter((each) => each === "UTC")).toHaveLength(1)
  expect(timeZones("Mars/Olympus").map(([zone]) => zone)).toContain("Mars/Olympus")
})

test("a field with one a line gives its lines without blanks", () => {
  expect(linesOf(" a \n\n b,c\n")).toEqual(["a", "b,c"])
})

test("amounts go to minor units and back by their currency's digits", () => {
  expect(minorUnits("12.5", "EUR")).toBe(1250)
  expect(minorUnits("19.99", "EUR")).toBe(1999)
  expect(minorUnits("500", "JPY")).toBe(500)
  expect(wholeUnits(1250, "EUR")).toBe("12.50")
  expect(wholeUnits(500, "JPY")).toBe("500")
  expect(minorUnits("12.5", "HUF")).toBe(1250)
  expect(wholeUnits(1250, "HUF")).toBe("12.50")
  expect(wholeUnits(1250, "IQD")).toBe("1.250")
})

test("a goal is the same after it was opened and saved unchanged", () => {
  const { type, value, filters, revenue } = goal
  expect(bodyOf(draftOf(goal, "USD"))).toEqual({ type, value, filters, revenue })
})

test("a goal that says too little is not tried", () => {
  const draft = { ...newDraft("EUR"), value: "purchase" }
  expect(bodyOf(draft)).not.toBeNull()
  expect(bodyOf({ ...draft, value: "  " })).toBeNull()
  expect(bodyOf({ ...draft, worth: "fixed" })).toBeNull()
  expect(bodyOf({ ...draft, worth: "property" })).toBeNull()
  expect(bodyOf({ ...draft, worth: "property", property: "price" })?.revenue).toEqual({
    kind: "property",
    property: "price",
    currency: "EUR",
  })
})

test("conditions are read from texts, objects and groups", () => {
  expect(clausesOf(["country is DE, FR", [{ dimension: "value", operator: ">", values: [5] }, "page is /"]])).toEqual([
    { dimension: "country", operator: "is", values: ["DE", "FR"] },
    [
      { dimension: "value", operator: ">", values: ["5"] },
      { dimension: "page", operator: "is", values: ["/"] },
    ],
  ])
})

test("every reason for dropping an event is told in both languages, with what to do", () => {
  for (const { name } of DROP_REASONS) {
    for (const settings of [english, german]) {
      expect(settings.reasons[name].what).not.toBe("")
      expect(settings.reasons[name].todo).not.toBe("")
    }
  }
})

test("what was stored and counts has no reason; what was flagged says that it counts nowhere", () => {
  expect(reasonOf(seen({ outcome: "stored", reason: null }))).toBeNull()
  expect(reasonOf(seen({ outcome: "stored", reason: "bot" }))?.what).toBe(english.flagged(english.reasons.bot.what))
})

test("a reason without words is told as it is", () => {
  expect(reasonOf(seen({ outcome: "refused", reason: "brand_new" }))?.what).toBe("brand_new")
})

test("events that were lost for the same reason are one, the newest, with their number", () => {
  const newest = seen({ time: "2026-11-20T10:00:02.000Z" })
  const groups = grouped([newest, seen({ reason: "bot", message: null }), seen({}), seen({ outcome: "stored" })])
  expect(groups.map(({ newest: { reason }, count }) => [reason, count])).toEqual([
    ["unknown_site", 2],
    ["bot", 1],
  ])
  expect(groups[0]?.newest).toBe(newest)
})

test("only a host that no site has is offered to be counted", () => {
  expect(strangeHost(seen({}))).toBe("staging.example.org")
  expect(strangeHost(seen({ message: "no site has the id or alias 'shop'" }))).toBeNull()
  expect(strangeHost(seen({ path: "/pricing" }))).toBeNull()
  expect(strangeHost(seen({ path: "javascript:alert(1)" }))).toBeNull()
  expect(strangeHost(seen({ reason: "bot" }))).toBeNull()
})

test("the tag has the attributes that were chosen and no others", () => {
  const origin = "https://stats.example.com"
  expect(tagOf(origin, "example.com", [])).toBe(`<script async src="${origin}/hk.js"></script>`)
  expect(tagOf(origin, "example.com", ["named", "vitals"])).toBe(
    `<script async data-site="example.com" data-vitals src="${origin}/hk.js"></script>`,
  )
})

test("months go over the turn of the year", () => {
  expect(monthLater("2026-12", 1)).toBe("2027-01")
  expect(monthLater("2026-01", -1)).toBe("2025-12")
})

test("a note is of the day that it is in the site's time zone", () => {
  const now = new Date("2026-11-20T23:30:00Z")
  expect(today("UTC", now)).toBe("2026-11-20")
  expect(today("Europe/Berlin", now)).toBe("2026-11-21")
})

test("a backup is named by its time in UTC, as the server takes names", () => {
  expect(backupName(new Date("2026-11-20T09:05:30Z"))).toBe("2026-11-20-0905")
})

test("the setup token is read from the address", () => {
  expect(tokenOf("#token=a_b-c")).toBe("a_b-c")
  expect(tokenOf("")).toBe("")
})

test("what is wrong with the server is told, the worst first, and nothing when all is well", () => {
  const well = {
    version: "1",
    store: "events.duckdb",
    accepted: 0,
    stored: 0,
    duplicates: 0,
    dropped: {},
    inbox_waiting: 0,
    inbox_unstored_events: 0,
    inbox_bytes: 0,
    disk_used_bytes: 0,
    disk_free_bytes: 0,
    position: 0,
    lost: 0,
    restated: [],
    forwarding_problem: null,
    writer_failing: false,
    refusing: null,
    geoip_problem: null,
    referrer_spam_list_problem: null,
  } satisfies Health
  expect(troubles(well)).toEqual([])
  const ill = { ...well, geoip_problem: "no file", writer_failing: true, refusing: "disk full" }
  expect(troubles(ill).map(([kind]) => kind)).toEqual(["problem", "problem", "warning"])
  expect(troubles(ill).map(([, , theirs]) => theirs)).toEqual(["", "disk full", "no file"])
})

test("a form of settings sends lists as lists, and no number where there is none", () => {
  const form: Record<string, string> = { aliases: " a\n\nb ", monthly_quota: " ", retention_days: "30", bots: "flag" }
  const settings = [
    { name: "aliases", kind: "lines", rows: 3, label: "" },
    { name: "monthly_quota", kind: "number", label: "" },
    { name: "retention_days", kind: "number", label: "" },
    { name: "bots", kind: "options", options: [], label: "" },
  ] as const
  expect(settingsOf(settings, (name) => form[name] ?? "")).toEqual({
    aliases: ["a", "b"],
    monthly_quota: null,
    retention_days: 30,
    bots: "flag",
  })
})
