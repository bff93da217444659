import { whole } from "../../figures"
import { settingsWords } from "../../language/settings"
import type { Reason } from "./seen_events"

/** How many events were dropped for which reason, the most frequent first. */
export function Drops({ dropped }: { dropped: Record<string, number> }) {
  const { usage, reasons } = settingsWords.value
  const listed: Record<string, Reason> = reasons
  const rows = Object.entries(dropped)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
  if (rows.length === 0) return <p class="quiet">{usage.droppedNone}</p>
  return (
    <table class="listing drops">
      <thead>
        <tr>
          <th scope="col">{usage.reason}</th>
          <th scope="col" class="number">
            {usage.count}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, count]) => (
          <tr key={name}>
            <td>
              {listed[name]?.what ?? name}
              <span class="why quiet">{listed[name]?.todo}</span>
            </td>
            <td class="number">{whole(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
