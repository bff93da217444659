/** Lists that survive a reload of the page, in this tab. */

/** The server tells of as many events. */
const MOST = 200

export const kept = <Item>(name: string): Item[] => {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "[]") as Item[]
  } catch {
    return []
  }
}

export const keep = (name: string, items: readonly unknown[]): void => {
  try {
    sessionStorage.setItem(name, JSON.stringify(items.slice(-MOST)))
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}
