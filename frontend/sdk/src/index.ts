import { addressOf } from "./address.js"
import { createBrowserClient } from "./browser.js"
import { createServerClient } from "./server.js"
import type { BrowserClient, BrowserOptions, ServerClient, ServerOptions } from "./types.js"

export type {
  BrowserClient,
  BrowserOptions,
  Client,
  Counts,
  DeliveryError,
  Details,
  PageDetails,
  Props,
  ServerClient,
  ServerDetails,
  ServerOptions,
} from "./types.js"

/** With a secret key a server's client, else a page's. Throws TypeError for what is no address. */
export function createClient(options: ServerOptions): ServerClient
export function createClient(options: BrowserOptions): BrowserClient
export function createClient(options: ServerOptions | BrowserOptions): ServerClient | BrowserClient {
  const address = addressOf(options.host)
  if (options.key === undefined) return createBrowserClient(options, address)
  if (!/^[\x21-\x7e]+$/.test(options.key)) throw new TypeError("key must be a secret key of the site")
  return createServerClient(options, address)
}
