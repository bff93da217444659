/** A page of sections: a list of them at the side, on a phone a choice above. */

import type { ComponentChildren } from "preact"
import { at } from "../../base"
import { settingsWords } from "../../language/settings"
import { question } from "../../question"
import { go, path } from "../../router"
import { useTitle } from "../../title"
import "../../styles/settings.css"

export interface Section {
  name: string
  label: string
  href: string
}

export interface SectionGroup {
  label: string
  sections: readonly Section[]
}

export function Sectioned(given: {
  title: string
  groups: readonly SectionGroup[]
  current: string
  children: ComponentChildren
}) {
  const section = given.groups.flatMap(({ sections }) => sections).find(({ name }) => name === given.current)
  useTitle([section?.label, given.title, path.value.startsWith("/sites/") ? question.value.site : ""])
  return (
    <>
      <h1 class="unseen">{given.title}</h1>
      <div class="sectioned">
        <SideList {...given} />
        <SectionChoice {...given} />
        <div class="stack">{given.children}</div>
      </div>
    </>
  )
}

interface Listed {
  title: string
  groups: readonly SectionGroup[]
  current: string
}

function SideList({ title, groups, current }: Listed) {
  return (
    <nav class="side" aria-label={title}>
      {groups.map((group) => (
        <section key={group.label}>
          <h2>{group.label}</h2>
          {group.sections.map((each) => (
            <a key={each.name} href={each.href} aria-current={each.name === current ? "page" : undefined}>
              {each.label}
            </a>
          ))}
        </section>
      ))}
    </nav>
  )
}

function SectionChoice({ groups, current }: Listed) {
  const all = groups.flatMap((group) => group.sections)
  return (
    <select
      class="plain side-choice"
      aria-label={settingsWords.value.section}
      value={current}
      onChange={(event) => go(all.find((each) => each.name === event.currentTarget.value)?.href ?? at("/settings"))}
    >
      {groups.map((group) => (
        <optgroup key={group.label} label={group.label}>
          {group.sections.map((each) => (
            <option key={each.name} value={each.name} selected={each.name === current}>
              {each.label}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  )
}
