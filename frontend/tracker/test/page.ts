/** A page in happy-dom that loads the tracker, a server that it sends to, and a clock that only the tests move. */
import { afterEach, beforeEach, vi } from "vitest"

export interface Received {
  i: string
  a: number
  [field: string]: unknown
}

export interface Batch {
  site: string
  events: Received[]
}

/** What the server got, and how it answers: after `slowness` milliseconds. */
export const server = {
  address: "http://analytics.test",
  batches: [] as Batch[],
  status: 202,
  slowness: 0,
  headers: {} as Record<string, string>,
  /** What it says to who asks for the experiments that run. */
  experiments: undefined as unknown,
  events: (): Received[] => server.batches.flatMap((each) => each.events),
  names: (): unknown[] => server.events().map((each) => each.n),
}

const answer = async (address: string, request: RequestInit): Promise<Response> => {
  if (server.experiments && address === `${server.address}/active`) return Response.json(server.experiments)
  if (address !== `${server.address}/ingest/batch`) throw new TypeError("there is nobody")
  const { s, e } = JSON.parse(request.body as string)
  server.batches.push({ site: s, events: e })
  const response = new Response("{}", { status: server.status, headers: server.headers })
  if (server.slowness) await new Promise((done) => setTimeout(done, server.slowness))
  return response
}

const NAMES = ["hk", "sparklytics", "clickport", "grademypage", "umami", "plausible"]

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] })
  vi.stubGlobal("AUTOMATIC", "none")
  vi.stubGlobal("fetch", answer)
  // happy-dom says that it is a robot
  Object.defineProperty(navigator, "webdriver", { value: false, configurable: true })
  localStorage.clear()
  visit("http://shop.test/")
  for (const name of NAMES) delete (window as unknown as Record<string, unknown>)[name]
  Object.assign(server, { batches: [], status: 202, slowness: 0, headers: {}, experiments: undefined })
})

afterEach(() => {
  vi.clearAllTimers()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
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

/** Runs the script as a page does, until it knows that hk-auto.js is not there. */
export const load = async (attributes: Record<string, string> = {}, source?: string): Promise<void> => {
  tag(attributes, source)
  await import("../src/core")
  await vi.dynamicImportSettled()
}

// biome-ignore lint/suspicious/noExplicitAny: as a page sees them
export const page = window as any

/** Lets so much time pass, and all happen that is due by then. */
export const pass = async (milliseconds = 0): Promise<void> => {
  await vi.advanceTimersByTimeAsync(milliseconds)
}
