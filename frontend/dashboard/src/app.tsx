/** Which page an address shows, and who may see it. */

import { effect, signal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { forget, useAnswer } from "./answers"
import { ApiError, ask, loggedIn } from "./api"
import { at } from "./base"
import { Boundary } from "./components/boundary"
import { Empty, Problem } from "./components/panel"
import { Toasts } from "./components/toasts"
import { Frame } from "./frame"
import { words } from "./language"
import { later } from "./later"
import { LoginPage } from "./pages/login"
import { SitePage } from "./pages/site"
import { SitesPage } from "./pages/sites"
import { question } from "./question"
import { address, destination, go, parameter, path } from "./router"

/** First match counts. Pages that few open are loaded when they are. */
const PAGES: readonly (readonly [RegExp, () => preact.JSX.Element])[] = [
  [/^\/(sites\/?)?$/, () => <SitesPage />],
  [/^\/sites\/[^/]+\/?$/, () => <SitePage />],
  [/^\/sites\/[^/]+\/realtime$/, later(async () => (await import("./pages/realtime")).RealtimePage)],
  [/^\/sites\/[^/]+\/sessions(\/[^/]+)?$/, later(async () => (await import("./pages/sessions")).SessionsPage)],
  [/^\/sites\/[^/]+\/journeys$/, later(async () => (await import("./pages/journeys")).JourneysPage)],
  [/^\/sites\/[^/]+\/retention$/, later(async () => (await import("./pages/retention")).RetentionPage)],
  [/^\/sites\/[^/]+\/funnels$/, later(async () => (await import("./pages/funnels")).FunnelsPage)],
  [/^\/sites\/[^/]+\/experiments$/, later(async () => (await import("./pages/experiments")).ExperimentsPage)],
  [/^\/sites\/[^/]+\/web-vitals$/, later(async () => (await import("./pages/web_vitals")).WebVitalsPage)],
  [/^\/sites\/[^/]+\/settings(\/[^/]+)?$/, later(async () => (await import("./pages/site_settings")).SiteSettingsPage)],
  [/^\/settings(\/[^/]+)?$/, later(async () => (await import("./pages/settings")).SettingsPage)],
]
const SetupPage = later(async () => (await import("./pages/setup")).SetupPage)

/** Whether the server said who is there and what it needs; else what is wrong with its answer. */
const started = signal<boolean | ApiError>(false)

/** Where someone wanted to go who has to log in first. */
effect(() => {
  if (started.value === true && loggedIn.value === false && !["/login", "/setup"].includes(path.value)) {
    const { pathname, search } = address.value
    go(at(`/login?to=${encodeURIComponent(pathname + search)}`), { replace: true })
  }
})

export function App() {
  useEffect(() => {
    start()
  }, [])
  if (path.value === "/login") return <LoginPage onLogin={entered} />
  if (path.value === "/setup") return <SetupPage />
  if (started.value instanceof ApiError && !loggedIn.value) return <NoAnswer error={started.value} />
  if (!loggedIn.value) return null
  return (
    <>
      <Frame>
        <Boundary>{pageOf(path.value)}</Boundary>
      </Frame>
      <Toasts />
    </>
  )
}

function pageOf(where: string) {
  const page = PAGES.find(([pattern]) => pattern.test(where))?.[1]
  if (!page) return <Nowhere title={words.value.problems.noPage} />
  const { site } = question.value
  return where.startsWith("/sites/") && site ? (
    <OfSite key={site} site={site}>
      {page()}
    </OfSite>
  ) : (
    page()
  )
}

/** Of a site that there is not each panel would say so. Its key: what another site has is not asked of this one. */
function OfSite({ site, children }: { site: string; children: preact.JSX.Element }) {
  const { error } = useAnswer("GET /api/sites/{site_id}", { path: { site_id: site } })
  return error?.code === "not_found" ? <Nowhere title={words.value.problems.noSite(site)} /> : children
}

const Nowhere = ({ title }: { title: string }) => (
  <Empty title={title}>
    <a href={at("/")}>{words.value.problems.toSites}</a>
  </Empty>
)

const NoAnswer = ({ error }: { error: ApiError }) => (
  <main class="alone">
    <Problem error={error} onRetry={start} />
  </main>
)

async function start(): Promise<void> {
  const [status, me] = await Promise.allSettled([ask("GET /api/status"), ask("GET /api/me")])
  if (status.status === "fulfilled" && status.value.needs_setup) {
    // Where one is already, the address may have the token.
    if (path.value !== "/setup") go(at("/setup"), { replace: true })
    started.value = true
    return
  }
  if (me.status === "fulfilled") loggedIn.value = true
  // Of one who is not logged in the answer says so, which is no problem.
  started.value = loggedIn.value !== null || me.status === "fulfilled" || me.reason
}

export function entered(): void {
  forget()
  loggedIn.value = true
  go(destination(parameter("to")), { replace: true })
}
