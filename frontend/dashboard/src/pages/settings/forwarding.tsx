import { TroubleNote } from "../../components/trouble"
import { settingsWords } from "../../language/settings"

/** That a proxy's word of who comes was not believed. */
export function Forwarding({ problem }: { problem: string | null | undefined }) {
  return problem ? <TroubleNote trouble={["warning", settingsWords.value.health.forwarding, problem]} /> : null
}
