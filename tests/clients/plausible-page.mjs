// A page with @plausible-analytics/tracker; the body says which server and site.
import { init, track } from '@plausible-analytics/tracker'

const { server, site } = document.body.dataset
init({
  domain: site,
  endpoint: `${server}/api/event`,
  outboundLinks: true,
  fileDownloads: true,
  formSubmissions: true,
  customProperties: { author: 'Ada' },
})
window.track = track
