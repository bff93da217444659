/** A visitor as a sign of squares, made of the id: it tells visitors apart without naming anybody. */
import { words } from "../language"

const SIZE = 5
const HALF = 3
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567"

export interface Sign {
  /** An angle of the circle of colours. */
  hue: number
  /** Which squares are filled, row by row; the right half mirrors the left one. */
  squares: readonly boolean[]
}

/** The id is eight letters and digits of five bits each. */
export function signOf(visitor: string): Sign {
  const bits = [...visitor].map((each) => LETTERS.indexOf(each).toString(2).padStart(5, "0")).join("")
  const hue = (Number.parseInt(bits.slice(0, 12), 2) * 137.5) % 360
  const half = [...bits.slice(12, 12 + SIZE * HALF)].map((each) => each === "1")
  const squares = Array.from({ length: SIZE * SIZE }, (_, place) => {
    const [row, column] = [Math.floor(place / SIZE), place % SIZE]
    return half[row * HALF + Math.min(column, SIZE - 1 - column)] ?? false
  })
  return { hue: Number.isNaN(hue) ? 0 : hue, squares }
}

export function VisitorSign({ visitor, size = 22 }: { visitor: string; size?: number }) {
  const { hue, squares } = signOf(visitor)
  const label = words.value.behaviour.sessions.visitorOf(visitor)
  return (
    <svg
      class="visitor-sign"
      width={size}
      height={size}
      viewBox="-1 -1 7 7"
      role="img"
      aria-label={label}
      style={{ "--hue": hue.toFixed(0) }}
    >
      <title>{label}</title>
      <rect class="ground" x="-1" y="-1" width="7" height="7" rx="1.6" />
      {squares.map(
        (filled, place) =>
          filled && (
            // biome-ignore lint/suspicious/noArrayIndexKey: a square is its place
            <rect key={place} x={place % SIZE} y={Math.floor(place / SIZE)} width="1.02" height="1.02" />
          ),
      )}
    </svg>
  )
}
