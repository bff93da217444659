/** Asks before something goes for good; what matters most has to be typed. */
import { type ComponentChildren, Fragment } from "preact"
import { useState } from "preact/hooks"
import { useChanging } from "../changing"
import { words } from "../language"
import { Dialog } from "./dialog"
import { Refused } from "./error_text"
import { Field } from "./field"
import { SendOrCancel } from "./form"
import { Icon } from "./icon"

export interface Question {
  title: string
  text: ComponentChildren
  /** On the button that does it. */
  action: string
  /** What has to be typed before. */
  typed?: string
  done: string
  onConfirm: () => Promise<unknown>
  onDone?: () => void
}

export function Confirm({ onClose, ...question }: Question & { onClose: () => void }) {
  const changing = useChanging()
  const [typed, setTyped] = useState("")
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(await changing.send(question.onConfirm, question.done))) return
    onClose()
    question.onDone?.()
  }
  return (
    <Dialog title={question.title} narrow onClose={onClose}>
      <form class="settings-form" onSubmit={submit}>
        <p>{question.text}</p>
        {question.typed && (
          <Field
            label={words.value.shared.typeToConfirm(question.typed)}
            autocomplete="off"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        <Refused error={changing.other} />
        <SendOrCancel
          action={question.action}
          danger
          disabled={changing.busy || (question.typed !== undefined && typed.trim() !== question.typed)}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  )
}

/** A button that asks first; without children it is an icon alone. */
export function AskFirst(given: Question & { label: string; className?: string; children?: ComponentChildren }) {
  const { label, className = "bare small", children, ...question } = given
  const [open, setOpen] = useState(false)
  return (
    <Fragment>
      <button
        type="button"
        class={`button ${className}`}
        aria-label={label}
        title={children === undefined ? label : undefined}
        onClick={() => setOpen(true)}
      >
        {children ?? <Icon name="trash" />}
      </button>
      {open && <Confirm {...question} onClose={() => setOpen(false)} />}
    </Fragment>
  )
}
