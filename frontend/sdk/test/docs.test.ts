import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { afterAll, expect, test } from "vitest"

/** The examples of docs/sdk.md fit the package's types. Libraries that only they use are not looked into. */
const sdk = resolve(import.meta.dirname, "..")
mkdirSync(join(sdk, "dist"), { recursive: true })
const folder = mkdtempSync(join(sdk, "dist/docs-"))
const page = readFileSync(join(sdk, "../../docs/sdk.md"), "utf8")
const examples = [...page.matchAll(/^```(tsx?)\n(.*?)^```/gms)]

afterAll(() => rmSync(folder, { recursive: true }))

test("every example of the documentation compiles", () => {
  examples.forEach(([, kind, code], place) => {
    writeFileSync(join(folder, `example_${place}.${kind}`), code ?? "")
  })
  writeFileSync(
    join(folder, "strangers.d.ts"),
    'declare module "express"\ndeclare module "stripe"\ndeclare module "next/link"\n',
  )
  const compilerOptions = { noImplicitAny: false, types: ["node"] }
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include: ["."] }),
  )
  expect(examples.length).toBeGreaterThan(6)
  const compiler = join(sdk, "../node_modules/typescript/bin/tsc")
  expect(spawnSync(process.execPath, [compiler, "-p", folder]).stdout.toString()).toBe("")
}, 60_000)
