const USER = "hk_user"

/** The id given to `identify`, "" for nobody. */
export function rememberedUser(): string {
  try {
    return localStorage.getItem(USER) ?? ""
  } catch {
    return "" // blocked
  }
}

/** Whether later pages will know. */
export function rememberUser(user: string): boolean {
  try {
    localStorage.removeItem(USER) // when there is no room for the new one, the old one is not right either
    if (user) localStorage.setItem(USER, user)
    return true
  } catch {
    return false // blocked or full
  }
}

type Take = (user: string) => void

const clients = new Set<Take>()
let waiting: string | undefined

/** To all clients that send, or to the first one that will: each knows whether it may store it. */
export function tellUser(user: string): void {
  if (typeof document === "undefined") return
  waiting = clients.size === 0 ? user : undefined
  for (const take of clients) take(user)
}

/** Gives what ends it. */
export function hearOfUsers(take: Take): () => void {
  clients.add(take)
  if (waiting !== undefined) take(waiting)
  waiting = undefined
  return () => clients.delete(take)
}
