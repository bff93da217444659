// A client whose types openapi-typescript made of the API's description: they say what the server then answers.
import createClient from 'openapi-fetch'
import type { paths } from './api.d.ts'

const SITE = 'typed.example'
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

type Answer<P extends keyof paths> = paths[P]['get'] extends { responses: { 200: { content: infer Content } } }
  ? Content[keyof Content]
  : never
type Asked = { [P in keyof paths]: [Answer<P>] extends [never] ? never : P }[keyof paths]
// Whatever an answer may be, in whichever content type, it is not any value. {} fits those of which nothing is known.
type Untyped = { [P in Asked]: {} extends Answer<P> ? P : never }[Asked]
const isTyped: [Untyped] extends ['/openapi.json'] ? true : Untyped = true

const [address, key] = process.argv.slice(2) as [string, string]
const headers = { authorization: `Bearer ${key}`, 'user-agent': AGENT }
const client = createClient<paths, 'application/json'>({ baseUrl: address, headers })
const path = { site_id: SITE }

const sent = await client.POST('/api/event', { body: { n: 'pageview', u: `https://${SITE}/a`, d: SITE }, parseAs: 'text' })
if (sent.response.status !== 202) throw new Error(`${sent.response.status}`)

async function overview() {
  const asked = { params: { path, query: { range: 'today' } } }
  const { data } = await client.GET('/api/sites/{site_id}/reports/overview', asked)
  if (data === undefined || Array.isArray(data)) throw new Error('no overview')
  // @ts-expect-error There is no such metric.
  data.metrics.visitations
  return data
}

let views = 0
while (views === 0) views = (await overview()).metrics.pageviews
const { data: table } = await client.POST('/api/sites/{site_id}/query', {
  params: { path },
  body: { metrics: ['visitors', 'bounce_rate'], dimensions: ['page'], range: 'today' },
})
if (table === undefined || Array.isArray(table)) throw new Error('no table')
const refused = await client.GET('/api/sites/{site_id}/reports/overview', { params: { path, query: { range: 'nothing' } } })
console.log(JSON.stringify([isTyped, views, table.rows.map((row) => row.dimensions), refused.error?.error.field]))
