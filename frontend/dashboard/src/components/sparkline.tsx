const WIDTH = 200
const HEIGHT = 48
const MARGIN = 3

/** A line of few figures; the words beside it say the same. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const most = Math.max(...values, 1)
  const points = values.map((value, index) => {
    const across = values.length > 1 ? (index * WIDTH) / (values.length - 1) : WIDTH / 2
    return `${across.toFixed(1)},${(HEIGHT - MARGIN - (value * (HEIGHT - 2 * MARGIN)) / most).toFixed(1)}`
  })
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {points.length > 0 && <path class="area" d={`M0,${HEIGHT}L${points.join("L")}L${WIDTH},${HEIGHT}Z`} />}
      {points.length > 0 && <path d={`M${points.join("L")}`} />}
    </svg>
  )
}
