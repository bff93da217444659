import type { ComponentChildren, InputHTMLAttributes, SelectHTMLAttributes, TextareaHTMLAttributes } from "preact"
import { useId } from "preact/hooks"
import type { ApiError } from "../api"
import { ErrorText } from "./error_text"

interface About {
  label: string
  hint?: ComponentChildren
  /** What is wrong with it. */
  problem?: ApiError | undefined
}

/** A labelled input; what helps and what is wrong belong to it for screen readers, too. */
export function Field({ label, hint, problem, ...input }: About & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="text" {...about(id, hint, problem)} {...input} />
      <Below id={id} hint={hint} problem={problem} />
    </div>
  )
}

export function Choice({
  label,
  hint,
  problem,
  options,
  ...select
}: About & { options: readonly (readonly [string, string])[] } & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} {...about(id, hint, problem)} {...select}>
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={value === select.value}>
            {text}
          </option>
        ))}
      </select>
      <Below id={id} hint={hint} problem={problem} />
    </div>
  )
}

export function Area({ label, hint, problem, ...area }: About & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea id={id} {...about(id, hint, problem)} {...area} />
      <Below id={id} hint={hint} problem={problem} />
    </div>
  )
}

const about = (id: string, hint: ComponentChildren, problem: ApiError | undefined) => ({
  "aria-invalid": problem ? ("true" as const) : undefined,
  "aria-describedby": [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ") || undefined,
})

function Below({ id, hint, problem }: { id: string; hint: ComponentChildren; problem: ApiError | undefined }) {
  return (
    <>
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {problem && (
        <span class="problem" id={`${id}-problem`} role="alert">
          <ErrorText error={problem} />
        </span>
      )}
    </>
  )
}
