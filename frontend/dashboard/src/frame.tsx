/** What is around every page: the bar with sites and account, the site's sections, the main part. */

import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { forget, useAnswer } from "./answers"
import { ApiError, ask, loggedIn } from "./api"
import { at } from "./base"
import { Icon, Logo } from "./components/icon"
import { Menu, MenuItem } from "./components/menu"
import { say } from "./components/toasts"
import { KeysHelp, showKeys } from "./keys_help"
import { choose, LANGUAGES, type Language, language, words } from "./language"
import { DEFAULT_RANGE, pageOf, question } from "./question"
import { go, path } from "./router"
import { chooseTheme, THEMES, theme } from "./theme"
import { useTitle } from "./title"

export function Frame({ children }: { children: ComponentChildren }) {
  const site = path.value.startsWith("/sites/") ? question.value.site : ""
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has another content to begin to read at
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true })
    first.current = false
  }, [path.value])
  useTitle(titleOf(site))
  return (
    <>
      <a class="skip" href="#main">
        {words.value.frame.skip}
      </a>
      <header class="bar">
        <div class="inner">
          <a class="logo" href={at("/")}>
            <Logo />
            <span>hitkeep_py</span>
          </a>
          <SiteMenu site={site} />
          <div class="row push">
            <AccountMenu />
          </div>
        </div>
        {site && <Sections />}
      </header>
      <KeysHelp />
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
    </>
  )
}

/** Settings have a name a section, which they know. */
function titleOf(site: string): (string | undefined)[] | null {
  const [first, , section = ""] = path.value.slice(1).split("/")
  if (first === "settings" || section === "settings") return null
  if (first && first !== "sites") return [words.value.problems.noPage]
  if (!site) return [words.value.site.sites.title]
  return [section ? sections().find(([name]) => name === section)?.[1] : "", site]
}

function sections() {
  const { frame } = words.value
  return [
    ["", frame.dashboard],
    ["realtime", frame.realtime],
    ["sessions", frame.sessions],
    ["journeys", frame.journeys],
    ["retention", frame.retention],
    ["funnels", frame.funnels],
    ["experiments", frame.experiments],
    ["web-vitals", frame.webVitals],
    ["settings", frame.settings],
  ] as const
}

function Sections() {
  const { frame } = words.value
  const current = path.value.split("/")[3] ?? ""
  const row = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone another one may be out of sight
  useEffect(() => {
    const chosen = row.current?.querySelector<HTMLElement>('[aria-current="page"]')
    if (chosen && row.current) row.current.scrollLeft = chosen.offsetLeft - row.current.clientWidth / 3
  }, [current])
  return (
    <nav class="sections" aria-label={frame.sections} ref={row}>
      {sections().map(([name, label]) => (
        <a key={name} href={pageOf(name)} aria-current={name === current ? "page" : undefined}>
          {label}
        </a>
      ))}
    </nav>
  )
}

function SiteMenu({ site }: { site: string }) {
  const { frame } = words.value
  const { data } = useAnswer("GET /api/sites", {})
  return (
    <Menu label={<span class="cut">{site || frame.allSites}</span>} title={`${frame.site}: ${site || frame.allSites}`}>
      {(close) => (
        <>
          <MenuItem href={at("/")} onChoose={close} chosen={site === ""}>
            {frame.allSites}
          </MenuItem>
          <hr />
          {data?.map((each) => (
            <MenuItem key={each.id} href={sameOf(each.domain)} chosen={site === each.domain} onChoose={close}>
              {each.domain}
            </MenuItem>
          ))}
          <hr />
          <MenuItem href={at("/settings/sites")} onChoose={close}>
            <Icon name="plus" /> {frame.addSite}
          </MenuItem>
        </>
      )}
    </Menu>
  )
}

/** From one site's page to the same of another one, about the same period; filters and what is chosen stay behind. */
function sameOf(site: string): string {
  const section = path.value.startsWith("/sites/") ? (path.value.split("/")[3] ?? "") : ""
  const { range, from, to, compare } = question.value
  const period = range ? { range } : { from, to }
  const asked = new URLSearchParams(
    range === DEFAULT_RANGE && !compare ? {} : { ...period, ...(compare && { compare }) },
  )
  return at(`/sites/${encodeURIComponent(site)}${section && `/${section}`}?${asked}`)
}

function AccountMenu() {
  const { frame } = words.value
  const { data } = useAnswer("GET /api/me", {})
  return (
    <Menu label={<Icon name="user" />} title={frame.account} end className="icon">
      {(close) => (
        <>
          {data?.user && (
            <p class="item quiet" role="presentation">
              {data.user.email}
            </p>
          )}
          <MenuItem href={at("/settings")} onChoose={close}>
            <Icon name="settings" /> {frame.settings}
          </MenuItem>
          <hr />
          {THEMES.map((each) => (
            <MenuItem key={each} chosen={theme.value === each} onChoose={() => chooseTheme(each)}>
              {frame.themes[each]}
            </MenuItem>
          ))}
          <hr />
          {Object.entries(LANGUAGES).map(([name, label]) => (
            <MenuItem key={name} chosen={language.value === name} onChoose={() => choose(name as Language)}>
              <span lang={name}>{label}</span>
            </MenuItem>
          ))}
          <hr />
          <MenuItem
            onChoose={() => {
              close()
              showKeys()
            }}
          >
            {frame.shortcuts} <kbd class="push">?</kbd>
          </MenuItem>
          <MenuItem href={at("/docs")}>{frame.apiDocs}</MenuItem>
          <MenuItem onChoose={logOut}>{frame.logOut}</MenuItem>
        </>
      )}
    </Menu>
  )
}

async function logOut(): Promise<void> {
  try {
    await ask("POST /api/logout")
  } catch (error) {
    // Who is logged out already is where they wanted to be.
    if (!(error instanceof ApiError && error.status === 401)) return say(words.value.frame.notLoggedOut, "problem")
  }
  forget()
  loggedIn.value = false
  go(at("/login"))
}
