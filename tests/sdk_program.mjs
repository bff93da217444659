// A shop that sells all the time: `node sdk_program.mjs SDK HOST KEY_OR_SITE` counts what it made until it is stopped.
const [sdk, host, name] = process.argv.slice(2)
const { createClient } = await import(sdk)
const access = name.startsWith("hks_") ? { key: name, exitTimeout: 60_000 } : { site: name }
const client = createClient({ host, interval: 20, queueEvents: 100_000, ...access })
let number = 0
const sales = setInterval(() => {
  client.track("sale", { number }, { revenue: 1, url: "https://example.com/shop" })
  number += 1
}, 2)
process.stdin.once("data", async () => {
  clearInterval(sales)
  const isDone = await client.flush(60_000)
  console.log(JSON.stringify({ made: number, isDone, ...client.counts }))
  process.exit()
})
