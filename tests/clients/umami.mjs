// @umami/node: an application's server that tells of pageviews, events and who it was.
import { Umami } from '@umami/node'

const [server, site] = process.argv.slice(2)
const umami = new Umami({ hostUrl: server, websiteId: site })

async function tell(response) {
  console.log(response.status, Object.keys(await response.json()).join(' '))
}

await tell(await umami.track({ url: '/home', title: 'Home', hostname: 'shop.test', referrer: 'https://search.test/' }))
await tell(await umami.track({ url: '/basket', name: 'added', data: { plan: 'pro', amount: 15.99, gift: true } }))
await tell(await umami.track('signed-up', { plan: 'pro', revenue: 15.99, currency: 'EUR' }))
await tell(await umami.identify({ email: 'reader@shop.test', plan: 'pro' }))
