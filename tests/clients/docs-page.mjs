// Shows /docs of a server in a browser without a screen, opens every route and prints the words of each as JSON.
// Argument: the address of the server.
import { GlobalRegistrator } from '@happy-dom/global-registrator'

const [server] = process.argv.slice(2)
const [page, script] = await Promise.all(['/docs', '/docs/page.js'].map(async (path) => (await fetch(server + path)).text()))

GlobalRegistrator.register({ url: `${server}/docs` })
document.body.innerHTML = page.match(/<body>(.*)<\/body>/s)[1]
new Function(script)()
while (!document.querySelector('details')) await new Promise((later) => setTimeout(later, 20))

const routes = [...document.querySelectorAll('details')]
for (const route of routes) route.dispatchEvent(new Event('toggle'))
console.log(JSON.stringify(Object.fromEntries(routes.map((route) => [route.dataset.text, route.textContent]))))
