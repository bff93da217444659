/** What makes a site's pages, or its server, send events. */

import { useState } from "preact/hooks"
import type { Site } from "../../api_types"
import { server } from "../../base"
import { Check } from "../../components/form"
import { Tabs, tabPanel } from "../../components/tabs"
import { settingsWords } from "../../language/settings"
import { pageOf } from "../../question"
import { Copyable } from "./copyable"

const VARIANTS = ["page", "server", "other"] as const
type Variant = (typeof VARIANTS)[number]
const ID = "install-variant"

export function Snippet({ site }: { site: Site }) {
  const { install } = settingsWords.value
  const [variant, setVariant] = useState<Variant>("page")
  const shown = { page: PageSnippet, server: ServerSnippet, other: OtherProducts }[variant]
  const Shown = shown
  return (
    <>
      <Tabs
        label={install.title}
        tabs={VARIANTS.map((name) => ({ name, label: install.variants[name] }))}
        chosen={variant}
        controls={ID}
        onChoose={(name) => setVariant(name as Variant)}
      />
      <div class="settings-form" {...tabPanel(ID, variant)}>
        <Shown site={site} />
      </div>
    </>
  )
}

/** Attributes of the tag that can be chosen, by their words. */
export const SWITCHES = {
  named: "data-site",
  local: "data-local",
  vitals: "data-vitals",
  experiments: "data-experiments",
  hash: "data-hash",
} as const
export type Switch = keyof typeof SWITCHES

export function tagOf(origin: string, domain: string, chosen: readonly Switch[]): string {
  const attributes = chosen.map((each) => (each === "named" ? ` ${SWITCHES.named}="${domain}"` : ` ${SWITCHES[each]}`))
  return `<script async${attributes.join("")} src="${origin}/hk.js"></script>`
}

function PageSnippet({ site }: { site: Site }) {
  const { install } = settingsWords.value
  const [chosen, setChosen] = useState<readonly Switch[]>([])
  const all = Object.keys(SWITCHES) as Switch[]
  const toggle = (name: Switch, on: boolean): void =>
    setChosen(all.filter((each) => (each === name ? on : chosen.includes(each))))
  return (
    <>
      <p>{install.intro}</p>
      <Copyable text={tagOf(server, site.domain, chosen)} label={install.variants.page} />
      <details>
        <summary>{install.options}</summary>
        <div class="options">
          {all.map((each) => (
            <Check key={each} label={install[each]} onChange={(on) => toggle(each, on)} />
          ))}
        </div>
      </details>
      <p class="quiet">{install.moreOptions}</p>
    </>
  )
}

function ServerSnippet({ site }: { site: Site }) {
  const { install } = settingsWords.value
  return (
    <>
      <p>{install.serverIntro}</p>
      <Copyable text={serverCall(server, "hks_…")} label={install.variants.server} />
      <p>
        <a href={pageOf("settings/keys", site.domain)}>{install.createKey}</a>
      </p>
    </>
  )
}

export const serverCall = (origin: string, key: string): string =>
  [
    `curl ${origin}/api/analytics/server-events \\`,
    `  -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\`,
    `  -d '{"eventType":"conversion","eventName":"purchase","idempotencyKey":"order-1",`,
    `       "eventData":{"plan":"pro","revenue":249.00}}'`,
  ].join("\n")

/** A test event for the terminal. */
export const testCall = (origin: string, site: Site): string =>
  [
    `curl ${origin}/ingest/event -H "Content-Type: application/json" \\`,
    `  -d '{"site_id":"${site.id}",`,
    `       "name":"test","url":"https://${site.domain}/"}'`,
  ].join("\n")

function OtherProducts({ site }: { site: Site }) {
  const { install } = settingsWords.value
  const tags = [
    ["Plausible", `<script defer data-domain="${site.domain}" src="${server}/js/script.js"></script>`],
    ["Umami", `<script defer src="${server}/script.js" data-website-id="${install.oldId}"></script>`],
    ["Sparklytics", `<script defer src="${server}/s.js" data-website-id="${install.oldId}"></script>`],
    ["Clickport", `<script defer src="${server}/tracker.js" data-domain="${site.domain}"></script>`],
    ["GoatCounter", `<script data-goatcounter="${server}/count" async src="${server}/count.js"></script>`],
    ["Liwan", `<script type="module" data-entity="${install.oldId}" src="${server}/script.js"></script>`],
    ["Grademypage", `<script async src="${server}/api/analytics/script.js?projectId=${install.oldId}"></script>`],
  ] as const
  return (
    <>
      <p>
        {install.otherIntro} <a href={pageOf("settings/general", site.domain)}>{install.setAlias}</a>
      </p>
      {tags.map(([product, tag]) => (
        <div key={product} class="field">
          <h3>{product}</h3>
          <Copyable text={tag} label={product} />
        </div>
      ))}
    </>
  )
}
