/** Every word that people see, in their language; numbers, money and times as their browser's locale has them. */
import { signal } from "@preact/signals"
import { english } from "./en"

export type Words = typeof english

export const LANGUAGES = { en: "English", de: "Deutsch" } as const
export type Language = keyof typeof LANGUAGES

const STORED = "hk_language"
const LOADERS: Record<Exclude<Language, "en">, () => Promise<Words>> = {
  de: async () => (await import("./de")).german,
}

export const language = signal<Language>("en")
export const words = signal<Words>(english)

/** The one chosen before, else the first that the browser asks for and that we have. */
export function wantedLanguage(): Language {
  const asked = [localStorage.getItem(STORED), ...navigator.languages].map((each) => each?.slice(0, 2))
  return asked.find((each): each is Language => each !== undefined && each in LANGUAGES) ?? "en"
}

export async function speak(wanted: Language): Promise<void> {
  words.value = wanted === "en" ? english : await LOADERS[wanted]()
  language.value = wanted
  document.documentElement.lang = wanted
}

export async function choose(wanted: Language): Promise<void> {
  localStorage.setItem(STORED, wanted)
  await speak(wanted)
}
