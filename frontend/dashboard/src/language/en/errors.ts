/** What went wrong, where the server does not say it in the language of the page. */
import type { ErrorCode } from "../../registry"

/** Besides the server's own codes: what it never said, and what something before it said. */
export type Code = ErrorCode | "unreachable" | "no_json" | "http_error" | "internal_error" | "method_not_allowed"

const UNREADABLE = "The server's answer cannot be read. Is there a proxy before it that is misconfigured?"

export const errors = {
  /** What kind of thing it is; the server's own sentence stands below. Also by code and field, or by what it is of. */
  kinds: {
    unreachable: "The server does not answer. Is it running, and are you online?",
    no_json: UNREADABLE,
    http_error: UNREADABLE,
    internal_error: "Something went wrong in the server. Its log says what.",
    method_not_allowed: "The server does not know this. Is the page older than the server? Load it again.",
    invalid_input: "The server cannot accept this.",
    payload_too_large: "This is too large.",
    not_authenticated: "You are not logged in.",
    access_denied: "You may not do this.",
    not_found: "There is no such thing.",
    conflict: "There is one like this already.",
    not_as_it_is: "This cannot be done as things are.",
    rate_limited: "Too many requests at once. Wait a little, then try again.",
    quota_reached: "The month's quota is used up.",
    unavailable: "The server cannot do this now. Try again in a moment.",
    store_unavailable: "The event store does not answer. Events are kept meanwhile; try again in a moment.",
    store_dead: "The event store does not answer. Events are kept meanwhile; try again in a moment.",
    query_busy: "Too many questions at once. Try again in a moment.",
    query_timeout: "This took too long. Choose a shorter period or fewer details.",
  } satisfies Record<Code, string> as Record<string, string>,
  /** What says it all, by the same names; in English the server does. */
  whole: {} as Record<string, string>,
}
