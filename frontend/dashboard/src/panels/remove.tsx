/** Asks before a funnel or an experiment is removed. */
import { AskFirst } from "../components/confirm"
import { words } from "../language"
import { type Changes, changed, go } from "../router"

export function Remove(given: {
  name: string
  text: string
  done: (name: string) => string
  onConfirm: () => Promise<unknown>
  /** What the address no longer has afterwards. */
  without: Changes
}) {
  const { name, text, done, onConfirm, without } = given
  const { shared, results } = words.value
  return (
    <AskFirst
      label={`${shared.remove}: ${name}`}
      className="small bare icon"
      title={results.reallyRemove(name)}
      text={text}
      action={shared.remove}
      done={done(name)}
      onConfirm={onConfirm}
      onDone={() => go(changed(without), { replace: true })}
    />
  )
}
