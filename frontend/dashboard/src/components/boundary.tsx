/** What throws while it is drawn takes nothing else of the page with it. */

import type { ComponentChildren } from "preact"
import { useEffect, useErrorBoundary } from "preact/hooks"
import { refresh } from "../answers"
import { at } from "../base"
import { words } from "../language"
import { address } from "../router"
import { Trouble } from "./panel"

export function Boundary({ children }: { children: ComponentChildren }) {
  const [error, reset] = useErrorBoundary((failure) => console.error(failure))
  const { href } = address.value
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another page, which may well be drawn
  useEffect(() => {
    if (error) reset()
  }, [href])
  if (!error) return <>{children}</>
  const { problems } = words.value
  const again = (): void => {
    reset()
    refresh()
  }
  return (
    <Trouble text={problems.brokenPage} onRetry={again}>
      <a href={at("/")}>{problems.toSites}</a>
    </Trouble>
  )
}
