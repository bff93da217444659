// @vitest-environment happy-dom
/** The day of a note: everywhere that of the site's clocks. */
import { beforeEach, expect, test } from "vitest"
import { speak } from "../src/language"
import { dayOf, noteTime } from "../src/panels/note_time"

beforeEach(() => speak("en"))

const EVENING = "2026-11-20T23:30:00Z"

test("a time late in the day of UTC is on the next day in Kathmandu", () => {
  expect(dayOf(EVENING, "Asia/Kathmandu")).toBe("2026-11-21")
  expect(dayOf(EVENING, "America/New_York")).toBe("2026-11-20")
  expect(noteTime(EVENING, "Asia/Kathmandu")).toMatch(/Nov 21, 2026.*5:15/)
  expect(noteTime(EVENING, "UTC")).toMatch(/Nov 20, 2026.*11:30/)
})

test("a note that names a day is for that day of the site's", () => {
  for (const zone of ["Asia/Kathmandu", "America/New_York"]) {
    expect(dayOf("2026-11-20", zone)).toBe("2026-11-20")
    expect(noteTime("2026-11-20", zone)).toBe("Nov 20, 2026")
  }
})
