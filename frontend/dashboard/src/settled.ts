import { useEffect, useState } from "preact/hooks"

const TYPING_MS = 250
/** In forms, whose texts take longer to think of than a search. */
export const WRITING_MS = 350

/** The text once nobody has typed for a moment. */
export function useSettled(text: string, milliseconds = TYPING_MS): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), milliseconds)
    return () => clearTimeout(timer)
  }, [text, milliseconds])
  return settled
}
