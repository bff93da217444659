// @plausible-analytics/tracker: a shop whose pages change without loading.
import { server, settled, site } from './browser.mjs'
import { init, track } from '@plausible-analytics/tracker'

init({
  domain: site,
  endpoint: `${server}/api/event`,
  captureOnLocalhost: true, // Else nothing is sent from a browser that a program controls, as this one says of itself.
  outboundLinks: true,
})
await settled()
history.pushState({}, '', '/pricing')
await settled()
document.querySelector('a').click()
await settled()
const answer = await new Promise((resolve) => {
  track('Purchase', { props: { plan: 'pro' }, revenue: { amount: 15.99, currency: 'USD' }, callback: resolve })
})
console.log(answer.status)
