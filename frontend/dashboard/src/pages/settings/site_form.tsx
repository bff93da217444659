/** A form for some of a site's settings, made from their description. */
import type { ComponentChildren } from "preact"
import { type ApiError, ask } from "../../api"
import type { Routes, Site } from "../../api_types"
import { given, useChanging } from "../../changing"
import { Area, Field } from "../../components/field"
import { Form, type Option, Options, Pick } from "../../components/form"
import { settingsWords } from "../../language/settings"
import { linesOf } from "./choices"
import { Countries } from "./countries_field"

type Changes = NonNullable<Routes["PATCH /api/sites/{site_id}"]["body"]>

interface About {
  name: keyof Changes & keyof Site
  label: string
  hint?: string
}

/** How a setting is shown, and so how it is read. */
export type Setting = About &
  (
    | { kind: "text" | "number" | "countries" }
    | { kind: "lines"; rows: number; placeholder?: string }
    | { kind: "options"; options: readonly Option[] }
    | { kind: "pick"; options: readonly (readonly [string, string])[] }
  )

/** Two beside each other are a list. */
type Settings = readonly (Setting | readonly Setting[])[]

export function SiteForm(props: {
  site: Site
  intro?: ComponentChildren
  settings: Settings
  /** Before all is asked anew. */
  onSaved?: (site: Site) => void
}) {
  const { site, settings, onSaved } = props
  const all = settings.flat()
  const changing = useChanging(all.map((each) => each.name))
  const save = (event: SubmitEvent): void => {
    const body = bodyOf(all, given(event))
    const change = async (): Promise<void> => {
      const saved = await ask("PATCH /api/sites/{site_id}", { path: { site_id: site.id }, body })
      onSaved?.(saved)
    }
    changing.send(change, settingsWords.value.saved)
  }
  const shown = (each: Setting) => (
    <SettingField
      key={each.name}
      setting={each}
      value={textOf(site[each.name])}
      problem={changing.problem(each.name)}
    />
  )
  return (
    <Form changing={changing} onSubmit={save}>
      {props.intro}
      {settings.map((each) =>
        "name" in each ? (
          shown(each)
        ) : (
          <div key={each[0]?.name} class="pair">
            {each.map(shown)}
          </div>
        ),
      )}
    </Form>
  )
}

/** As a form holds it; lists one a line. */
const textOf = (value: Site[keyof Site]): string => (Array.isArray(value) ? value.join("\n") : String(value ?? ""))

export const bodyOf = (settings: readonly Setting[], of: (name: string) => string): Changes =>
  Object.fromEntries(settings.map(({ name, kind }) => [name, READ[kind](of(name))]))

const READ: Record<Setting["kind"], (text: string) => unknown> = {
  text: (text) => text,
  options: (text) => text,
  pick: (text) => text,
  number: (text) => (text.trim() === "" ? null : Number(text)),
  lines: linesOf,
  countries: linesOf,
}

function SettingField(props: { setting: Setting; value: string; problem: ApiError | undefined }) {
  const { setting, value, problem } = props
  const { name, label, hint } = setting
  const about = { name, label, problem, ...(hint !== undefined && { hint }) }
  switch (setting.kind) {
    case "text":
      return <Field {...about} required defaultValue={value} />
    case "number":
      return <Field {...about} inputMode="numeric" pattern="[0-9]*" defaultValue={value} />
    case "lines":
      return <Area {...about} rows={setting.rows} placeholder={setting.placeholder} defaultValue={value} />
    case "countries":
      return <Countries {...about} initial={linesOf(value)} />
    case "options":
      return <Options {...about} options={setting.options} chosen={value} />
    case "pick":
      return <Pick {...about} options={setting.options} initial={value} />
  }
}
