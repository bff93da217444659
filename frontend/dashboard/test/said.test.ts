// @vitest-environment happy-dom
/** What people read of an error. */
import { beforeEach, expect, test, vi } from "vitest"
import { ApiError, ask } from "../src/api"
import { speak } from "../src/language"
import { german } from "../src/language/de"
import { english } from "../src/language/en"
import { saidOf } from "../src/language/said"
import { ERROR_CODES } from "../src/registry"

beforeEach(() => speak("en"))

const refused = (code: string, message: string, field: string | null = null, of = ""): ApiError =>
  new ApiError(400, code, message, field, of)

test("in English the server's sentence is all there is to read", () => {
  const taken = refused("conflict", "there is a goal named Order already", null, "goals")
  expect(saidOf(taken)).toEqual({ text: "There is a goal named Order already", theirs: "" })
})

test("a field is not called by the name that it has in the API", () => {
  expect(saidOf(refused("invalid_input", "monthly_quota must be a whole number", "monthly_quota")).text).toBe(
    "Must be a whole number",
  )
  expect(saidOf(refused("invalid_input", "text must have 1 to 200 characters", "text")).text).toBe(
    "Text must have 1 to 200 characters",
  )
})

test("what people meet every day is said whole in their language", async () => {
  await speak("de")
  const wrong = refused("not_authenticated", "Invalid email or password", null, "login")
  expect(saidOf(wrong)).toEqual({ text: "E-Mail oder Passwort ist falsch.", theirs: "" })
  const taken = refused("conflict", "there is a goal named Order already", null, "goals")
  expect(saidOf(taken)).toEqual({ text: "Ein Ziel mit diesem Namen gibt es schon.", theirs: "" })
  const short = refused("invalid_input", "password must have at least 8 characters", "password")
  expect(saidOf(short).text).toContain("8 bis 1024 Zeichen")
  expect(saidOf(short).theirs).toBe("")
})

test("of a field with several faults the server says which it is", async () => {
  await speak("de")
  for (const [field, message] of [
    ["revenue", "currency must be a code of ISO 4217, such as EUR"],
    ["value", "value must have 1 to 255 characters"],
    ["steps", "step 2: pages are stored without their query string"],
    ["variants", "two variants have the same name"],
  ] as const) {
    const said = saidOf(refused("invalid_input", message, field))
    expect(said.text, field).toBe(german.errors.kinds[`invalid_input ${field}`])
    expect(said.theirs.toLowerCase(), field).toBe(message.toLowerCase())
  }
})

test("where the server tells more its sentence stands apart, to be marked as English", async () => {
  await speak("de")
  const address = refused("invalid_input", "'office' is not an IP address", "excluded_ips")
  expect(saidOf(address)).toEqual({
    text: "Etwas davon ist weder eine IP-Adresse noch ein Netz wie 10.0.0.0/8.",
    theirs: "'office' is not an IP address",
  })
  expect(saidOf(refused("brand_new", "the moon is full"))).toEqual({
    text: german.problems.unknown,
    theirs: "The moon is full",
  })
})

test("what never came from the server has words of its own", async () => {
  for (const wanted of ["en", "de"] as const) {
    await speak(wanted)
    const { kinds } = (wanted === "en" ? english : german).errors
    expect(saidOf(new ApiError(0, "unreachable", ""))).toEqual({ text: kinds.unreachable, theirs: "" })
    expect(saidOf(new ApiError(502, "http_error", "Bad Gateway"))).toEqual({
      text: kinds.http_error,
      theirs: "Bad Gateway",
    })
  }
})

test("every code of the server has words in both languages", () => {
  for (const code of ERROR_CODES) {
    expect(english.errors.kinds[code], code).toBeTruthy()
    expect(german.errors.kinds[code], code).toBeTruthy()
  }
})

test("an error knows what it is of, whatever its address names", async () => {
  const error = { code: "conflict", message: "taken", field: null }
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ error }), { status: 409 }))
  const path = { site_id: "a.example", goal_id: "1" }
  await expect(ask("PATCH /api/sites/{site_id}/goals/{goal_id}", { path, body: {} })).rejects.toMatchObject({
    of: "goals",
  })
  vi.unstubAllGlobals()
})
