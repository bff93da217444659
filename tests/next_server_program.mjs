// What a Next.js application does with requests: `node next_server_program.mjs SERVER_ENTRY HOST WEBSITE_ID`.
const [entry, host, websiteId] = process.argv.slice(2)
const { createServerClient, trackServerMiddleware, withAnalytics } = await import(entry)

const headers = {
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "x-forwarded-for": "2001:db8:b::7",
  referer: "https://www.google.com/",
}
const visit = (more = {}) => new Request("http://localhost:3000/shop?utm_source=news", { headers: { ...headers, ...more } })
process.env.SPARKLYTICS_HOST = host
process.env.SPARKLYTICS_WEBSITE_ID = websiteId
await trackServerMiddleware(visit(), { silent: false })
await trackServerMiddleware(visit({ "next-router-prefetch": "1" }), { silent: false })
await trackServerMiddleware(visit({ dnt: "1" }), { silent: false })
const buy = withAnalytics(
  async (_, analytics) => {
    await analytics.trackEvent({ eventName: "purchase", eventData: { amount: 49.99 }, id: "order-1" })
    return new Response("ok")
  },
  { silent: false, pageview: false },
)
await buy(visit())
await buy(visit())
await createServerClient({ silent: false }).trackEvent({ url: "/cron", eventName: "renewed" })
