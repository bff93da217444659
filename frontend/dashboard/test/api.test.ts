// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest"
import { ApiError, ask, loggedIn } from "../src/api"

afterEach(() => vi.unstubAllGlobals())

const answering = (answer: () => Promise<unknown>): void => void vi.stubGlobal("fetch", vi.fn(answer))
const failure = (): Promise<unknown> =>
  ask("GET /api/status").then(
    () => null,
    (error) => error,
  )

test("an answer that is no JSON is an error as others are", async () => {
  answering(async () => new Response("<!doctype html>", { status: 200 }))
  expect(await failure()).toMatchObject({ status: 200, code: "no_json" })
  expect(await failure()).toBeInstanceOf(ApiError)
})

test("an error says what the server said, or else its status", async () => {
  const error = { code: "invalid", message: "no such range", field: "range" }
  answering(async () => new Response(JSON.stringify({ error }), { status: 400 }))
  expect(await failure()).toMatchObject({ status: 400, ...error })
  for (const body of ["{}", "null", "[]", '{"error": null}', '{"error": "no"}', "Bad gateway"]) {
    answering(async () => new Response(body, { status: 502, statusText: "Bad Gateway" }))
    expect(await failure()).toMatchObject({ status: 502, code: "http_error", message: "Bad Gateway", field: null })
  }
})

test("no answer is an error, and what nobody waits for any more is none", async () => {
  answering(() => Promise.reject(new TypeError("failed to fetch")))
  expect(await failure()).toMatchObject({ status: 0, code: "unreachable" })
  answering(() => Promise.reject(new DOMException("gone", "AbortError")))
  expect(await failure()).not.toBeInstanceOf(ApiError)
})

test("401 says that nobody is logged in", async () => {
  answering(async () => new Response("{}", { status: 401 }))
  await failure()
  expect(loggedIn.value).toBe(false)
})
