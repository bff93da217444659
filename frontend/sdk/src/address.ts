/** Without a slash at its end. "" is the page's own origin. Throws TypeError for what is no address. */
export function addressOf(host: string): string {
  if (host !== "" && !/^https?:\/\/[^/]/.test(host)) {
    throw new TypeError(`host must be an address such as https://analytics.example.com, not ${JSON.stringify(host)}`)
  }
  return host.replace(/\/+$/, "")
}
