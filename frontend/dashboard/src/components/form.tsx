/** What forms are made of. */
import type { ComponentChildren } from "preact"
import { useId, useState } from "preact/hooks"
import type { ApiError } from "../api"
import type { Changing } from "../changing"
import { words } from "../language"
import { ErrorText, Refused } from "./error_text"
import { Choice } from "./field"

export function Form(given: {
  changing: Changing
  submit?: string
  /** Beside the button. */
  aside?: ComponentChildren
  label?: string
  onSubmit: (event: SubmitEvent) => void
  children: ComponentChildren
}) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (!given.changing.busy) given.onSubmit(event)
  }
  return (
    <form class="settings-form" aria-label={given.label} onSubmit={submit}>
      {given.children}
      <Refused error={given.changing.other} />
      <div class="row">
        {/* Disabled it would lose the focus, and the keyboard its place. */}
        <button type="submit" class="button primary" aria-disabled={given.changing.busy || undefined}>
          {given.submit ?? words.value.shared.save}
        </button>
        {given.aside}
      </div>
    </form>
  )
}

/** How the form of a dialog ends. */
export function SendOrCancel(given: { action: string; danger?: boolean; disabled: boolean; onCancel: () => void }) {
  return (
    <div class="row">
      <button type="submit" class={`button ${given.danger ? "danger" : "primary"}`} disabled={given.disabled}>
        {given.action}
      </button>
      <button type="button" class="button" onClick={given.onCancel}>
        {words.value.shared.cancel}
      </button>
    </div>
  )
}

export interface Option {
  value: string
  label: string
  hint?: string | undefined
}

interface OptionsProps {
  label: string
  name: string
  options: readonly Option[]
  chosen: string
  hint?: string
  problem?: ApiError | undefined
  onChoose?: (value: string) => void
}

/** Few choices, all of them seen, each with what it means. */
export function Options(given: OptionsProps) {
  const id = useId()
  return (
    <fieldset class="options" aria-describedby={given.hint && `${id}-hint`}>
      <legend class="label">{given.label}</legend>
      {given.options.map((each) => (
        <OptionOf key={each.value} option={each} {...given} />
      ))}
      {given.hint && (
        <span class="hint" id={`${id}-hint`}>
          {given.hint}
        </span>
      )}
      {given.problem && (
        <span class="problem" role="alert">
          <ErrorText error={given.problem} />
        </span>
      )}
    </fieldset>
  )
}

function OptionOf({ option, name, chosen, onChoose }: { option: Option } & OptionsProps) {
  const id = useId()
  const { value, label, hint } = option
  return (
    <div class="option">
      <input
        id={id}
        type="radio"
        name={name}
        value={value}
        defaultChecked={value === chosen}
        aria-describedby={hint && `${id}-hint`}
        onChange={() => onChoose?.(value)}
      />
      <label for={id}>{label}</label>
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  )
}

/** Options from words by their values. */
export const optionsOf = (labels: Record<string, string>, hints: Record<string, string> = {}): Option[] =>
  Object.entries(labels).map(([value, label]) => ({ value, label, hint: hints[value] }))

export function Check(given: {
  label: string
  name?: string
  checked?: boolean
  onChange?: (checked: boolean) => void
}) {
  return (
    <label class="option">
      <input
        type="checkbox"
        name={given.name}
        defaultChecked={given.checked}
        onChange={(event) => given.onChange?.(event.currentTarget.checked)}
      />
      <span>{given.label}</span>
    </label>
  )
}

/** A choice that keeps what was chosen until the form is sent. */
export function Pick(given: {
  label: string
  hint?: string
  name?: string
  initial: string
  options: readonly (readonly [string, string])[]
  problem?: ApiError | undefined
  onPick?: (value: string) => void
}) {
  const { initial, onPick, ...choice } = given
  const [value, setValue] = useState(initial)
  const pick = (chosen: string): void => {
    setValue(chosen)
    onPick?.(chosen)
  }
  return <Choice {...choice} value={value} onChange={(event) => pick(event.currentTarget.value)} />
}
