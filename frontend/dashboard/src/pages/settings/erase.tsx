import { useState } from "preact/hooks"
import { ask } from "../../api"
import type { Site } from "../../api_types"
import { Field } from "../../components/field"
import { Panel } from "../../components/panel"
import { say } from "../../components/toasts"
import { dayName, whole } from "../../figures"
import { settingsWords } from "../../language/settings"
import { AskFirst } from "./confirm"

/** Deletes the site's events before a day. */
export function Erase({ site }: { site: Site }) {
  const { data } = settingsWords.value
  const [before, setBefore] = useState("")
  const erase = async (): Promise<void> => {
    const { events } = await ask("POST /api/sites/{site_id}/erase", { path: { site_id: site.id }, body: { before } })
    say(data.erased(whole(events)))
  }
  return (
    <Panel title={data.erase}>
      <p>{data.eraseIntro}</p>
      <div class="settings-form">
        <Field
          label={data.eraseBefore}
          hint={data.eraseHint}
          type="date"
          value={before}
          onInput={(event) => setBefore(event.currentTarget.value)}
        />
        {before && (
          <div class="row">
            <AskFirst
              label={data.eraseButton(dayName(before))}
              className="danger"
              title={data.erase}
              text={data.eraseText(site.domain, dayName(before))}
              typed={site.domain}
              action={data.eraseButton(dayName(before))}
              done=""
              onConfirm={erase}
            >
              {data.eraseButton(dayName(before))}
            </AskFirst>
          </div>
        )}
      </div>
    </Panel>
  )
}
