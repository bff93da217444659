import { SessionDetail } from "../panels/session"
import { openedId } from "../panels/session_addresses"
import { SessionList } from "../panels/sessions"
import { path } from "../router"
import "../styles/behaviour.css"
import "../styles/sessions.css"

export function SessionsPage() {
  const id = openedId(path.value)
  return id ? <SessionDetail key={id} id={decodeURIComponent(id)} /> : <SessionList />
}
