/** First run: account, first site, snippet, first event. Where one is follows from the server and the address. */

import type { ComponentChildren } from "preact"
import { useEffect, useState } from "preact/hooks"
import { useAnswer } from "../answers"
import { ask, loggedIn } from "../api"
import { at } from "../base"
import { given, useChanging } from "../changing"
import { Field } from "../components/field"
import { Form } from "../components/form"
import { Icon, Logo } from "../components/icon"
import { Empty, Lines, Shown } from "../components/panel"
import { Toasts } from "../components/toasts"
import { settingsWords } from "../language/settings"
import { address, changed, go, parameter } from "../router"
import { useTitle } from "../title"
import { Waiting } from "./settings/first_event"
import { NewPassword } from "./settings/new_password"
import { NewSite } from "./settings/sites"
import { Snippet } from "./settings/snippet"
import "../styles/settings.css"

const STEPS = ["account", "site", "install"] as const
type Step = (typeof STEPS)[number]

export function SetupPage() {
  const status = useAnswer("GET /api/status", {})
  useTitle([settingsWords.value.setup.title])
  return (
    <>
      <main class="alone setup">
        <Shown found={status}>{(data) => <StepOf needsAccount={data.needs_setup && !loggedIn.value} />}</Shown>
      </main>
      <Toasts />
    </>
  )
}

function StepOf({ needsAccount }: { needsAccount: boolean }) {
  const { setup } = settingsWords.value
  const site = parameter("site")
  if (needsAccount) return <AccountStep />
  if (loggedIn.value === null) return <Lines />
  if (loggedIn.value) return site ? <InstallStep domain={site} /> : <SiteStep />
  return (
    <Empty title={setup.isDone}>
      <a href={at("/login")}>{setup.toLogin}</a>
    </Empty>
  )
}

function Card({ step, children }: { step: Step; children: ComponentChildren }) {
  const { setup } = settingsWords.value
  const at = STEPS.indexOf(step)
  return (
    <div class="panel large">
      <div class="content stack">
        <h1 class="logo">
          <Logo /> {setup.title}
        </h1>
        <ol class="steps">
          {STEPS.map((each, index) => (
            <li key={each} aria-current={each === step ? "step" : undefined} class={index < at ? "done" : undefined}>
              <span class="step-number">{index < at ? <Icon name="check" size={14} /> : index + 1}</span>
              {setup.steps[each]}
              {index < at && <span class="unseen">{setup.done}</span>}
            </li>
          ))}
        </ol>
        {children}
      </div>
    </div>
  )
}

/** The token comes with the address, from where it goes at once, so that it stays in no history. */
function useToken(): string {
  const [token, setToken] = useState("")
  const { hash } = address.value
  useEffect(() => {
    const found = tokenOf(hash)
    if (!found) return
    setToken(found)
    go(changed({}), { replace: true })
  }, [hash])
  return token
}

export const tokenOf = (hash: string): string => new URLSearchParams(hash.slice(1)).get("token") ?? ""

function AccountStep() {
  const { setup } = settingsWords.value
  const token = useToken()
  const changing = useChanging(["setup_token", "email", "password"])
  const create = (event: SubmitEvent): void => {
    const of = given(event)
    const body = { setup_token: of("setup_token").trim(), email: of("email"), password: of("password") }
    const change = async (): Promise<void> => {
      await ask("POST /api/initial-user", { body })
      loggedIn.value = true
    }
    changing.send(change, "")
  }
  return (
    <Card step="account">
      <p>{setup.accountIntro}</p>
      <Form changing={changing} submit={setup.createAccount} onSubmit={create}>
        <Field
          label={setup.token}
          hint={setup.tokenHint}
          name="setup_token"
          required
          autocomplete="off"
          spellcheck={false}
          defaultValue={token}
          problem={changing.problem("setup_token")}
        />
        <Field
          label={setup.email}
          name="email"
          type="email"
          required
          autocomplete="username"
          problem={changing.problem("email")}
        />
        <NewPassword label={setup.password} name="password" problem={changing.problem("password")} />
      </Form>
    </Card>
  )
}

function SiteStep() {
  const { setup } = settingsWords.value
  return (
    <Card step="site">
      <p>{setup.siteIntro}</p>
      <NewSite submit={setup.createSite} onAdd={({ domain }) => go(changed({ site: domain }))} />
      <p>
        <a href={at("/")}>{setup.later}</a>
      </p>
    </Card>
  )
}

function InstallStep({ domain }: { domain: string }) {
  const { setup } = settingsWords.value
  const site = useAnswer("GET /api/sites/{site_id}", { path: { site_id: domain } })
  return (
    <Card step="install">
      <Shown found={site}>
        {(data) => (
          <div class="stack">
            <Snippet site={data} />
            <Waiting site={data} />
            <p>
              <a href={at(`/sites/${data.domain}`)}>{setup.later}</a>
            </p>
          </div>
        )}
      </Shown>
    </Card>
  )
}
