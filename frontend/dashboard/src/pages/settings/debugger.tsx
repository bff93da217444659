import { useState } from "preact/hooks"
import type { Found } from "../../answers"
import type { SeenEvent, Site } from "../../api_types"
import { Empty, Lines, Panel, Shown } from "../../components/panel"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { usePolled } from "../../polled"
import { changed, go, parameter } from "../../router"
import { Forwarding } from "./forwarding"
import { SeenEvents } from "./seen_events"

const EVERY_MS = 2_000
const OUTCOMES = ["stored", "dropped", "refused"] as const

export function IngestDebugger({ site }: { site: Site }) {
  const { debugger: text } = settingsWords.value
  const [paused, setPaused] = useState(false)
  const strange = parameter("of") === "no-site"
  const of = usePolled(
    "GET /api/sites/{site_id}/debug",
    strange || paused ? null : { path: { site_id: site.id } },
    EVERY_MS,
  )
  const unmatched = usePolled("GET /api/debug", strange && !paused ? {} : null, EVERY_MS)
  return (
    <Panel
      title={text.title}
      aside={
        <button type="button" class="button small push" onClick={() => setPaused(!paused)}>
          <span class={`dot ${paused ? "" : "live"}`} />
          {paused ? text.resume : text.pause}
        </button>
      }
    >
      <Forwarding problem={(strange ? unmatched : of).data?.forwarding_problem} />
      <p class="quiet">{text.intro}</p>
      <Switches />
      <Events found={strange ? unmatched : of} />
    </Panel>
  )
}

function Switches() {
  const { debugger: text, outcomes } = settingsWords.value
  const { shared } = words.value
  return (
    <div class="row apart">
      <Choices
        label={text.of}
        name="of"
        options={[
          [null, text.thisSite],
          ["no-site", text.noSite],
        ]}
      />
      <Choices
        label={text.outcome}
        name="outcome"
        options={[[null, shared.all], ...OUTCOMES.map((each) => [each, outcomes[each]] as const)]}
      />
    </div>
  )
}

/** Buttons of which one is pressed; which is in the address. */
function Choices(given: { label: string; name: string; options: readonly (readonly [string | null, string])[] }) {
  return (
    <fieldset class="choices">
      <legend class="unseen">{given.label}</legend>
      {given.options.map(([value, label]) => (
        <button
          key={label}
          type="button"
          class="button small"
          aria-pressed={parameter(given.name) === value}
          onClick={() => go(changed({ [given.name]: value }), { replace: true })}
        >
          {label}
        </button>
      ))}
    </fieldset>
  )
}

function Events({ found }: { found: Found<{ events: SeenEvent[] }> }) {
  const { debugger: text } = settingsWords.value
  const outcome = parameter("outcome")
  return (
    <Shown found={found} skeleton={<Lines count={6} />}>
      {({ events }) => {
        const shown = events.filter((each) => outcome === null || each.outcome === outcome)
        if (shown.length > 0) return <SeenEvents events={shown} label={text.title} />
        return <Empty title={events.length ? text.noneOf : text.none} />
      }}
    </Shown>
  )
}
