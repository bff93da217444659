import { options, server, site } from "./options"
import type { Store } from "./wire"

export const MOST_EVENTS = 100
export const MOST_CHARACTERS = 6e4
export const OLDEST_MS = 6048e5

/** Where an event is stored, and its JSON. The key ends with the event's id, which begins with its time. */
type Entry = [key: string, text: string]

/** localStorage, or a plain object where the page may not or shall not store. */
export let store: Store = {}
try {
  if (options.storage !== "none") store = localStorage || store
} catch {}

/** One key an event, so that tabs that write at once lose nothing. Each server and site has a queue of its own. */
export const prefix = `hk_queue${server}${site} `

/** Events that wait to be sent, oldest first. */
export const waiting: Entry[] = []
for (const key in store) if (key.startsWith(prefix)) waiting.push([key, store[key] as string])
