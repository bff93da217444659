import { flush } from "./delivery"
import { counting, isOn } from "./options"
import { prefix, store, waiting } from "./queue"
import type { Send } from "./wire"

const LONGEST = 2e4
const hash = isOn("hash")
let count = 1e3 + Math.random()
export let referrer = document.referrer
let seen = referrer
let place: string | undefined

export const address = (): string => location.href.replace(hash ? "" : location.hash, "")

/** Keeps the event and has it sent. */
export const send: Send = (fields) => {
  try {
    if (counting) {
      const i = `${Date.now()}-${count++}`
      if (fields.d) store.hk_user = fields.d
      const text = JSON.stringify({
        w: [screen.width, screen.height, innerWidth],
        z: hash,
        ...fields,
        r: fields.r || referrer,
        i,
        t: fields.t || document.title,
        u: new URL(fields.u || address(), location.href),
        d: store.hk_user,
      })
      // too large for any server, and it would push out all others
      if (!text[LONGEST]) {
        waiting.push([prefix + i, text])
        flush()
        // last, since a full store refuses it
        store[prefix + i] = text
      }
    }
  } catch {}
}

/** Counts the page unless it is the one counted last; another query alone makes no other page. */
export const view = (): void => {
  const before = place
  place = location.pathname + (hash && location.hash)
  if (place !== before) {
    referrer = seen
    seen = address()
    send({})
  }
}
