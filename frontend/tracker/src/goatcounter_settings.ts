/** What count.js does before hk.js: GoatCounter's settings, which its pages have in `window.goatcounter` or in the tag. */
import { page } from "./page"

const { dataset } = document.currentScript as HTMLScriptElement

const given = (): object => {
  try {
    return JSON.parse(dataset.goatcounterSettings || "{}")
  } catch {
    return {}
  }
}

const settings = Object.assign(page.goatcounter?.vars || page.goatcounter || {}, given())
const endpoint = dataset.goatcounter || settings.endpoint
page.goatcounter = settings
if (endpoint) dataset.host ??= endpoint.replace(/count$/, "")
if (settings.allow_local) dataset.local ??= ""
if (settings.no_onload) dataset.auto ??= "false"
