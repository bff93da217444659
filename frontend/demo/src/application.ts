/** A small application, which changes the address without loading anything. */

const TITLES: Record<string, string> = {
  "/demo": "Try the tracker",
  "/demo/products": "Products",
  "/demo/cart": "Your cart",
}

const show = ({ pathname, hash }: Location | URL): void => {
  const title = hash === "#reviews" ? "Reviews" : (TITLES[pathname] ?? "Elsewhere")
  document.title = title
  document.querySelector("#view")!.textContent = `${title} · ${pathname}${hash}`
}

/** The title comes first: the pageview is sent as soon as the address changes. */
export const visit = (address: string): void => {
  const next = new URL(address, location.href)
  show(next)
  if (address.startsWith("#")) location.hash = address
  else history.pushState({}, "", next)
}

export const follow = (): void => {
  addEventListener("popstate", () => show(location))
  show(location)
}
