import { useRef } from "preact/hooks"
import { Icon } from "../../components/icon"
import { say } from "../../components/toasts"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"

/** A text to take along, with a button for it. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const box = useRef<HTMLPreElement>(null)
  const { shared } = words.value
  return (
    <div class="copyable">
      <pre ref={box}>
        <code>{text}</code>
      </pre>
      <button
        type="button"
        class="button small"
        aria-label={`${shared.copy}: ${label}`}
        onClick={() => copy(text, box.current)}
      >
        <Icon name="copy" size={14} /> {shared.copy}
      </button>
    </div>
  )
}

/** Without https browsers have no clipboard for pages; then the text is marked. */
async function copy(text: string, box: HTMLElement | null): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    say(words.value.shared.copied)
  } catch {
    if (box) getSelection()?.selectAllChildren(box)
    say(settingsWords.value.copyByKeys)
  }
}
