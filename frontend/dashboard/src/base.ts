/** Where the server is, which a proxy may have below a path of its host. */

/** Such as /analytics; "" where it has the host to itself. */
export const base = document.documentElement.dataset.base ?? ""

/** The server's address, as pages and programs name it. */
export const server = location.origin + base

/** A path of this host, as the server knows it; what is not the server's stays as it is. */
export const within = (path: string): string =>
  path.startsWith(`${base}/`) || path === base ? path.slice(base.length) || "/" : path

/** The address of a page or a file of the server. */
export const at = (path: string): string => base + path
