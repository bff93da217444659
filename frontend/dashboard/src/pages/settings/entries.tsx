import type { ComponentChildren } from "preact"

/** One of a list: what it is, what is said of it, figures, and what can be done with it. */
export function Entry(given: {
  title: ComponentChildren
  children?: ComponentChildren
  figures?: ComponentChildren
  actions?: ComponentChildren
}) {
  return (
    <li class="entry">
      <div class="what">
        <div class="title">{given.title}</div>
        {given.children && <div class="quiet">{given.children}</div>}
      </div>
      {given.figures && <div class="entry-figures">{given.figures}</div>}
      {given.actions && <div class="actions">{given.actions}</div>}
    </li>
  )
}
