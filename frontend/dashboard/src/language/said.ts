/** What people read of an error: in the language of the page, and what the server says of it where that tells more. */

import type { ApiError } from "../api"
import { language, words } from "."
import type { Code } from "./en/errors"

export interface Said {
  text: string
  /** The server's own sentence, in English. */
  theirs: string
}

/** Of these the server's sentence tells no more. */
const TELL_ALL: readonly string[] = [
  "unreachable",
  "internal_error",
  "method_not_allowed",
  "not_authenticated",
  "rate_limited",
  "query_busy",
  "query_timeout",
  "store_unavailable",
  "store_dead",
] satisfies Code[]

/** Of these there is no sentence of the server. */
const NOT_ITS_OWN: readonly string[] = ["unreachable", "no_json", "http_error"] satisfies Code[]

export function saidOf(error: ApiError): Said {
  const sentence = sentenceOf(error)
  if (language.value === "en" && sentence && !NOT_ITS_OWN.includes(error.code)) return { text: sentence, theirs: "" }
  const { kinds, whole } = words.value.errors
  const { code, field, of } = error
  for (const name of [`${code} ${field}`, `${code} of ${of}`, code]) {
    if (whole[name]) return { text: whole[name], theirs: "" }
    if (kinds[name]) return { text: kinds[name], theirs: TELL_ALL.includes(code) ? "" : sentence }
  }
  return { text: words.value.problems.unknown, theirs: sentence }
}

/** Without the name that the field has in the API: people see its label. */
function sentenceOf({ message, field }: ApiError): string {
  const start = field?.includes("_") ? `${field} ` : ""
  const rest = message.startsWith(start) ? message.slice(start.length) : message
  return rest.charAt(0).toUpperCase() + rest.slice(1)
}
