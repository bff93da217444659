/** Words of the settings and the first run, apart: the page of a site shall not load them. */
import { computed } from "@preact/signals"
import { language } from "."
import { settings as german } from "./de/settings"
import { settings as english } from "./en/settings"

const SPOKEN = { en: english, de: german } as const

export const settingsWords = computed<typeof english>(() => SPOKEN[language.value])
