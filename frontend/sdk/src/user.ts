const USER = "hk_user"

/** The id given to `identify`, "" for nobody, undefined where storage is blocked. */
export function rememberedUser(): string | undefined {
  try {
    return localStorage.getItem(USER) ?? ""
  } catch {
    return undefined
  }
}

export function rememberUser(user: string): void {
  try {
    if (user) localStorage.setItem(USER, user)
    else localStorage.removeItem(USER)
  } catch {
    // Blocked: known as long as the page is there.
  }
}
