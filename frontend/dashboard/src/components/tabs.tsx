export interface Tab {
  name: string
  label: string
}

/** Arrow keys go from tab to tab; what the chosen one shows is the element with the id `controls`. */
export function Tabs(given: {
  label: string
  tabs: readonly Tab[]
  chosen: string
  controls: string
  onChoose: (name: string) => void
}) {
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    const at = given.tabs.findIndex((each) => each.name === given.chosen)
    const next = step && given.tabs.at((at + step) % given.tabs.length)
    if (!next) return
    event.preventDefault()
    given.onChoose(next.name)
    document.getElementById(idOf(given.controls, next.name))?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={given.label} onKeyDown={move}>
      {given.tabs.map(({ name, label }) => (
        <button
          key={name}
          id={idOf(given.controls, name)}
          type="button"
          role="tab"
          aria-selected={name === given.chosen}
          aria-controls={given.controls}
          tabIndex={name === given.chosen ? 0 : -1}
          onClick={() => given.onChoose(name)}
        >
          {label}
        </button>
      ))}
    </div>
  )
}

const idOf = (controls: string, name: string): string => `${controls}-${name.replace(/[^\w-]/g, "_")}`

/** Attributes of the element that tabs control. */
export const tabPanel = (id: string, chosen: string) =>
  ({ id, role: "tabpanel", "aria-labelledby": idOf(id, chosen), tabIndex: -1 }) as const
