import { flush } from "./delivery"
import { counting, isOn } from "./options"
import { prefix, store, waiting } from "./queue"
import { safely } from "./safely"
import type { Send } from "./wire"

const LONGEST = 2e4
const hash = isOn("hash")
let count = 1e3 + Math.random()
let seen = document.referrer
export let referrer = seen
let place: string | undefined
let soon: unknown

export const address = (): string => location.href.replace(hash ? "" : location.hash, "")

/** Keeps the event and has it sent. */
export const send: Send = safely((fields) => {
  if (counting) {
    if (soon) view()
    const i = `${Date.now()}-${count++}`
    const text = JSON.stringify({
      w: [screen.width, screen.height, innerWidth],
      ...fields,
      u: new URL(fields.u || address(), location.href),
      d: fields.d || store.hk_user,
      i,
      t: fields.t || document.title,
      r: fields.r || referrer,
      z: hash,
    })
    // too large for any server, and it would push out all others
    if (!text[LONGEST]) {
      waiting.push([prefix + i, text])
      flush()
      // last, since a full store refuses it
      if (fields.d) store.hk_user = fields.d
      store[prefix + i] = text
    }
  }
})

/** Counts the page unless it is the one counted last; another query alone makes no other page. */
export const view = (): void => {
  // biome-ignore lint/suspicious/noAssignInExpressions: smaller
  if (place !== (place = location.pathname + (hash && location.hash))) {
    referrer = seen
    seen = address()
    send({})
  }
}

/** Routers set the title after the address; an event before that counts its page first. */
export const viewSoon = (): void => {
  soon = setTimeout(view)
}
