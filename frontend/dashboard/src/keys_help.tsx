/** The keys that do something on this page, as its elements say: `?` shows them. */
import { signal } from "@preact/signals"
import { Dialog } from "./components/dialog"
import { words } from "./language"
import { shortcuts, switchShortcuts } from "./shortcuts"

interface Key {
  key: string
  does: string
}

/** Of titles that say their key themselves. */
const WITH_KEY = / \(.\)$/
const shown = signal<readonly Key[] | null>(null)

export function showKeys(): void {
  shown.value = [...document.querySelectorAll<HTMLElement>("[data-shortcut]")].map((each) => ({
    key: each.dataset.shortcut ?? "",
    does: (each.getAttribute("aria-label") || each.innerText || each.title).replace(WITH_KEY, ""),
  }))
}

const ARROWS: Record<string, string> = { ArrowLeft: "←", ArrowRight: "→" }

export function KeysHelp() {
  const { frame } = words.value
  return (
    <>
      <button type="button" hidden data-shortcut="?" aria-label={frame.showKeys} onClick={showKeys} />
      {shown.value && (
        <Dialog
          title={frame.shortcuts}
          narrow
          onClose={() => {
            shown.value = null
          }}
          footer={
            <button type="button" class="button small" onClick={switchShortcuts}>
              {frame.shortcuts}: {shortcuts.value ? frame.on : frame.off}
            </button>
          }
        >
          <dl class="keys">
            {shown.value.map(({ key, does }) => (
              <div key={key}>
                <dt>
                  <kbd>{ARROWS[key] ?? key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </>
  )
}
