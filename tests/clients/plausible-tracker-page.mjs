// A page with plausible-tracker, the older one; the body says which server and site.
import Plausible from 'plausible-tracker'

const { server, site } = document.body.dataset
const { enableAutoOutboundTracking, enableAutoPageviews, trackEvent } = Plausible({ domain: site, apiHost: server })
enableAutoPageviews()
enableAutoOutboundTracking()
window.track = trackEvent
