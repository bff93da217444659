import { useState } from "preact/hooks"
import { ApiError, ask } from "../api"
import { Refused } from "../components/error_text"
import { Field } from "../components/field"
import { Logo } from "../components/icon"
import { words } from "../language"
import { useTitle } from "../title"

export function LoginPage({ onLogin }: { onLogin: () => void }) {
  const { login } = words.value
  useTitle([login.title])
  const [problem, setProblem] = useState<ApiError | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    setBusy(true)
    try {
      await ask("POST /api/login", {
        body: { email: String(given.get("email")), password: String(given.get("password")) },
      })
      onLogin()
    } catch (error) {
      if (error instanceof ApiError) setProblem(error)
    }
    setBusy(false)
  }
  return (
    <main class="alone">
      <div class="panel">
        <form class="content stack" onSubmit={submit}>
          <h1 class="logo">
            <Logo /> {login.title}
          </h1>
          <Refused error={problem} />
          <Field label={login.email} name="email" type="email" autocomplete="username" required autofocus />
          <Field label={login.password} name="password" type="password" autocomplete="current-password" required />
          <button type="submit" class="button primary" disabled={busy}>
            {login.submit}
          </button>
          <p class="quiet">{login.lost}</p>
        </form>
      </div>
    </main>
  )
}
