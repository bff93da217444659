import type { Keeper, Waiting } from "./delivery.js"

const MOST_EVENTS = 100
const MOST_CHARACTERS = 60_000
const MOST_AGE = 7 * 86_400_000

/** Events in localStorage that no server has confirmed yet. Two pages may send the same: by its id each counts once. */
export class LeftBehind implements Keeper {
  readonly #name: string

  constructor(address: string, site: string) {
    this.#name = `hk_sdk_queue ${address} ${site}`.trim()
  }

  /** The oldest first; none past 7 days. */
  read(): Waiting[] {
    try {
      const oldest = Date.now() - MOST_AGE
      const found: unknown = JSON.parse(localStorage.getItem(this.#name) ?? "[]")
      return Array.isArray(found) ? found.filter(isWaiting).filter(({ at }) => at > oldest) : []
    } catch {
      return [] // storage is blocked, or holds what is not ours
    }
  }

  keep(events: readonly Waiting[]): void {
    const all = [...without(this.read(), events), ...events].slice(-MOST_EVENTS)
    let size = JSON.stringify(all).length
    while (size > MOST_CHARACTERS) size -= JSON.stringify(all.shift()).length + 1
    this.#write(all)
  }

  forget(events: readonly Waiting[]): void {
    const all = this.read()
    if (all.length > 0) this.#write(without(all, events))
  }

  #write(events: readonly Waiting[]): void {
    try {
      if (events.length === 0) localStorage.removeItem(this.#name)
      else localStorage.setItem(this.#name, JSON.stringify(events))
    } catch {
      // Blocked or full: the events stay in memory.
    }
  }
}

function without(all: readonly Waiting[], events: readonly Waiting[]): Waiting[] {
  const ids = new Set(events.map(({ id }) => id))
  return all.filter(({ id }) => !ids.has(id))
}

function isWaiting(value: unknown): value is Waiting {
  const { id, at, body } = (value ?? {}) as Partial<Waiting>
  return typeof id === "string" && typeof at === "number" && typeof body === "string" && body.startsWith('{"')
}
