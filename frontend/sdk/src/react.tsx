"use client"

import {
  Children,
  cloneElement,
  createContext,
  isValidElement,
  type ReactElement,
  type ReactNode,
  type SyntheticEvent,
  useContext,
  useEffect,
  useState,
} from "react"
import { createClient } from "./index.js"
import { noticeForms, noticeLinks, noticeScrolling } from "./noticed.js"
import type { BrowserClient, BrowserOptions, Client, PageDetails, Props } from "./types.js"

export type Analytics = Pick<BrowserClient, "track" | "pageview" | "identify" | "reset" | "flush">

/** What of hk.js is called: an event or, without a name, a pageview, in one object. */
interface Script {
  track(what: object): void
  identify(user: string, traits?: Props): void
  reset(): void
}

/** Without a provider: the script hk.js of the page. Whether it is there. */
function toScript(call: (script: Script) => void): boolean {
  const script = (globalThis as { hk?: Partial<Script> }).hk
  if (typeof script?.track !== "function") return false
  call(script as Script)
  return true
}

function inItsWords({ revenue, currency, url, referrer, title, interactive }: PageDetails): object {
  const money = revenue === undefined ? {} : { revenue: { amount: revenue, currency } }
  return { url, referrer, title, interactive, ...money }
}

const SCRIPT: Analytics = {
  track: (name, props, details = {}) =>
    toScript((script) => script.track({ name, data: props, ...inItsWords(details) })),
  pageview: (url, { props, ...details } = {}) =>
    toScript((script) => script.track({ data: props, ...inItsWords({ url, ...details }) })),
  identify: (user, traits) => toScript((script) => script.identify(user, traits)),
  reset: () => void toScript((script) => script.reset()),
  flush: async () => true,
}

const Context = createContext<Analytics>(SCRIPT)

export interface AnalyticsProviderProps extends Omit<BrowserOptions, "host"> {
  /** Without it, the page's own. */
  host?: string | undefined
  /** A client that was made elsewhere; the other options are then not looked at. */
  client?: BrowserClient | undefined
  /** false: pageviews are counted by `pageview()` only. */
  auto?: boolean | undefined
  children?: ReactNode
}

/** Gives every component below it a client, and counts a pageview for every page that the router shows. */
export function AnalyticsProvider({ children, client, auto = true, ...options }: AnalyticsProviderProps): ReactElement {
  const [own] = useState(() => client ?? createClient({ ...options, host: options.host ?? "" }))
  const used = client ?? own
  useEffect(() => (auto ? used.followPages() : undefined), [auto, used])
  return <Context.Provider value={used}>{children}</Context.Provider>
}

/** `const { track } = useAnalytics()` */
export function useAnalytics(): Analytics {
  return useContext(Context)
}

const TRIGGERS = {
  click: "onClick",
  submit: "onSubmit",
  focus: "onFocus",
  blur: "onBlur",
  mouseenter: "onMouseEnter",
  mouseleave: "onMouseLeave",
} as const

export type TrackTrigger = keyof typeof TRIGGERS

export interface TrackEventProps {
  name: string
  data?: Props | undefined
  details?: PageDetails | undefined
  trigger?: TrackTrigger | undefined
  children: ReactNode
}

type Handler = (event: SyntheticEvent) => void

/** Tracks when its child is clicked. The child keeps its own handler, which is called afterwards. */
export function TrackEvent({ name, data, details, trigger = "click", children }: TrackEventProps): ReactElement {
  const { track } = useAnalytics()
  const handler = TRIGGERS[trigger]
  const only = Children.count(children) === 1 ? Children.toArray(children)[0] : undefined
  if (!isValidElement<Partial<Record<string, Handler>>>(only)) {
    // Text, several children, or one that a server component has not sent yet: an element that takes no space.
    return <span {...{ style: { display: "contents" }, [handler]: () => track(name, data, details) }}>{children}</span>
  }
  const own = only.props[handler]
  const both: Handler = (event) => {
    track(name, data, details)
    own?.(event)
  }
  return cloneElement(only, { [handler]: both })
}

export interface SparklyticsProviderProps extends AnalyticsProviderProps {
  /** The site's id, or the one that it had in Sparklytics and has here as an alias. */
  websiteId?: string | undefined
  /** false: count although the browser asks not to. */
  respectDnt?: boolean | undefined
  /** Links that are clicked are events `link_click`; with "outbound" only those to other origins. */
  trackLinks?: boolean | "outbound" | undefined
  /** Events `scroll_depth` at 25, 50, 75 and 100 percent, or at these. */
  trackScrollDepth?: boolean | readonly number[] | undefined
  /** Forms that are sent are events `form_submit`. */
  trackForms?: boolean | undefined
}

const DEPTHS = [25, 50, 75, 100]

/** AnalyticsProvider as @sparklytics/next calls it and its options. */
export function SparklyticsProvider(all: SparklyticsProviderProps): ReactElement {
  const { websiteId, respectDnt, trackLinks, trackScrollDepth, trackForms, children, ...options } = all
  const ignoreDnt = respectDnt === false || options.ignoreDnt
  return (
    <AnalyticsProvider {...options} site={options.site ?? websiteId} ignoreDnt={ignoreDnt}>
      <Noticed links={trackLinks} depths={trackScrollDepth === true ? DEPTHS : trackScrollDepth} forms={trackForms} />
      {children}
    </AnalyticsProvider>
  )
}

interface NoticedProps {
  links: boolean | "outbound" | undefined
  depths: readonly number[] | false | undefined
  forms: boolean | undefined
}

function Noticed({ links, depths, forms }: NoticedProps): null {
  const { track } = useAnalytics()
  const wanted = depths ? depths.join() : "" // a list that is written anew each time says the same
  useEffect(() => (links ? noticeLinks(track, links === "outbound") : undefined), [links, track])
  useEffect(() => (wanted ? noticeScrolling(track, wanted.split(",").map(Number)) : undefined), [wanted, track])
  useEffect(() => (forms ? noticeForms(track) : undefined), [forms, track])
  return null
}

export type { BrowserClient, Client, Props }
export { TrackEvent as SparklyticsEvent, useAnalytics as useSparklytics }
