import { bytesOf } from "./json.js"
import { type Answer, isFinal, post, type Route } from "./post.js"
import type { Counts, DeliveryError } from "./types.js"

const FIRST_PAUSE = 500
const LONGEST_PAUSE = 60_000
const QUEUE_BYTES = 32 * 1024 * 1024
export const EVENT_BYTES = 48 * 1024
const UNREADABLE = 400
const TOO_LARGE = 413

/** An event that waits: `body` is its JSON, `at` when it was made. */
export interface Waiting {
  readonly id: string
  readonly at: number
  readonly body: string
}

/** Where events survive the page, so that a later one sends them. */
export interface Keeper {
  keep(events: readonly Waiting[]): void
  forget(events: readonly Waiting[]): void
}

export interface DeliveryOptions {
  route: Route
  write(batch: readonly Waiting[]): string
  mostEvents: number
  mostBytes: number
  queueEvents: number
  interval: number
  onError: ((error: DeliveryError) => void) | undefined
  keeper?: Keeper | undefined
}

/** The bounded queue, emptied in order. An event leaves it once its fate is certain. */
export class Delivery {
  readonly #options: DeliveryOptions
  #queue: Waiting[] = []
  #queueBytes = 0
  #counts = { delivered: 0, refused: 0, lost: 0 }
  #made = 0
  #settled = 0
  #flushUntil = 0
  #hurried = false
  #running = false
  #endsAt = Number.POSITIVE_INFINITY
  #waiters = new Set<() => void>()
  #told = new Set<string>()

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  get counts(): Counts {
    return { ...this.#counts, waiting: this.#queue.length }
  }

  get #isClosed(): boolean {
    return this.#endsAt < Number.POSITIVE_INFINITY
  }

