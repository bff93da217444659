import type { Words } from ".."
import { behaviour } from "./behaviour"
import { results } from "./results"
import { shared } from "./shared"
import { site } from "./site"

export const german: Words = { ...shared, site, behaviour, results }
