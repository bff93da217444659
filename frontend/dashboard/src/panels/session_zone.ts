import { useAnswer } from "../answers"
import { question } from "../question"

/** The site's time zone, for reports that give their times in UTC and do not name it. */
export function useTimeZone(): string {
  const { data } = useAnswer("GET /api/sites/{site_id}", { path: { site_id: question.value.site } })
  return data?.time_zone ?? "UTC"
}
