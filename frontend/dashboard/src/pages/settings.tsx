/** The settings of the server and of who is logged in. */
import { at } from "../base"
import { Empty } from "../components/panel"
import { words } from "../language"
import { settingsWords } from "../language/settings"
import { path } from "../router"
import { About } from "./settings/about"
import { Health } from "./settings/health"
import { Password } from "./settings/password"
import { Sectioned, type SectionGroup } from "./settings/sectioned"
import { Sites } from "./settings/sites"
import { UsageOfAll } from "./settings/usage"
import { Users } from "./settings/users"

const SECTIONS = {
  sites: Sites,
  users: Users,
  usage: UsageOfAll,
  health: Health,
  password: Password,
  about: About,
} as const
type Name = keyof typeof SECTIONS

const isSection = (name: string): name is Name => name in SECTIONS

export function SettingsPage() {
  const name = path.value.split("/")[2] || "sites"
  const Section = isSection(name) ? SECTIONS[name] : null
  return (
    <Sectioned title={words.value.frame.settings} groups={groups()} current={name}>
      {Section ? <Section key={name} /> : <Empty title={words.value.problems.noPage} />}
    </Sectioned>
  )
}

function groups(): SectionGroup[] {
  const settings = settingsWords.value
  const of = (...names: Name[]) =>
    names.map((name) => ({ name, label: settings[name].title, href: at(`/settings/${name}`) }))
  return [
    { label: settings.groups.server, sections: of("sites", "users", "usage", "health") },
    { label: settings.groups.you, sections: of("password", "about") },
  ]
}
