/** What this needs of Node's process. It is looked up at run time, so that bundles for pages do without. */
interface Process {
  readonly pid: number
  on(event: string, listener: (name: string) => void): unknown
  off(event: string, listener: (name: string) => void): unknown
  listenerCount(event: string): number
  kill(pid: number, signal: string): unknown
}

/** A client that is to deliver what waits before the process ends. */
export interface Leaving {
  readonly milliseconds: number
  readonly signals: boolean
  isIdle(): boolean
  flush(milliseconds: number): Promise<boolean>
  giveUp(): void
}

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"]
const clients = new Set<Leaving>()
let isLeaving = false

function nodeProcess(): Process | undefined {
  const found = (globalThis as { process?: Partial<Process> }).process
  return typeof found?.on === "function" && typeof found.kill === "function" ? (found as Process) : undefined
}

/** Gives what ends it. Does nothing outside Node. */
export function flushAtExit(client: Leaving): () => void {
  clients.add(client)
  listen()
  return () => {
    clients.delete(client)
    listen()
  }
}

function listen(): void {
  const node = nodeProcess()
  if (!node) return
  node.off("beforeExit", atExit)
  if (clients.size > 0) node.on("beforeExit", atExit)
  for (const signal of SIGNALS) {
    node.off(signal, atSignal)
    if ([...clients].some(({ signals }) => signals)) node.on(signal, atSignal)
  }
}

/** Node calls it again when the delivery has ended; what could not be delivered by then is given up. */
function atExit(): void {
  for (const client of clients) {
    if (!client.isIdle()) void client.flush(client.milliseconds).then((isDone) => isDone || client.giveUp())
  }
}

/** A program that has a listener of its own ends by itself; else the signal must end it as if nobody had listened. */
async function atSignal(signal: string): Promise<void> {
  const node = nodeProcess()
  if (!node) return
  const isAlone = node.listenerCount(signal) === 1
  const isAgain = isLeaving
  isLeaving = true
  if (!isAgain) await Promise.all([...clients].map((client) => client.flush(client.milliseconds)))
  isLeaving = false
  if (!isAlone) return
  node.off(signal, atSignal)
  node.kill(node.pid, signal)
}
