/** Properties of an event: what JSON can say. Values that it cannot (functions, undefined) are left out. */
export type Props = Readonly<Record<string, unknown>>

/** What can be said of an event besides its name and properties. */
export interface Details {
  /** Amount in whole currency units: 49.99, or "49.99". */
  revenue?: number | string | undefined
  /** ISO 4217; without it the site's. */
  currency?: string | undefined
  /** Absolute address of the page; in a browser the page's own. */
  url?: string | undefined
  referrer?: string | undefined
  title?: string | undefined
  /** The event's own id, at most 64 characters: of two events with one id the first is stored. Made when left out. */
  id?: string | undefined
}

/** What a page can say besides. */
export interface PageDetails extends Details {
  /** false: its visitor did nothing for it, so it ends no bounce. */
  interactive?: boolean | undefined
}

/** What a server can say besides. */
export interface ServerDetails extends Details {
  /** Who did it, by your own id; it is stored as a hash. Without it the event is a visitor of its own. */
  visitor?: string | number | undefined
  session?: string | undefined
  /** When it happened, as a Date or in milliseconds; else now. */
  time?: Date | number | undefined
  /** "conversion" counts in every experiment that names no event. */
  category?: string | undefined
  experiment?: { id: string; variant: string } | undefined
}

/** What went wrong with which events: those that are `kept` are sent again later, the others are lost. */
export interface DeliveryError {
  message: string
  events: readonly unknown[]
  kept: boolean
}

/** Of events: `delivered` and `refused` by the server, `lost` (queue full, too large, closed), still `waiting`. */
export interface Counts {
  delivered: number
  refused: number
  lost: number
  waiting: number
}

export interface Options {
  /** Address of the analytics server, such as https://analytics.example.com. */
  host: string
  /** Called for every failure. Without it, lost events are named on the console. */
  onError?: ((error: DeliveryError) => void) | undefined
  /** Milliseconds for which events are collected before they are sent: 500 in browsers, 1000 for servers. */
  interval?: number | undefined
  /** Milliseconds for one request: 10,000. */
  timeout?: number | undefined
  /** Most events that wait: 1,000 in browsers, 10,000 for servers. What comes when it is full is lost and counted. */
  queueEvents?: number | undefined
}

export interface BrowserOptions extends Options {
  /** The site's id, alias, domain or public key; without it the site of the page's host. */
  site?: string | undefined
  key?: undefined
  /** Nothing is counted. */
  disabled?: boolean | undefined
  /** Count although the browser asks by Do-Not-Track or Global Privacy Control not to. */
  ignoreDnt?: boolean | undefined
  /** "none" keeps nothing in localStorage: what was not delivered when the page is left is lost. */
  storage?: "local" | "none" | undefined
}

export interface ServerOptions extends Options {
  /** A secret key of the site: `analytics key add SITE --kind secret`. Never for browsers. */
  key: string
  site?: string | undefined
  /** Milliseconds for delivering what waits when the process ends: 5,000. */
  exitTimeout?: number | undefined
  /** false: leave SIGTERM, SIGINT and SIGHUP to the program, which then calls close() itself. */
  signals?: boolean | undefined
}

export interface Client<D extends Details = Details> {
  /** A custom event. False when it was lost at once. Never throws. */
  track(name: string, props?: Props, details?: D): boolean
  /** A page that was seen; in a browser the present one when `url` is left out. */
  pageview(url?: string, details?: D & { props?: Props | undefined }): boolean
  /** Send now and wait, at most `milliseconds`: whether everything made so far was delivered or refused. */
  flush(milliseconds?: number): Promise<boolean>
  /** Send what waits for at most `milliseconds`, and take no more events. */
  close(milliseconds?: number): Promise<void>
  readonly counts: Counts
}

export interface BrowserClient extends Client<PageDetails> {
  /** From now on, events are of this user, by your own id. */
  identify(user: string, traits?: Props): boolean
  /** Forget the user. */
  reset(): void
  /** Count the present page and every later one that the router shows; gives what ends that. */
  followPages(): () => void
}

export type ServerClient = Client<ServerDetails>
