import type { Keeper, Waiting } from "./delivery.js"

const MOST_EVENTS = 100
const MOST_CHARACTERS = 60_000
const MOST_AGE = 7 * 86_400_000

interface Kept extends Waiting {
  /** Among events of one millisecond. */
  readonly place: number
}

/**
 * Events in localStorage that no server has confirmed yet, each under a key of its own, so that tabs do not overwrite
 * each other's. Two pages may send the same: by its id each counts once.
 */
export class LeftBehind implements Keeper {
  readonly #prefix: string

  constructor(address: string, site: string) {
    this.#prefix = `hk_sdk_queue ${address} ${site} `
  }

  /** The oldest first; none past 7 days. */
  read(): Waiting[] {
    try {
      const oldest = Date.now() - MOST_AGE
      const found = this.#found()
      this.forget(found.filter(({ at }) => at <= oldest))
      return found.filter(({ at }) => at > oldest).map(({ id, at, body }) => ({ id, at, body }))
    } catch {
      return [] // storage is blocked
    }
  }

  keep(events: readonly Waiting[]): void {
    try {
      newest(events).forEach((event, place) => {
        this.#write({ ...event, place })
      })
      const all = this.#found()
      this.forget(all.slice(0, all.length - newest(all).length))
    } catch {
      // Blocked or full: the events stay in memory.
    }
  }

  forget(events: readonly Waiting[]): void {
    try {
      for (const { id } of events) localStorage.removeItem(this.#prefix + id)
    } catch {
      // Blocked: nothing was kept.
    }
  }

  #write(event: Kept): void {
    const name = this.#prefix + event.id
    if (localStorage.getItem(name) === null) localStorage.setItem(name, JSON.stringify(event))
  }

  #found(): Kept[] {
    const names = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? "")
    return names
      .filter((name) => name.startsWith(this.#prefix))
      .map((name) => parsed(localStorage.getItem(name)))
      .filter(isKept)
      .sort((one, other) => one.at - other.at || one.place - other.place)
  }
}

/** The last ones, as many as may be kept. */
function newest<Event extends Waiting>(events: readonly Event[]): Event[] {
  let size = 0
  const last = events.slice(-MOST_EVENTS).reverse()
  const tooMuch = last.findIndex((event) => {
    size += JSON.stringify(event).length
    return size > MOST_CHARACTERS
  })
  return (tooMuch < 0 ? last : last.slice(0, tooMuch)).reverse()
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "")
  } catch {
    return undefined // not ours
  }
}

function isKept(value: unknown): value is Kept {
  const { id, at, body, place } = (value ?? {}) as Partial<Kept>
  const isOurs = typeof id === "string" && typeof at === "number" && typeof place === "number"
  return isOurs && typeof body === "string" && body.startsWith('{"')
}
