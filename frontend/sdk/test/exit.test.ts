import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { eventually, Receiver } from "./receiver.js"

/** The end of real processes, which load the built package. */
const sdk = resolve(import.meta.dirname, "..")
const folder = mkdtempSync(join(tmpdir(), "sdk-"))
let receiver: Receiver

// starting Node takes seconds on a machine that is busy
vi.setConfig({ testTimeout: 60_000 })

beforeAll(() => {
  const compiler = join(sdk, "../node_modules/typescript/bin/tsc")
  execFileSync(process.execPath, [compiler, "-p", join(sdk, "tsconfig.build.json"), "--outDir", folder])
  writeFileSync(join(folder, "package.json"), '{"type":"module"}')
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(async () => {
  receiver = await Receiver.start()
})

afterEach(() => receiver.stop())

function run(program: string, host = receiver.address, exitTimeout = 30_000) {
  const begin = `import { createClient } from ${JSON.stringify(join(folder, "index.js"))}
    const client = createClient({ host: ${JSON.stringify(host)}, key: "hks_k", interval: 60_000, exitTimeout: ${exitTimeout} })\n`
  const child = spawn(process.execPath, ["--input-type=module", "--eval", begin + program], { stdio: "pipe" })
  let output = ""
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk
  })
  const ended = new Promise<number | string | null>((done) => child.on("close", (code, signal) => done(code ?? signal)))
  return { child, ended, output: () => output }
}

test("a process that ends sends what waits", async () => {
  const { ended } = run(`for (let n = 0; n < 250; n += 1) client.track("step", { n })`)
  expect(await ended).toBe(0)
  expect(receiver.events.map(({ eventData }) => eventData.n)).toEqual(Array.from({ length: 250 }, (_, n) => n))
})

test("a process does not wait longer than asked for a server that is away", async () => {
  const begun = Date.now()
  const { ended } = run(`client.track("step")`, "http://127.0.0.1:9", 1000)
  expect(await ended).toBe(0)
  expect(Date.now() - begun).toBeLessThan(20_000)
})

test("a process that is stopped sends what waits and ends by the signal", async () => {
  const { child, ended, output } = run(`client.track("step"); setInterval(() => {}, 1000); console.log("ready")`)
  await eventually(() => output().includes("ready"))
  child.kill("SIGTERM")
  expect(await ended).toBe("SIGTERM")
  expect(receiver.events).toHaveLength(1)
})

test("a program with a listener of its own ends as it likes", async () => {
  const { child, ended, output } = run(`
    client.track("step")
    const stay = setInterval(() => {}, 1000)
    process.on("SIGTERM", async () => { client.track("bye"); await client.close(); clearInterval(stay); process.exitCode = 3 })
    console.log("ready")`)
  await eventually(() => output().includes("ready"))
  child.kill("SIGTERM")
  expect(await ended).toBe(3)
  expect(receiver.events.map(({ eventType }) => eventType)).toEqual(["step", "bye"])
})

test("two clients of one process both send", async () => {
  const { child, ended, output } = run(`
    const other = createClient({ host: ${JSON.stringify(receiver.address)}, key: "hks_other", interval: 60_000 })
    client.track("one"); other.track("two"); setInterval(() => {}, 1000); console.log("ready")`)
  await eventually(() => output().includes("ready"))
  child.kill("SIGINT")
  expect(await ended).toBe("SIGINT")
  expect(receiver.events.map(({ eventType }) => eventType).sort()).toEqual(["one", "two"])
})
