import type { Site } from "../../api_types"
import { Panel } from "../../components/panel"
import { settingsWords } from "../../language/settings"
import { Waiting } from "./first_event"
import { Snippet } from "./snippet"

export function Install({ site }: { site: Site }) {
  return (
    <>
      <Panel title={settingsWords.value.install.title}>
        <Snippet site={site} />
      </Panel>
      <Waiting site={site} />
    </>
  )
}
