import { behaviour } from "./behaviour"
import { results } from "./results"
import { shared } from "./shared"
import { site } from "./site"

/** The language that all others follow: each has the same names. */
export const english = { ...shared, site, behaviour, results }
