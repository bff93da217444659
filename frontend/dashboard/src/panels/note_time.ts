/** When a note is for: a day of the site's, or a time in UTC, which is told as the site's clocks showed it. */
import { clockOf, dayName, timeName } from "../figures"

export const DAY_LENGTH = "2026-11-20".length

export const isDay = (time: string): boolean => time.length === DAY_LENGTH

/** Such as 2026-11-20, in the site's time zone. */
export const dayOf = (time: string, timeZone: string): string =>
  isDay(time) ? time : clockOf(timeZone)(time).slice(0, DAY_LENGTH)

export const noteTime = (time: string, timeZone: string): string =>
  isDay(time) ? dayName(time) : timeName(clockOf(timeZone)(time))
