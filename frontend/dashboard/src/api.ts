/** The only place that fetches. Every route's path, parameters, body and answer are typed by the server's description. */

import { signal } from "@preact/signals"
import type { Routes } from "./api_types"
import { at } from "./base"

export type Route = keyof Routes
export type Answer<R extends Route> = Routes[R]["answer"]
type Given<R extends Route> = Omit<Asked, "path" | "parameters" | "body"> & {
  path?: Routes[R]["path"]
  parameters?: Routes[R]["parameters"]
  body?: Routes[R]["body"]
}
export type Request<R extends Route = Route> = Given<R>

interface Asked {
  path?: object
  parameters?: object
  body?: unknown
  signal?: AbortSignal
}

/** What the server said is wrong, in its words; `status` 0 is no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null,
    /** What was asked for: the last word of its route, such as goals. */
    readonly of: string = "",
  ) {
    super(message)
  }
}

/** Whether the server knows who is asking; null until it was asked. */
export const loggedIn = signal<boolean | null>(null)

export async function ask<R extends Route>(route: R, request: Given<R> = {}): Promise<Answer<R>> {
  const { body, signal } = request as Asked
  const response = await send(route, addressOf(route, request), {
    method: methodOf(route),
    ...(signal && { signal }),
    ...(body !== undefined && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
  })
  return response.status === 204 ? (undefined as unknown as Answer<R>) : jsonOf(response)
}

async function send(route: Route, address: string, options: RequestInit): Promise<Response> {
  const response = await fetch(address, options).catch((error) => failed(error, new ApiError(0, "unreachable", "")))
  if (response.ok) return response
  if (response.status === 401) loggedIn.value = false
  throw await errorOf(route, response)
}

/** Such as the page of a proxy in between is no answer. */
function jsonOf(response: Response) {
  return response.json().catch((error) => failed(error, new ApiError(response.status, "no_json", "")))
}

async function errorOf(route: Route, response: Response): Promise<ApiError> {
  const nothing = new ApiError(response.status, "http_error", response.statusText)
  const body = await response.json().catch((error) => failed(error, nothing))
  const { code = "http_error", message = response.statusText, field = null } = body?.error ?? {}
  return new ApiError(response.status, code, message, field, lastWord(route))
}

const lastWord = (route: string): string => route.split("/").findLast((each) => !each.startsWith("{")) ?? ""

/** What nobody waits for any more is no failure to tell of. */
function failed(error: Error, as: ApiError): never {
  throw error.name === "AbortError" ? error : as
}

const methodOf = (route: string): string => route.slice(0, route.indexOf(" "))

/** Also for links to files and for streams. */
export function addressOf<R extends Route>(route: R, request: Given<R> = {}): string {
  const { path = {}, parameters = {} } = request as Asked
  const named = new Map<string, string>(Object.entries(path))
  const where = route.slice(route.indexOf(" ") + 1).replace(/\{(\w+)\}/g, (_, name) => {
    const value = named.get(name)
    if (value === undefined) throw new Error(`${route} needs ${name}`)
    return encodeURIComponent(value)
  })
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of [value].flat()) if (each !== undefined && each !== null) search.append(name, String(each))
  }
  return at(search.size ? `${where}?${search}` : where)
}

/** Server-sent events of a route, until the function that it gives is called. */
export function listen<R extends Route>(
  route: R,
  request: Given<R>,
  name: string,
  heard: (text: string) => void,
  connected: (is: boolean) => void,
): () => void {
  const source = new EventSource(addressOf(route, request))
  source.addEventListener(name, (event) => heard((event as MessageEvent<string>).data))
  source.addEventListener("open", () => connected(true))
  source.addEventListener("error", () => connected(false))
  return () => source.close()
}
