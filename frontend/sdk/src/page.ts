/** The page that an event happens on; nothing of it where there is none. */
export class Page {
  #address = ""
  #referrer = ""

  /** For the fields of an event. A router shows another page without loading one: then the referrer is the last one. */
  get fields(): { url: string; referrer: string; title: string; sizes: number[] | undefined } {
    if (typeof document === "undefined") return { url: "", referrer: "", title: "", sizes: undefined }
    const address = location.href
    if (!this.#address) this.#referrer = document.referrer
    else if (withoutFragment(address) !== withoutFragment(this.#address)) this.#referrer = this.#address
    this.#address = address
    const sizes = [screen.width, screen.height, innerWidth]
    return { url: address, referrer: this.#referrer, title: document.title, sizes }
  }
}

export function withoutFragment(address: string): string {
  return address.replace(/#.*/, "")
}

/** Calls at once, and for every address that the router shows; gives what ends that. */
export function onEveryPage(call: () => void): () => void {
  if (typeof document === "undefined") return () => {}
  const ends = new AbortController()
  const { signal } = ends
  addEventListener("popstate", call, { signal })
  const restore = [afterwards("pushState", call, signal), afterwards("replaceState", call, signal)]
  if ("prerendering" in document && document.prerendering) {
    document.addEventListener("prerenderingchange", call, { once: true, signal }) // nobody has seen it yet
  } else {
    call()
  }
  return () => {
    ends.abort()
    for (const each of restore) each()
  }
}

function afterwards(method: "pushState" | "replaceState", call: () => void, signal: AbortSignal): () => void {
  const original = history[method]
  const patched: typeof original = function (this: History, ...args) {
    original.apply(this, args)
    if (!signal.aborted) call()
  }
  history[method] = patched
  return () => {
    if (history[method] === patched) history[method] = original // else somebody patched it after us
  }
}

/** Do-Not-Track, or Global Privacy Control. */
export function asksNotToBeTracked(): boolean {
  const told = globalThis.navigator as (Navigator & { globalPrivacyControl?: boolean }) | undefined
  return told?.doNotTrack === "1" || told?.globalPrivacyControl === true
}
