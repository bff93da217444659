"use client"

import {
  type ComponentPropsWithoutRef,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useState,
} from "react"
import { createClient } from "./index.js"
import * as inReact from "./react.js"
import type { PageDetails, Props } from "./types.js"
import { rememberUser, tellUser } from "./user.js"

declare const process: { env: { [name: string]: string | undefined } }

/** Next.js puts these into the pages by their names when it builds, so each must stand here in full. */
const HOST = process.env.NEXT_PUBLIC_HITKEEP_HOST ?? process.env.NEXT_PUBLIC_SPARKLYTICS_HOST
const SITE = process.env.NEXT_PUBLIC_HITKEEP_SITE ?? process.env.NEXT_PUBLIC_SPARKLYTICS_WEBSITE_ID

/** Its host and site may come from the environment. */
export function AnalyticsProvider(options: inReact.AnalyticsProviderProps): ReactElement {
  return <inReact.AnalyticsProvider {...options} host={options.host ?? HOST} site={options.site ?? SITE} />
}

/** As above, with the options of @sparklytics/next. */
export function SparklyticsProvider({ websiteId, ...options }: inReact.SparklyticsProviderProps): ReactElement {
  const site = options.site ?? websiteId ?? SITE
  return <inReact.SparklyticsProvider {...options} host={options.host ?? HOST} site={site} />
}

/** The events of your site and their properties, to be told by declaring them; then `track` takes only these for them. */
// biome-ignore lint/suspicious/noEmptyInterface: programs add to it.
export interface SparklyticsEvents {}

export interface SparklyticsHook extends Omit<inReact.Analytics, "track"> {
  track<Name extends keyof SparklyticsEvents>(name: Name, data: SparklyticsEvents[Name], details?: PageDetails): boolean
  track<Name extends string>(
    name: Name extends keyof SparklyticsEvents ? never : Name,
    data?: Props,
    details?: PageDetails,
  ): boolean
}

/** `const { track, pageview, identify, reset } = useSparklytics()` */
export function useSparklytics(): SparklyticsHook {
  return inReact.useAnalytics() as SparklyticsHook
}

/** From now on, events of this page are of this user, by your own id, whichever client sends them; later pages' too. */
export function identify(user: string): void {
  tellUser(user)
}

/** Forget the user. */
export function reset(): void {
  rememberUser("")
  tellUser("")
}

export interface UsePageviewOptions {
  websiteId?: string | undefined
  host?: string | undefined
  /** Nothing is counted. */
  disabled?: boolean | undefined
  /** false: count although the browser asks not to. */
  respectDnt?: boolean | undefined
}

/** Counts the present page and every later one, without a provider. */
export function usePageview({ websiteId, host, disabled, respectDnt }: UsePageviewOptions = {}): void {
  const ignoreDnt = respectDnt === false
  const [client] = useState(() =>
    createClient({ host: host ?? HOST ?? "", site: websiteId ?? SITE, disabled, ignoreDnt }),
  )
  useEffect(() => client.followPages(), [client])
}

export interface TrackProps {
  event: string
  data?: Props | undefined
  trigger?: inReact.TrackTrigger | undefined
  children: ReactNode
}

/** TrackEvent as @sparklytics/next calls it and its options. */
export function Track({ event, ...options }: TrackProps): ReactElement {
  return <inReact.TrackEvent name={event} {...options} />
}

interface Target {
  pathname?: string | null | undefined
  query?: string | null | Readonly<Record<string, unknown>> | undefined
  search?: string | null | undefined
  hash?: string | null | undefined
}

export interface TrackedLinkProps extends Omit<ComponentPropsWithoutRef<"a">, "href"> {
  href: string | Target
  /** `link_click` when left out. */
  eventName?: string | undefined
  /** Besides `href`. */
  eventData?: Props | undefined
  /** The new page takes the place of this one in the history. */
  replace?: boolean | undefined
  /** false: the new page is not shown from its top. */
  scroll?: boolean | undefined
}

interface Router {
  push(href: string, ...options: unknown[]): unknown
  replace(href: string, ...options: unknown[]): unknown
}

/** A link that tracks its clicks and goes through Next.js' router where that shows itself. */
export function TrackedLink(all: TrackedLinkProps): ReactElement {
  const { href, eventName = "link_click", eventData, replace, scroll, onClick, ...rest } = all
  const { track } = inReact.useAnalytics()
  const address = typeof href === "string" ? href : addressOf(href)
  const click = (event: MouseEvent<HTMLAnchorElement>) => {
    track(eventName, { href: typeof href === "string" ? href : (href.pathname ?? ""), ...eventData })
    onClick?.(event)
    if (opensHere(event)) follow(event, address, replace, scroll)
  }
  return <a {...rest} href={address} onClick={click} />
}

function addressOf({ pathname, query, search, hash }: Target): string {
  const asked = query && typeof query === "object" ? new URLSearchParams(pairsOf(query)).toString() : query
  const parameters = search || asked || ""
  const mark = parameters && !parameters.startsWith("?") ? "?" : ""
  return `${pathname ?? ""}${mark}${parameters}${hash && !hash.startsWith("#") ? "#" : ""}${hash ?? ""}`
}

function pairsOf(query: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, String(each ?? "")]),
  )
}

/** A plain click on a link within the site that nobody has dealt with. */
function opensHere(event: MouseEvent<HTMLAnchorElement>): boolean {
  const { currentTarget: link, metaKey, ctrlKey, shiftKey, altKey, button } = event
  if (event.defaultPrevented || button !== 0 || metaKey || ctrlKey || shiftKey || altKey) return false
  const { target } = link
  return (target === "" || target === "_self") && !link.hasAttribute("download") && link.origin === location.origin
}

function follow(event: MouseEvent, address: string, replace = false, scroll = true): void {
  const { next } = globalThis as { next?: { router?: Router; appDir?: boolean } }
  if (!next?.router) return // the browser follows it
  event.preventDefault()
  const options = scroll ? [] : next.appDir ? [{ scroll }] : [undefined, { scroll }]
  next.router[replace ? "replace" : "push"](address, ...options)
}

export type { BatchEvent } from "./collect.js"
export {
  type Analytics,
  type AnalyticsProviderProps,
  type BrowserClient,
  type Client,
  type Props,
  SparklyticsEvent,
  type SparklyticsProviderProps,
  TrackEvent,
  type TrackEventProps,
  type TrackTrigger,
  useAnalytics,
} from "./react.js"
