import { render } from "preact"
import { App } from "./app"
import { keepFocus } from "./focus"
import { refreshWhenSeenAgain } from "./freshness"
import { speak, wantedLanguage } from "./language"
import { followLinks } from "./router"
import { listenForShortcuts } from "./shortcuts"
import "./styles/tokens.css"
import "./styles/base.css"
import "./styles/frame.css"
import "./styles/parts.css"
import "./styles/site.css"
import { startTheme } from "./theme"

startTheme()
followLinks()
listenForShortcuts()
keepFocus()
refreshWhenSeenAgain()
await speak(wantedLanguage())
render(<App />, document.getElementById("app")!)
