/** What one event says; the names are those of POST /ingest/batch (docs/formats/tracker.md). */
export interface Fields {
  /** kind; without it an event if it has a name, else a pageview */
  k?: "v" | "g" | "x" | "d"
  /** name */
  n?: unknown
  /** by whose name the page called */
  c?: string | undefined
  /** address, referrer and title, where they are not the page's own */
  u?: string | undefined
  r?: string | undefined
  t?: string | undefined
  /** properties */
  p?: unknown
  /** revenue */
  $?: unknown
  /** Grademypage's name of an event, `n` being its type */
  en?: unknown
  /** false is no act of the visitor's, so that it ends no bounce */
  q?: unknown
  /** who it is */
  d?: string
  /** web vital: value, and how the page was reached */
  v?: number
  l?: string | undefined
  /** engagement: scroll depth in percent, milliseconds looked at */
  m?: number
  g?: number
  /** exposure: experiment and variant */
  x?: [string, string]
}

export type Send = (fields: Fields) => void

/** localStorage, or a plain object where the page may not or shall not store. */
export type Store = Record<string, string>

/** The data attributes of the script's tag. */
export type Options = Record<string, string | undefined>

/** Which variant the page shows; the shape of grademypage.getExperimentAssignments(). */
export interface Assignment {
  experimentId: string
  variantId: string
  variantName: string
}

/** What hk-auto.js is started with, in the order that compresses best. */
export type Start = (
  view: () => void,
  store: Store,
  options: Options,
  send: Send,
  site: string | undefined,
  flush: (now?: unknown) => void,
  viewSoon: () => void,
) => void
