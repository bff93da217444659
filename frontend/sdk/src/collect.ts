/** An event as `POST /api/collect` takes it, in the words of Sparklytics. */
export interface BatchEvent {
  website_id: string
  type: "pageview" | "event"
  url: string
  referrer?: string | undefined
  language?: string | undefined
  screen?: string | undefined
  screen_width?: number | undefined
  screen_height?: number | undefined
  utm_source?: string | undefined
  utm_medium?: string | undefined
  utm_campaign?: string | undefined
  utm_term?: string | undefined
  utm_content?: string | undefined
  event_name?: string | undefined
  event_data?: Readonly<Record<string, unknown>> | undefined
  visitor_id?: string | undefined
  /** By which it is stored once. */
  event_id?: string | undefined
}
