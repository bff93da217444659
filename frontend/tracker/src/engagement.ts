import type { Fields, Send } from "./wire"

const STEP = 25
const SHORTEST_MS = 1e3

/** Counts the time in which it is told to run. */
export const openClock = (now: () => number) => {
  let total = 0
  let since: number | undefined
  return {
    run(running: boolean) {
      if (since !== undefined) total += now() - since
      since = running ? now() : undefined
    },
    /** What came together since it was read last. */
    read(): number {
      this.run(since !== undefined)
      const read = Math.round(total)
      total = 0
      return read
    },
    total: (): number => total + (since === undefined ? 0 : now() - since),
  }
}

/** How far down a page its bottom-most seen pixel is, in steps of 25 percent; a pixel may be lost by rounding. */
export const depthOf = (seen: number, height: number): number =>
  Math.min(100, Math.floor(((seen + 1) / Math.max(height, 1)) * (100 / STEP)) * STEP)

/** Tells how long a page was looked at, and how far, when it is left; returns what to call when its address changed. */
export const watchEngagement = (send: Send, address: () => string, times: boolean, depths: boolean): (() => void) => {
  const clock = openClock(() => performance.now())
  let page = address()
  let seen = 0
  let told = -1
  let entering: unknown
  const look = (): void => {
    seen = Math.max(seen, scrollY + innerHeight)
  }
  const follow = (): void => clock.run(!document.hidden && document.hasFocus())
  const measure = (): Fields | undefined => {
    const m = depthOf(seen, document.documentElement.scrollHeight)
    const deeper = depths && m > told
    if (!deeper && !(times && clock.total() >= SHORTEST_MS)) return
    told = Math.max(told, m)
    return { k: "g", u: page, ...(deeper && { m }), ...(times && { g: clock.read() }) }
  }
  const report = (): void => {
    const found = measure()
    if (found) send(found)
  }
  addEventListener("scroll", look, { passive: true })
  addEventListener("focus", follow)
  addEventListener("blur", follow)
  document.addEventListener("visibilitychange", () => {
    follow()
    if (document.hidden) report()
  })
  addEventListener("pagehide", report)
  look()
  follow()
  return () => {
    // of addresses that follow at once only the last is a page
    if (entering) return
    const left = measure()
    entering = setTimeout(() => {
      entering = 0
      page = address()
      seen = 0
      told = -1
      look()
      if (left) send(left)
    })
  }
}
