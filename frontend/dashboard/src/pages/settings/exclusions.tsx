import { useState } from "preact/hooks"
import { ask } from "../../api"
import type { Site } from "../../api_types"
import { Area, Choice } from "../../components/field"
import { Icon } from "../../components/icon"
import { Panel } from "../../components/panel"
import { countryName } from "../../figures"
import { settingsWords } from "../../language/settings"
import { valueName } from "../../values"
import { given, useChanging } from "./changing"
import { linesOf } from "./choices"
import { COUNTRIES } from "./countries"
import { Form, Options, optionsOf } from "./form"

const FIELDS = ["excluded_ips", "excluded_countries", "excluded_paths", "bots", "referrer_spam", "do_not_track"]

export function Exclusions({ site }: { site: Site }) {
  const { exclusions, saved } = settingsWords.value
  const changing = useChanging(FIELDS)
  const [countries, setCountries] = useState<readonly string[]>(site.excluded_countries)
  const save = (event: SubmitEvent): void => {
    const of = given(event)
    const body = {
      excluded_ips: linesOf(of("excluded_ips")),
      excluded_countries: [...countries],
      excluded_paths: linesOf(of("excluded_paths")),
      bots: of("bots") as Site["bots"],
      referrer_spam: of("referrer_spam") as Site["referrer_spam"],
      do_not_track: of("do_not_track") as Site["do_not_track"],
    }
    changing.send(() => ask("PATCH /api/sites/{site_id}", { path: { site_id: site.id }, body }), saved)
  }
  return (
    <Panel title={exclusions.title}>
      <Form changing={changing} onSubmit={save}>
        <p>{exclusions.intro}</p>
        <Area
          label={exclusions.ips}
          hint={exclusions.ipsHint}
          name="excluded_ips"
          rows={4}
          defaultValue={site.excluded_ips.join("\n")}
          problem={changing.problem("excluded_ips")}
        />
        <Area
          label={exclusions.paths}
          hint={exclusions.pathsHint}
          name="excluded_paths"
          rows={4}
          defaultValue={site.excluded_paths.join("\n")}
          problem={changing.problem("excluded_paths")}
        />
        <Countries chosen={countries} onChange={setCountries} problem={changing.problem("excluded_countries")} />
        <Options
          label={exclusions.bots}
          name="bots"
          options={optionsOf(exclusions.botsChoices)}
          chosen={site.bots}
          problem={changing.problem("bots")}
        />
        <Options
          label={exclusions.spam}
          name="referrer_spam"
          options={optionsOf(exclusions.spamChoices)}
          chosen={site.referrer_spam}
          problem={changing.problem("referrer_spam")}
        />
        <Options
          label={exclusions.doNotTrack}
          name="do_not_track"
          options={optionsOf(exclusions.doNotTrackChoices)}
          chosen={site.do_not_track}
          hint={exclusions.doNotTrackHint}
          problem={changing.problem("do_not_track")}
        />
      </Form>
    </Panel>
  )
}

function Countries(given: {
  chosen: readonly string[]
  onChange: (chosen: readonly string[]) => void
  problem: string | undefined
}) {
  const { chosen, onChange } = given
  const { exclusions } = settingsWords.value
  const others = COUNTRIES.filter((each) => !chosen.includes(each))
    .map((each) => [each, countryName(each)] as const)
    .sort(([, one], [, other]) => one.localeCompare(other))
  return (
    <div class="field">
      <Choice
        label={exclusions.countries}
        hint={exclusions.countriesHint}
        value=""
        options={[["", exclusions.addCountry], ...others]}
        problem={given.problem}
        onChange={(event) => event.currentTarget.value && onChange([...chosen, event.currentTarget.value])}
      />
      {chosen.length > 0 && (
        <div class="row">
          {chosen.map((each) => (
            <span key={each} class="chip">
              {valueName("country", each)}
              <button
                type="button"
                aria-label={exclusions.removeCountry(countryName(each))}
                onClick={() => onChange(chosen.filter((other) => other !== each))}
              >
                <Icon name="close" size={12} />
              </button>
            </span>
          ))}
        </div>
      )}
    </div>
  )
}
