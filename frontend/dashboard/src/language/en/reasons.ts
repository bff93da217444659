/** Why events do not count. */
import type { DropReason } from "../../registry"

/** What became of an event, and what to do about it. */
interface Reason {
  what: string
  todo: string
}

export const reasons: Record<DropReason, Reason> = {
  unknown_site: {
    what: "It belongs to no site",
    todo: "Add its host or id to a site as an alias, or name the site in the snippet with data-site.",
  },
  unknown_key: {
    what: "The key is unknown",
    todo: "Send a key of this site that is not revoked and of the right kind.",
  },
  duplicate: { what: "It was stored before", todo: "Nothing to do: events sent again count once." },
  do_not_track: {
    what: "The browser asks not to be tracked",
    todo: "Try another browser, or set the site to ignore this wish (Exclusions).",
  },
  prefetch: { what: "The page was loaded ahead of time", todo: "Nothing to do: it counts once someone sees it." },
  bot: { what: "A robot sent it", todo: "Nothing to do, or keep robots as flagged events (Exclusions)." },
  referrer_spam: { what: "The referrer is a known spammer", todo: "Nothing to do, or keep it flagged (Exclusions)." },
  excluded_ip: { what: "The IP address is excluded", todo: "Change the excluded addresses (Exclusions)." },
  excluded_country: { what: "The country is excluded", todo: "Change the excluded countries (Exclusions)." },
  excluded_path: { what: "The page is excluded", todo: "Change the excluded paths (Exclusions)." },
  origin_not_allowed: { what: "Its page may not send", todo: "Add the page's host to the allowed origins." },
  url_not_allowed: {
    what: "Its address is of another site",
    todo: "Send addresses of the site's domain, or add the host to the allowed origins.",
  },
  too_old: {
    what: "It happened too long ago",
    todo: "Send it with a secret key, or set the site to keep old events (analytics site change --old-events keep).",
  },
  in_future: { what: "Its time lies in the future", todo: "Correct the sender's clock, or the unit of its time." },
  quota: { what: "The month's quota is used up", todo: "Raise the quota (Usage)." },
}

/** Codes of errors with which a request is refused. */
export const refusals: Record<string, Reason> = {
  invalid_input: { what: "It could not be read", todo: "Correct what the message says." },
  payload_too_large: { what: "It is too large", todo: "Send fewer events at once, or smaller ones." },
  not_found: { what: "There is no such site", todo: "Check the site's id in what you send." },
  not_authenticated: { what: "The key is missing or wrong", todo: "Send a key of the site that is not revoked." },
  access_denied: { what: "The key may not do this", todo: "Use a key of the right kind." },
  rate_limited: { what: "Too many requests at once", todo: "Send again later, or raise the server's ingest rate." },
  quota_reached: { what: "The month's quota is used up", todo: "Raise the quota (Usage)." },
  unavailable: { what: "The server could not store it", todo: "Look at Health; send again later." },
}
