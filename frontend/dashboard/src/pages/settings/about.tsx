import { useAnswer } from "../../answers"
import { at } from "../../base"
import { Panel } from "../../components/panel"
import { settingsWords } from "../../language/settings"

export function About() {
  const { about } = settingsWords.value
  const version = useAnswer("GET /api/me", {}).data?.version
  return (
    <Panel title={about.title}>
      <div class="settings-form">
        <p>
          <b>{about.version(version ?? "")}</b>
        </p>
        <p>{about.text}</p>
        <ul class="checks">
          <li>
            <a href={at("/docs")}>{about.apiDocs}</a>
          </li>
          <li>
            <a href={at("/openapi.json")}>{about.openapi}</a>
          </li>
        </ul>
        <p>{about.shortcuts}</p>
        <p class="quiet">
          <a href="https://db-ip.com" rel="noreferrer">
            DB-IP
          </a>
          : {about.places}
        </p>
      </div>
    </Panel>
  )
}
