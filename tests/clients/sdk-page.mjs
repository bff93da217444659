// A page made with React that uses the SDK's client, its hook and its component.
import { createClient } from '@hitkeep-py/sdk'
import { AnalyticsProvider, TrackEvent, useAnalytics } from '@hitkeep-py/sdk/react'
import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

const { host, interval } = document.body.dataset
const client = createClient({ host, interval: Number(interval) })

function Shop() {
  const { track } = useAnalytics()
  const buy = () => track('plan_selected', { plan: 'pro' }, { revenue: 49.99, currency: 'EUR' })
  return createElement(
    'main',
    null,
    createElement('button', { id: 'buy', onClick: buy }, 'Get Pro'),
    createElement(TrackEvent, { name: 'demo_request', data: { source: 'pricing' } }, createElement('button', { id: 'demo' })),
  )
}

const shop = createElement(AnalyticsProvider, { client }, createElement(Shop))
createRoot(document.querySelector('#root')).render(createElement(StrictMode, null, shop))
window.client = client
