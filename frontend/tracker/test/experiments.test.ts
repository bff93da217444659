// @vitest-environment happy-dom
import { expect, test } from "vitest"
import { runExperiments } from "../src/experiments"
import type { Fields, Store } from "../src/wire"
import { page, server } from "./page"

const RUNNING = { experiments: [{ id: "exp_price", variants: [{ id: "a", name: "A", weight: 5 }] }] }
const A = { experimentId: "exp_price", variantId: "a", variantName: "A" }

const run = async (store: Store, experiments: unknown = RUNNING): Promise<Fields[]> => {
  server.experiments = experiments
  const sent: Fields[] = []
  page.grademypage = {}
  document.documentElement.removeAttribute("data-hk-exp_price")
  await runExperiments(`${server.address}/active`, store, (fields) => sent.push(fields))
  return sent
}

const shown = (): string | null => document.documentElement.getAttribute("data-hk-exp_price")

test("a visitor is assigned, sees the variant, and is counted as one who saw it", async () => {
  const store: Store = {}
  expect(await run(store)).toEqual([{ k: "x", x: ["exp_price", "a"] }])
  expect(shown()).toBe("a")
  expect(page.grademypage.getExperimentAssignments()).toEqual([A])
  expect(JSON.parse(store.hk_experiments as string)).toEqual([A])
  expect(store.hk_visitor).toMatch(/^\d+$/)
})

test("the next page shows the variant before it has asked, also when nobody answers", async () => {
  const store: Store = { hk_visitor: "1", hk_experiments: JSON.stringify([A]) }
  const running = run(store, null)
  expect(shown()).toBe("a")
  expect(await running).toEqual([{ k: "x", x: ["exp_price", "a"] }])
})

test("what is in storage may be anything", async () => {
  await run({ hk_experiments: "{" })
  expect(page.grademypage.getExperimentAssignments()).toEqual([])
})
