import { createServer, type IncomingHttpHeaders, type Server } from "node:http"
import type { AddressInfo } from "node:net"

export interface Reply {
  status: number
  body?: string
  headers?: Record<string, string>
}

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: what was sent is looked at as it is.
  body: any
  at: number
}

/** A real server on a real port: answers as it is told to, then with success, and remembers what it was sent. */
export class Receiver {
  readonly requests: Received[] = []
  replies: Reply[] = []
  /** Answers that depend on the events. */
  judge: (events: unknown[]) => Reply | undefined = () => undefined
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const cors = { "Access-Control-Allow-Origin": "*" }
        if (request.method === "OPTIONS") return response.writeHead(204, cors).end()
        const body = JSON.parse(Buffer.concat(chunks).toString())
        this.requests.push({ path: request.url ?? "", headers: request.headers, body, at: Date.now() })
        const reply = this.judge(body.e ?? body) ?? this.replies.shift() ?? { status: 202, body: '{"accepted":1}' }
        return response.writeHead(reply.status, { ...cors, ...reply.headers }).end(reply.body ?? "")
      })
    })
  }

  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver()
    await new Promise<void>((resolve) => receiver.#server.listen(port, "127.0.0.1", resolve))
    return receiver
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above.
  get events(): any[] {
    return this.requests.flatMap(({ body }) => body.e ?? body)
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.closeAllConnections()
      this.#server.close(() => resolve())
    })
  }
}

/** Until it holds; fails after 5 seconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  const until = Date.now() + 30_000
  while (!holds()) {
    if (Date.now() > until) throw new Error(`never: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Another page, as if the browser had gone there: https pages may not speak to a receiver. */
export function visit(address: string): void {
  const { happyDOM } = window as unknown as { happyDOM: { setURL(address: string): void } }
  happyDOM.setURL(address)
}
