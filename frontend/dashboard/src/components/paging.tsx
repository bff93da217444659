import { whole } from "../figures"
import { words } from "../language"

interface PagingProps {
  total: number
  offset: number
  size: number
  /** Whether screen readers are told of the place, where no new page says it. */
  said?: boolean
  onMove: (offset: number) => void
}

/** Where one is in a long list, and the steps to the pages before and after. */
export function Paging({ total, offset, size, said = false, onMove }: PagingProps) {
  const { shared } = words.value
  const last = Math.min(offset + size, total)
  return (
    <>
      <span class="quiet number" {...(said && { role: "status" })}>
        {shared.of(`${whole(total ? offset + 1 : 0)}–${whole(last)}`, whole(total))}
      </span>
      <button type="button" class="button small" disabled={offset === 0} onClick={() => onMove(offset - size)}>
        {shared.previous}
      </button>
      <button type="button" class="button small" disabled={last >= total} onClick={() => onMove(offset + size)}>
        {shared.next}
      </button>
    </>
  )
}
