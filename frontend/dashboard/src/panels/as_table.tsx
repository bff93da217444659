/** A chart shown as a table, as the address says. */
import { words } from "../language"
import { changed, go, parameter } from "../router"

export const isAsTable = (): boolean => parameter("view") === "table"

export function AsTableButton() {
  const { site } = words.value
  const shown = isAsTable()
  return (
    <button
      type="button"
      class="button small bare"
      onClick={() => go(changed({ view: shown ? null : "table" }), { replace: true })}
    >
      {shown ? site.asChart : site.asTable}
    </button>
  )
}
