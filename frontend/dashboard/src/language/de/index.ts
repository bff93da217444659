import type { Words } from ".."
import { behaviour } from "./behaviour"
import { errors } from "./errors"
import { results } from "./results"
import { shared } from "./shared"
import { site } from "./site"
import { values } from "./values"

export const german: Words = { ...shared, site, behaviour, results, errors, values }
