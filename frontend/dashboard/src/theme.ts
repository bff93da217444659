/** Light, dark, or as the system has it. */
import { signal } from "@preact/signals"

export const THEMES = ["system", "light", "dark"] as const
export type Theme = (typeof THEMES)[number]

const STORED = "hk_theme"
export const theme = signal<Theme>("system")
/** Grows when the colours change, so that canvases are drawn anew. */
export const colours = signal(0)

export function startTheme(): void {
  show((localStorage.getItem(STORED) as Theme | null) ?? "system")
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colours.value += 1
  })
}

export function chooseTheme(wanted: Theme): void {
  localStorage.setItem(STORED, wanted)
  show(wanted)
}

function show(wanted: Theme): void {
  theme.value = wanted
  if (wanted === "system") delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = wanted
  colours.value += 1
}

/** A colour of tokens.css as the theme has it now. */
export function colour(name: string): string {
  const probe = document.createElement("span")
  // A canvas is drawn as it is also where the system chooses the colours.
  probe.style.setProperty("forced-color-adjust", "none")
  probe.style.color = `var(--${name})`
  document.body.append(probe)
  const found = getComputedStyle(probe).color
  probe.remove()
  return found
}
