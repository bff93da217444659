import { refresh } from "./answers"

const OLD_MS = 60_000

/** A page that was out of sight for a while, such as over night, asks everything anew when it is looked at again. */
export function refreshWhenSeenAgain(): void {
  let hiddenAt = 0
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now()
    else if (Date.now() - hiddenAt > OLD_MS) refresh()
  })
}
