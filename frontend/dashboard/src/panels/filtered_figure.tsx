import { useEffect, useRef, useState } from "preact/hooks"
import type { Found } from "../answers"
import type { OverviewReport } from "../api_types"
import { short } from "../figures"
import { words } from "../language"
import { chosen, question } from "../question"
import { clauseText } from "./filters"

/** Said after a filter was changed, for those who do not see that all figures did. */
export function FilteredFigure({ found: { data, loading } }: { found: Found<OverviewReport> }) {
  const filters = JSON.stringify(chosen())
  const before = useRef({ filters, data })
  const [said, say] = useState("")
  useEffect(() => {
    // Right after the change the data is still that of the filters before.
    if (loading || !data || data === before.current.data) return
    if (filters !== before.current.filters) say(sayingOf(data))
    before.current = { filters, data }
  }, [filters, data, loading])
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  )
}

const sayingOf = ({ metrics }: OverviewReport): string =>
  words.value.site.visitorsWith(question.value.clauses.map(clauseText).join(", "), short(metrics.visitors))
