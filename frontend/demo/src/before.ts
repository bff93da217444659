/** Runs before the tracker: calls that wait for it, and a look at what it sends. */

import { keep, kept } from "./kept"

/** One event in the tracker's words; docs/formats/tracker.md has all of them. */
export interface Wire {
  i?: string
  k?: string
  n?: string
  en?: string
  c?: string
  u?: string
  p?: Record<string, unknown>
}

export interface Demo {
  /** What the server has answered, oldest first. */
  sent: Wire[]
  /** Requests under way. */
  pending: number
  /** Whether requests of the tracker fail. */
  offline: boolean
}

const INGEST = "ingest/batch"
const SENT = "demo_sent"
const NAMES = ["hk", "sparklytics", "clickport", "grademypage", "umami"]

type Waiting = ((...given: unknown[]) => void) & { q: IArguments[] | unknown[][] }

const demo: Demo = { sent: kept<Wire>(SENT), pending: 0, offline: false }
window.demo = demo

const original = window.fetch.bind(window)
window.fetch = async (input, init) => {
  if (typeof input !== "string" || !input.endsWith(INGEST)) return original(input, init)
  if (demo.offline) throw new TypeError("offline, as the switch on this page says")
  demo.pending++
  try {
    const answer = await original(input, init)
    demo.sent.push(...(JSON.parse(String(init?.body)) as { e: Wire[] }).e)
    keep(SENT, demo.sent)
    return answer
  } finally {
    demo.pending--
  }
}

/** As in docs/tracker.md. */
const page = window as unknown as Record<string, unknown>
for (const name of NAMES) {
  const calls: Record<string, unknown> = { q: [] }
  page[name] ??= new Proxy(calls, {
    get: (target, method: string) =>
      target[method] ??
      ((...given: unknown[]) => {
        ;(target.q as unknown[]).push([method, ...given])
      }),
  })
}
const waiting: unknown[][] = []
page.plausible ??= Object.assign((...given: unknown[]) => void waiting.push(given), { q: waiting }) as Waiting

window.hk.event("called_early", { before: "the tracker" })
