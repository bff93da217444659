import { useState } from "preact/hooks"
import { ApiError } from "../api"
import { words } from "../language"
import { Dialog } from "./dialog"

/** Asks before something goes; what the server says against it is shown here. */
export function RemoveDialog(given: {
  name: string
  text: string
  onRemove: () => Promise<void>
  onClose: () => void
}) {
  const { shared, results } = words.value
  const [problem, setProblem] = useState("")
  const [busy, setBusy] = useState(false)
  const remove = async (): Promise<void> => {
    setBusy(true)
    try {
      await given.onRemove()
    } catch (error) {
      setBusy(false)
      if (error instanceof ApiError) setProblem(error.message || words.value.problems.unreachable)
    }
  }
  return (
    <Dialog
      title={results.reallyRemove(given.name)}
      narrow
      onClose={given.onClose}
      footer={
        <>
          <button type="button" class="button" onClick={given.onClose}>
            {shared.cancel}
          </button>
          <button type="button" class="button danger" disabled={busy} onClick={remove}>
            {shared.remove}
          </button>
        </>
      }
    >
      <p>{given.text}</p>
      {problem && (
        <p class="note problem" role="alert">
          {problem}
        </p>
      )}
    </Dialog>
  )
}
