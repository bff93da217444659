import type { Options } from "./wire"

const script = document.currentScript as HTMLScriptElement

/** What the script's tag says in data attributes, by the names of any product. */
export const options: Options = script.dataset

/** Given as `data-x` or `data-x="true"`. */
export const isOn = (name: string): boolean => !/fa|un/.test(options[name] as string)

/** Where the server is: the script's address, or an endpoint's, without the name that we know. */
export const server = (options.host || options.hostUrl || options.apiHost || options.api || script.src).replace(
  /\/?((js|api\/analytics)\/script\.js|api\/event|[^/]*\.js)?(\?.*)?$/,
  "/",
)

/** The site that the tag names; of Plausible's list the first. */
export const site = (
  options.site ||
  options.websiteId ||
  options.domain ||
  options.entity ||
  script.src.split("projectId=")[1] ||
  ""
).split(/[,&]/)[0]

/** Robots, people who ask not to be tracked, and developers at work are not counted. */
export const counting =
  !navigator.webdriver &&
  (isOn("ignoreDnt") || isOn("collectDnt") || !(navigator.globalPrivacyControl || +navigator.doNotTrack!)) &&
  (isOn("local") || !/^(localhost|127.0.0.1|\[::1]|)$/.test(location.hostname))
