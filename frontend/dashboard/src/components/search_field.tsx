/** A text to search a list for; its label stands within it. */
export const SearchField = (given: { label: string; value: string; onInput: (text: string) => void }) => (
  <input
    class="plain"
    type="search"
    aria-label={given.label}
    placeholder={given.label}
    value={given.value}
    onInput={(event) => given.onInput(event.currentTarget.value)}
  />
)
