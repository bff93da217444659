import { behaviour } from "./behaviour"
import { errors } from "./errors"
import { results } from "./results"
import { shared } from "./shared"
import { site } from "./site"
import { values } from "./values"

/** The language that all others follow: each has the same names. */
export const english = { ...shared, site, behaviour, results, errors, values }
