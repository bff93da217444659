const MOST_RETRY_AFTER = 3_600_000
const TOO_LATE = 408
const TOO_MANY = 429

/** What became of a batch. Status 0: no answer came. */
export interface Answer {
  status: number
  message: string
  /** Milliseconds that the server wants to be left alone. */
  retryAfter: number | undefined
  /** Events that were not taken, by place, and why. */
  refused: ReadonlyMap<number, string>
}

/** Where events go to. */
export interface Route {
  address: string
  headers: Record<string, string>
  /** For pages: the request outlives the page. Browsers allow that up to 64 KiB. */
  keepalive: boolean
  timeout: number
}

export async function post(route: Route, body: string, milliseconds: number): Promise<Answer> {
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort(), Math.min(route.timeout, milliseconds))
  try {
    const response = await fetch(route.address, {
      method: "POST",
      body,
      headers: route.headers,
      keepalive: route.keepalive,
      credentials: "omit",
      redirect: "manual", // following one would turn the POST into a GET, and the events into nothing
      signal: ending.signal,
    })
    return read(response, await response.text())
  } catch (error) {
    return { status: 0, message: String(error), retryAfter: undefined, refused: new Map() }
  } finally {
    clearTimeout(timer)
  }
}

function read(response: Response, text: string): Answer {
  return {
    status: response.status,
    message: `${response.status} ${text.slice(0, 500)}`.trim(),
    retryAfter: readRetryAfter(response.headers.get("Retry-After")),
    refused: response.ok ? refusalsIn(text) : new Map(),
  }
}

/** Sending the same again would change nothing. */
export function isFinal({ status }: Answer): boolean {
  return (
    (status >= 200 && status < 300) || (status >= 400 && status < 500 && status !== TOO_LATE && status !== TOO_MANY)
  )
}

/** Seconds or a date. */
export function readRetryAfter(header: string | null): number | undefined {
  if (!header) return undefined
  const seconds = Number(header)
  const wait = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MOST_RETRY_AFTER)
}

interface Refusal {
  index: number
  code: string
  message: string
}

function refusalsIn(text: string): Map<number, string> {
  try {
    const { refused = [] } = JSON.parse(text) as { refused?: Refusal[] }
    return new Map(refused.map(({ index, code, message }) => [index, `${code}: ${message}`]))
  } catch {
    return new Map()
  }
}
