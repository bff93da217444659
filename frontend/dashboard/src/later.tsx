import { signal } from "@preact/signals"
import type { JSX } from "preact"
import { Lines, Trouble } from "./components/panel"
import { words } from "./language"

type Loaded<Page> = Page | "failed" | null

/** A page whose script is loaded when it is first shown. */
export function later<Page extends () => JSX.Element>(load: () => Promise<Page>): () => JSX.Element {
  const loaded = signal<Loaded<Page>>(null)
  let asked = false
  return () => {
    if (!asked) {
      asked = true
      load().then(
        (page) => {
          loaded.value = page
        },
        () => {
          // A new release has other names: the page as it is now knows them.
          if (mayReload()) location.reload()
          else loaded.value = "failed"
        },
      )
    }
    return <Later page={loaded.value} />
  }
}

function Later({ page: Page }: { page: Loaded<() => JSX.Element> }) {
  if (Page === "failed") return <Trouble text={words.value.problems.notLoaded} onRetry={() => location.reload()} />
  return Page ? <Page /> : <Lines />
}

const RELOADED = "hk_reloaded"
const AGAIN_MS = 60_000

/** Once: what fails again right afterwards fails for another reason. */
export function mayReload(now: number = Date.now()): boolean {
  if (now - Number(sessionStorage.getItem(RELOADED)) < AGAIN_MS) return false
  sessionStorage.setItem(RELOADED, String(now))
  return true
}
