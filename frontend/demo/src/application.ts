/** A small application, which changes the address without loading anything. */

/** The path below which the server is; "" where it has its host to itself. */
export const base = document.documentElement.dataset.base ?? ""

const TITLES: Record<string, string> = {
  "/demo": "Try the tracker",
  "/demo/products": "Products",
  "/demo/cart": "Your cart",
}

const show = ({ pathname, hash }: Location): void => {
  const title = hash === "#reviews" ? "Reviews" : (TITLES[pathname.slice(base.length)] ?? "Elsewhere")
  document.title = title
  document.querySelector("#view")!.textContent = `${title} · ${pathname}${hash}`
}

export const visit = (address: string): void => {
  if (address.startsWith("#")) location.hash = address
  else history.pushState({}, "", base + address)
  show(location)
}

export const follow = (): void => {
  addEventListener("popstate", () => show(location))
  show(location)
}
