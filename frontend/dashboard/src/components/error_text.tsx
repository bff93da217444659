import type { ApiError } from "../api"
import { saidOf } from "../language/said"

/** What an error says; the server's English is marked, so that screen readers say it right. */
export function ErrorText({ error }: { error: ApiError }) {
  const { text, theirs } = saidOf(error)
  return (
    <>
      {text}
      {theirs && (
        <>
          {" "}
          <bdi class="theirs" lang="en">
            {theirs}
          </bdi>
        </>
      )}
    </>
  )
}

/** Why a form or a question was refused. */
export function Refused({ error }: { error: ApiError | null | undefined }) {
  if (!error) return null
  return (
    <p class="note problem" role="alert">
      <span>
        <ErrorText error={error} />
      </span>
    </p>
  )
}
