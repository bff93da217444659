// plausible-tracker, the older one: it sends props as a text within the text, by XMLHttpRequest.
import { server, settled, site } from './browser.mjs'
import plausibleTracker from 'plausible-tracker'

const Plausible = plausibleTracker.default
const { enableAutoOutboundTracking, enableAutoPageviews, trackEvent, trackPageview } = Plausible({
  domain: site,
  apiHost: server,
})

enableAutoPageviews()
await settled()
history.pushState({}, '', '/pricing')
await settled()
trackPageview({ url: `http://${site}/basket#total`, hashMode: true })
await settled()
enableAutoOutboundTracking()
document.querySelector('a').click()
await settled()
trackEvent('download', { props: { method: 'HTTP', size: 3 } })
await settled()
