"use client"

import type { ReactElement } from "react"
import * as inReact from "./react.js"

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
  useAnalytics,
  useSparklytics,
} from "./react.js"
