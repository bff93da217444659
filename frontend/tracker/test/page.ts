/** A page in happy-dom that loads the tracker, and a real server that it sends to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, beforeEach, expect, vi } from "vitest"

export interface Received {
  i: string
  a: number
  [field: string]: unknown
}

export interface Batch {
  site: string
  events: Received[]
}

/** What the server got, and how it answers. */
export const server = {
  address: "",
  batches: [] as Batch[],
  status: 202,
  slowness: 0,
  headers: {} as Record<string, string>,
  events: (): Received[] => server.batches.flatMap((each) => each.events),
  names: (): unknown[] => server.events().map((each) => each.n),
}

let open = 0

const taken = (request: IncomingMessage, answer: ServerResponse): void => {
  let body = ""
  open += 1
  answer.on("close", () => {
    open -= 1
  })
  request.on("data", (piece) => {
    body += piece
  })
  request.on("end", () => {
    if (request.url?.endsWith("/ingest/batch") && body) {
      const { s, e } = JSON.parse(body)
      server.batches.push({ site: s, events: e })
    }
    if (request.method === "OPTIONS") {
      answer.writeHead(204, { "access-control-allow-origin": "*" }).end()
      return
    }
    const cors = { "access-control-allow-origin": "*", "access-control-expose-headers": "Retry-After" }
    answer.writeHead(server.status, { ...cors, ...server.headers })
    setTimeout(() => answer.end("{}"), server.slowness)
  })
}

const NAMES = ["hk", "sparklytics", "clickport", "grademypage", "umami", "plausible"]
let listening: Server

beforeEach(async () => {
  vi.stubGlobal("AUTOMATIC", "none")
  // happy-dom says that it is a robot
  Object.defineProperty(navigator, "webdriver", { value: false, configurable: true })
  localStorage.clear()
  visit("http://shop.test/")
  for (const name of NAMES) delete (window as unknown as Record<string, unknown>)[name]
  Object.assign(server, { batches: [], status: 202, slowness: 0, headers: {} })
  listening = createServer(taken)
  await new Promise<void>((ready) => listening.listen(0, "127.0.0.1", ready))
  server.address = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
})

afterEach(async () => {
  // answers on their way would find the storage of the next test, in which happy-dom cannot delete what is not there
  await vi.waitFor(() => expect(open).toBe(0), { timeout: 5000, interval: 10 })
  await pause(50)
  listening.closeAllConnections()
  listening.close()
})

export const visit = (address: string): void =>
  (window as unknown as { happyDOM: { setURL(address: string): void } }).happyDOM.setURL(address)

/** Puts the script's tag where a script finds its own. */
export const tag = (attributes: Record<string, string> = {}, source = "hk.js"): void => {
  const script = document.createElement("script")
  script.src = `${server.address}/${source}`
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value)
  Object.defineProperty(document, "currentScript", { value: script, configurable: true })
  vi.resetModules()
}

/** Runs the script as a page does. */
export const load = async (attributes: Record<string, string> = {}, source?: string): Promise<void> => {
  tag(attributes, source)
  await import("../src/core")
}

// biome-ignore lint/suspicious/noExplicitAny: as a page sees them
export const page = window as any

export const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 4000, interval: 10 })

export const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds))