  /** Whether there was room for the event. */
  put(event: Waiting): boolean {
    const size = bytesOf(event.body)
    const reason = this.#reasonAgainst(size)
    if (reason) return this.refuse(reason, event.body)
    this.#queue.push(event)
    this.#queueBytes += size
    this.#made += 1
    if (this.#queue.length === this.#options.mostEvents) this.#notify()
    this.#start()
    return true
  }

  /** Events of an earlier page go first. */
  putBack(events: readonly Waiting[]): void {
    if (this.#isClosed || events.length === 0) return
    this.#queue = [...events, ...this.#queue]
    this.#queueBytes += sizeOf(events)
    this.#made += events.length
    this.#start()
  }

  /** Count and tell of an event that cannot be sent: always false. */
  refuse(reason: string, event: unknown): false {
    this.#counts.lost += 1
    this.#tell(reason, [event], false)
    return false
  }

  /** Ends the wait for more events, and a pause that the server did not ask for. */
  hurry(): void {
    this.#flushUntil = this.#made
    this.#hurried = true
    this.#notify()
  }

  /** The page may be gone at any moment: send, and keep what waits for a later one. */
  leave(): void {
    if (this.#queue.length === 0) return
    this.#options.keeper?.keep(this.#queue)
    this.hurry()
  }

  async flush(milliseconds: number): Promise<boolean> {
    const until = this.#made
    this.hurry()
    await this.#wait(milliseconds, () => this.#settled >= until || this.#isOver(), true)
    return this.#settled >= until
  }

  async close(milliseconds: number): Promise<void> {
    this.#endsAt = Math.min(this.#endsAt, Date.now() + milliseconds)
    this.hurry()
    await this.#wait(milliseconds, () => !this.#running, true)
    this.#giveUp()
  }

  #reasonAgainst(size: number): string {
    if (this.#isClosed) return "the client is closed"
    if (size > EVENT_BYTES) return `the event has ${size} bytes, more than ${EVENT_BYTES}`
    const isFull = this.#queue.length >= this.#options.queueEvents || this.#queueBytes + size > QUEUE_BYTES
    return isFull ? "the queue is full" : ""
  }

  #start(): void {
    if (this.#running) return
    this.#running = true
    void this.#run()
  }

  async #run(): Promise<void> {
    let most = this.#options.mostEvents
    let failures = 0
    while (this.#queue.length > 0 && !this.#isOver()) {
      await this.#wait(this.#options.interval, () => this.#isDue())
      if (this.#isOver()) break
      this.#hurried = false
      const batch = this.#head(most)
      const answer = await post(this.#options.route, this.#options.write(batch), this.#left())
      if ((answer.status === UNREADABLE || answer.status === TOO_LARGE) && batch.length > 1) {
        most = Math.ceil(batch.length / 2) // so that an event that spoils its batch takes no other with it
      } else if (isFinal(answer)) {
        this.#settle(batch, answer)
        most = this.#options.mostEvents
        failures = 0
      } else {
        this.#keep(batch, answer)
        await this.#pause(failures, answer.retryAfter)
        failures += 1
      }
    }
    this.#running = false
    this.#notify()
  }

  #isDue(): boolean {
    return this.#isClosed || this.#queue.length >= this.#options.mostEvents || this.#settled < this.#flushUntil
  }

  #isOver(): boolean {
    return this.#left() <= 0
  }

  #left(): number {
    return this.#endsAt - Date.now()
  }

  #head(most: number): Waiting[] {
    let bytes = 0
    const places = this.#queue.slice(0, most).findIndex(({ body }) => {
      bytes += bytesOf(body) + 20 // for the age that is added
      return bytes > this.#options.mostBytes
    })
    return this.#queue.slice(0, places > 0 ? places : most)
  }

  #keep(batch: readonly Waiting[], answer: Answer): void {
    this.#options.keeper?.keep(this.#queue)
    this.#tell(answer.message, bodiesOf(batch), true)
  }

  async #pause(failures: number, asked: number | undefined): Promise<void> {
    const own = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures, 20)) * (0.5 + Math.random() / 2)
    const wait = asked === undefined ? own : Math.max(asked, FIRST_PAUSE)
    await this.#wait(Math.min(wait, this.#left()), () => this.#isOver() || (this.#hurried && asked === undefined))
  }

  #settle(batch: readonly Waiting[], answer: Answer): void {
    if (this.#queue.length === 0) return // close() has given them up meanwhile
    const isTaken = answer.status < 300
    const reasons = batch.map((_, place) => (isTaken ? answer.refused.get(place) : answer.message))
    const refused = reasons.filter((reason) => reason !== undefined).length
    this.#takeOut(batch)
    this.#counts.refused += refused
    this.#counts.delivered += batch.length - refused
    this.#settled += batch.length
    this.#notify()
    for (const reason of new Set(reasons)) {
      if (reason !== undefined)
        this.#tell(reason, bodiesOf(batch.filter((_, place) => reasons[place] === reason)), false)
    }
  }

  #takeOut(batch: readonly Waiting[]): void {
    const gone = new Set(batch)
    this.#queue = this.#queue.filter((event) => !gone.has(event)) // by identity: earlier pages' may have come before it
    this.#queueBytes -= sizeOf(batch)
    this.#options.keeper?.forget(batch)
  }

  #giveUp(): void {
    this.#endsAt = 0
    const left = this.#queue
    this.#queue = []
    const { keeper } = this.#options
    keeper?.keep(left)
    if (!keeper) this.#counts.lost += left.length
    this.#notify()
    if (left.length > 0) this.#tell("not delivered before the client was closed", bodiesOf(left), keeper !== undefined)
  }

  #tell(message: string, events: readonly unknown[], kept: boolean): void {
    const { onError } = this.#options
    try {
      if (onError) onError({ message, events: events.map(parsed), kept })
      else if (!kept && !this.#told.has(message)) console.warn(`@hitkeep-py/sdk: events are lost: ${message}`)
    } catch (error) {
      console.warn("@hitkeep-py/sdk: onError failed:", error)
    }
    if (this.#told.size < 20) this.#told.add(message)
  }

  /** Until it holds, or for so long. A process waits for timers of flush() and close() only. */
  async #wait(milliseconds: number, holds: () => boolean, isAwaited = false): Promise<void> {
    const until = Date.now() + milliseconds
    while (!holds() && Date.now() < until) await this.#change(until - Date.now(), isAwaited)
  }

  #change(milliseconds: number, isAwaited: boolean): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer)
        this.#waiters.delete(go)
        resolve()
      }
      const timer = setTimeout(go, milliseconds)
      if (!isAwaited) unref(timer)
      this.#waiters.add(go)
    })
  }

  #notify(): void {
    for (const go of [...this.#waiters]) go()
  }
}

/** Node: the process need not wait for it. */
function unref(timer: unknown): void {
  if (typeof timer === "object") (timer as { unref?(): void }).unref?.()
}

function sizeOf(events: readonly Waiting[]): number {
  return events.reduce((sum, { body }) => sum + bytesOf(body), 0)
}

function bodiesOf(events: readonly Waiting[]): string[] {
  return events.map(({ body }) => body)
}

function parsed(event: unknown): unknown {
  return typeof event === "string" ? JSON.parse(event) : event
}
