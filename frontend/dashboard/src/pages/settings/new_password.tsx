import { useState } from "preact/hooks"
import type { ApiError } from "../../api"
import { Field } from "../../components/field"
import { Check } from "../../components/form"
import { settingsWords } from "../../language/settings"

/** What the server asks of passwords at least. */
const LEAST = 8

/** Shown on demand, so that nobody has to type it twice. */
export function NewPassword({ label, name, problem }: { label: string; name: string; problem: ApiError | undefined }) {
  const { setup } = settingsWords.value
  const [seen, setSeen] = useState(false)
  const field = {
    label,
    hint: setup.passwordHint,
    name,
    required: true,
    minLength: LEAST,
    autocomplete: "new-password",
    problem,
  } as const
  return (
    <>
      {seen ? <Field {...field} type="text" /> : <Field {...field} type="password" />}
      <Check label={setup.showPassword} onChange={setSeen} />
    </>
  )
}
