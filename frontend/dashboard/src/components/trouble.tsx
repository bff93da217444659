import { Icon } from "./icon"

/** How bad it is, what it is, and what the server says of it. */
export type Trouble = readonly ["problem" | "warning", string, string]

export const TroubleNote = ({ trouble: [kind, text, theirs] }: { trouble: Trouble }) => (
  <p class={`note ${kind} gap`}>
    <Icon name="warning" />
    <span>
      {text} {theirs && <bdi lang="en">{theirs}</bdi>}
    </span>
  </p>
)
