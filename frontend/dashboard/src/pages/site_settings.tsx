/** The settings of a site, a section at a time. */
import { useAnswer } from "../answers"
import type { Site } from "../api_types"
import { Empty, Shown } from "../components/panel"
import { words } from "../language"
import { settingsWords } from "../language/settings"
import { pageOf, question } from "../question"
import { path } from "../router"
import { Data } from "./settings/data"
import { IngestDebugger } from "./settings/debugger"
import { Exclusions } from "./settings/exclusions"
import { General } from "./settings/general"
import { Goals } from "./settings/goals"
import { Install } from "./settings/install"
import { Keys } from "./settings/keys"
import { Notes } from "./settings/notes"
import { Origins } from "./settings/origins"
import { Sectioned, type SectionGroup } from "./settings/sectioned"
import { Segments } from "./settings/segments"
import { Usage } from "./settings/usage"

const SECTIONS = {
  general: General,
  install: Install,
  goals: Goals,
  segments: Segments,
  notes: Notes,
  origins: Origins,
  exclusions: Exclusions,
  keys: Keys,
  usage: Usage,
  debugger: IngestDebugger,
  data: Data,
} as const
type Name = keyof typeof SECTIONS

const isSection = (name: string): name is Name => name in SECTIONS

export function SiteSettingsPage() {
  const { site } = question.value
  const found = useAnswer("GET /api/sites/{site_id}", { path: { site_id: site } })
  const name = path.value.split("/")[4] || "general"
  return (
    <Sectioned title={words.value.frame.settings} groups={groups()} current={name}>
      <Shown found={found}>{(data) => <SectionOf name={name} site={data} />}</Shown>
    </Sectioned>
  )
}

function SectionOf({ name, site }: { name: string; site: Site }) {
  if (!isSection(name)) return <Empty title={words.value.problems.noPage} />
  const Section = SECTIONS[name]
  return (
    <div class="stack" key={`${site.id} ${name}`}>
      <Section site={site} />
    </div>
  )
}

function groups(): SectionGroup[] {
  const { frame } = words.value
  const settings = settingsWords.value
  const of = (...names: Name[]) =>
    names.map((name) => ({ name, label: settings[name].title, href: pageOf(`settings/${name}`) }))
  const experiments = { name: "experiments", label: frame.experiments, href: pageOf("experiments") }
  return [
    { label: settings.groups.site, sections: of("general", "install") },
    { label: settings.groups.measure, sections: [...of("goals", "segments", "notes"), experiments] },
    { label: settings.groups.traffic, sections: of("origins", "exclusions", "usage", "debugger") },
    { label: settings.groups.data, sections: of("keys", "data") },
  ]
}
