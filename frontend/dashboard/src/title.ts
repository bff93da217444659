import { useEffect } from "preact/hooks"

const PRODUCT = "hitkeep_py"

/** What the tab and the history call the page, the most particular first; null leaves it to a part of the page. */
export function useTitle(parts: readonly (string | undefined)[] | null): void {
  const title = parts && [...parts, PRODUCT].filter(Boolean).join(" · ")
  useEffect(() => {
    if (title !== null) document.title = title
  }, [title])
}
