import { useAnswer } from "./answers"

/** What a site, by its id or domain, has had in all its time; undefined before the answer, and while it is not asked. */
export function useEver(site: string, isAsked = true) {
  const request = { path: { site_id: site }, parameters: { range: "all" } }
  return useAnswer("GET /api/sites/{site_id}/reports/overview", isAsked ? request : null).data?.metrics
}
