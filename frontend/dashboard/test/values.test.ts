// @vitest-environment happy-dom
/** Values in the reader's language. */
import { afterEach, expect, test } from "vitest"
import { shortMoney } from "../src/figures"
import { speak } from "../src/language"
import { DIMENSIONS } from "../src/registry"
import { codeOf, valueText } from "../src/values"

afterEach(() => speak("en"))

const plain = (text: string): string => text.replace(/\s/g, " ")

test("what the server chooses from a list is said in the reader's language", async () => {
  expect(valueText("device", "mobile")).toBe("Mobile")
  await speak("de")
  expect(valueText("channel", "Organic Search")).toBe("Organische Suche")
  expect(valueText("device", "mobile")).toBe("Handy")
  expect(valueText("property:device", "mobile")).toBe("mobile")
  expect(valueText("device", "constructor")).toBe("constructor")
})

test("every value of a list has a name of its own, and leads back to the server's value", async () => {
  for (const wanted of ["en", "de"] as const) {
    await speak(wanted)
    for (const { name, values } of DIMENSIONS) {
      for (const value of values) expect(codeOf(name, valueText(name, value)), value).toBe(value)
      expect(new Set(values.map((each) => valueText(name, each))).size).toBe(values.length)
    }
  }
})

test("what is filtered by may be written in the reader's language or the server's", async () => {
  await speak("de")
  expect(codeOf("device", "handy")).toBe("mobile")
  expect(codeOf("device", "mobile")).toBe("mobile")
  expect(codeOf("country", "Österreich")).toBe("AT")
  expect(codeOf("page", "/Handy")).toBe("/Handy")
})

test("much money is short, or in whole units where the language has no short word", async () => {
  await speak("de")
  expect(plain(shortMoney(99_950, "EUR"))).toBe("999,50 €")
  expect(plain(shortMoney(1_234_560, "EUR"))).toBe("12.346 €")
  expect(plain(shortMoney(180_000_000, "EUR"))).toBe("1,8 Mio. €")
})
