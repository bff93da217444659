import { whole } from "../figures"
import { words } from "../language"

/** Below the first few of a list: shows all of them, or the few again. */
export function ShowAll({ count, all, onChange }: { count: number; all: boolean; onChange: (all: boolean) => void }) {
  const { allValues, fewer } = words.value.results
  return (
    <button type="button" class="button bare small" aria-expanded={all} onClick={() => onChange(!all)}>
      {all ? fewer : allValues(whole(count))}
    </button>
  )
}
