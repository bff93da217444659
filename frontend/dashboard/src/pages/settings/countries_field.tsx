import { useState } from "preact/hooks"
import type { ApiError } from "../../api"
import { Choice } from "../../components/field"
import { Icon } from "../../components/icon"
import { countryName } from "../../figures"
import { settingsWords } from "../../language/settings"
import { valueName } from "../../values"
import { COUNTRIES } from "./countries"

/** Countries, each chosen from all that there are; a form has their codes one a line. */
export function Countries(given: {
  name: string
  label: string
  hint?: string
  initial: readonly string[]
  problem: ApiError | undefined
}) {
  const { initial, name, ...about } = given
  const { exclusions } = settingsWords.value
  const [chosen, setChosen] = useState(initial)
  const others = COUNTRIES.filter((each) => !chosen.includes(each))
    .map((each) => [each, countryName(each)] as const)
    .sort(([, one], [, other]) => one.localeCompare(other))
  return (
    <div class="field">
      <input type="hidden" name={name} value={chosen.join("\n")} />
      <Choice
        {...about}
        value=""
        options={[["", exclusions.addCountry], ...others]}
        onChange={(event) => event.currentTarget.value && setChosen([...chosen, event.currentTarget.value])}
      />
      {chosen.length > 0 && (
        <div class="row">
          {chosen.map((each) => (
            <Chosen key={each} code={each} onRemove={() => setChosen(chosen.filter((other) => other !== each))} />
          ))}
        </div>
      )}
    </div>
  )
}

function Chosen({ code, onRemove }: { code: string; onRemove: () => void }) {
  return (
    <span class="chip">
      {valueName("country", code)}
      <button
        type="button"
        aria-label={settingsWords.value.exclusions.removeCountry(countryName(code))}
        onClick={onRemove}
      >
        <Icon name="close" size={12} />
      </button>
    </span>
  )
}
