import { useState } from "preact/hooks"
import { ask } from "../../api"
import type { Site } from "../../api_types"
import { AskFirst } from "../../components/confirm"
import { Field } from "../../components/field"
import { Panel } from "../../components/panel"
import { say } from "../../components/toasts"
import { dayName, whole } from "../../figures"
import { settingsWords } from "../../language/settings"

/** Deletes the site's events before a day, or those of one of its users. */
export function Erase({ site }: { site: Site }) {
  const { data } = settingsWords.value
  const [before, setBefore] = useState("")
  const [user, setUser] = useState("")
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
          <EraseButton
            site={site}
            what={{ before }}
            action={data.eraseButton(dayName(before))}
            text={data.eraseText(site.domain, dayName(before))}
          />
        )}
        <Field
          label={data.eraseUser}
          hint={data.eraseUserHint}
          autocomplete="off"
          spellcheck={false}
          value={user}
          onInput={(event) => setUser(event.currentTarget.value)}
        />
        {user.trim() && (
          <EraseButton
            site={site}
            what={{ user_id: user }}
            action={data.eraseUserButton(user)}
            text={data.eraseUserText(site.domain, user)}
          />
        )}
      </div>
    </Panel>
  )
}

function EraseButton(given: {
  site: Site
  what: { before: string } | { user_id: string }
  action: string
  text: string
}) {
  const { site, what, action, text } = given
  const { data } = settingsWords.value
  const erase = async (): Promise<void> => {
    const { events } = await ask("POST /api/sites/{site_id}/erase", { path: { site_id: site.id }, body: what })
    say(data.erased(whole(events)))
  }
  return (
    <div class="row">
      <AskFirst
        label={action}
        className="danger"
        title={data.erase}
        text={<bdi>{text}</bdi>}
        typed={site.domain}
        action={action}
        done=""
        onConfirm={erase}
      >
        <bdi>{action}</bdi>
      </AskFirst>
    </div>
  )
}
