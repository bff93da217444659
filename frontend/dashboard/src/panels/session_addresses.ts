/** From the list of sessions to one of them and back to where one was. */
import { at } from "../base"
import { filteredBy, question } from "../question"
import { address, changed } from "../router"

const listPath = (): string => at(`/sites/${encodeURIComponent(question.value.site)}/sessions`)

export const openedId = (path: string): string | undefined => path.split("/")[4] || undefined

/** Everything else stays in the address, so that the way back leads to the same page of the list. */
export const sessionAddress = (id: string): string => withPath(`${listPath()}/${encodeURIComponent(id)}`, null)

export const listAddress = (opened: string): string => withPath(listPath(), opened)

/** The list from its beginning, of the sessions with this value. */
export function sessionsWith(dimension: string, value: string): string {
  const to = new URL(filteredBy(dimension, value), address.value)
  to.pathname = listPath()
  return changed({ opened: null, offset: null, events: null }, to)
}

function withPath(path: string, opened: string | null): string {
  const to = new URL(address.value)
  to.pathname = path
  return changed({ opened, events: null }, to)
}
