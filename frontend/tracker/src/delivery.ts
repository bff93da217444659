import { server, site } from "./options"
import { MOST_CHARACTERS, MOST_EVENTS, OLDEST_MS, prefix, store, waiting } from "./queue"

const BATCH = 50
/** A browser refuses keepalive above 64 KiB, and a character has up to three bytes. */
const KEEPALIVE_CHARACTERS = 2e4
/** 1 to 64 seconds, and from the beginning. */
const PAUSES = 7

let failures = 0
let blocked: unknown
/** How long the last request took. */
let delay = 0

/** Sends what waits, in order, one request at a time. `now` (an event, too) ends a pause. */
export const flush = (now?: unknown): void => {
  if (now) blocked = 0
  waiting.sort()
  // too old, or the oldest of too much
  while (
    waiting[MOST_EVENTS] ||
    `${waiting}`[MOST_CHARACTERS] ||
    // as a text an entry begins with its key, and that, after the prefix, with its time
    (waiting[0] as unknown as string) < prefix + (Date.now() - OLDEST_MS)
  )
    delete store[waiting.shift()![0]]
  if (blocked || !waiting[0]) return
  blocked = 1
  // once for all, else events change places when a millisecond passes between them
  const start = Date.now()
  const batch = waiting.splice(0, BATCH)
  // The server counts back from the arrival. Less the delay, what waited for a request never is before what that sent.
  const body = `{"s":"${site}","e":[${batch.map(
    // biome-ignore lint/correctness/useParseIntRadix: decimal anyway, and three bytes
    (entry) => `{"a":${start - delay - parseInt(entry[0].slice(prefix.length))},${entry[1].slice(1)}`,
  )}]}`
  const settle = (answer: Partial<Response>): void => {
    // an error has no status
    if (/u|5..|4[02][589]/.test(answer.status as unknown as string)) {
      waiting.push(...batch)
      blocked = setTimeout(
        flush,
        1e3 * (+(answer.headers?.get("Retry-After") as string) || 2 ** (failures++ % PAUSES)),
        1,
      )
    } else {
      failures = 0
      delay = Date.now() - start
      batch.map((entry) => delete store[entry[0]])
      flush(1)
    }
  }
  fetch(`${server}ingest/batch`, { method: "POST", keepalive: !body[KEEPALIVE_CHARACTERS], body }).then(settle, settle)
}
