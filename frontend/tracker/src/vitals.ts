/** hk-vitals.js: the five web vitals, measured by Google's library. */
import { type Metric, onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals"
import type { Send } from "./wire"

/** Each is told once a page, however often it changes afterwards. */
export const measure = (send: Send): void => {
  const u = location.href.split("#")[0]
  const told = new Set<string>()
  const tell = ({ id, name, value, navigationType }: Metric): void => {
    if (told.has(id)) return
    told.add(id)
    send({ k: "v", n: name, v: value, l: navigationType, u })
  }
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(tell)
}
