import { Icon } from "../../components/icon"
import { settingsWords } from "../../language/settings"

/** That a proxy's word of who comes was not believed, in the server's words. */
export function Forwarding({ problem }: { problem: string | null | undefined }) {
  if (!problem) return null
  return (
    <p class="note warning">
      <Icon name="warning" />
      <span>
        {settingsWords.value.health.forwarding} <bdi lang="en">{problem}</bdi>
      </span>
    </p>
  )
}
