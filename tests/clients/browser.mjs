// Makes this process a browser that shows a page of the site; the trackers that are imported after it run in it.
// Arguments of every program here: the address of the server, then the site's domain or its id.
import { GlobalRegistrator } from '@happy-dom/global-registrator'

export const [server, site] = process.argv.slice(2)

GlobalRegistrator.register({
  url: `http://${site}/start?utm_source=newsletter`,
  settings: {
    navigator: {
      userAgent:
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    },
    // A click on a link is seen, but the page stays.
    navigation: { disableMainFrameNavigation: true, disableFallbackToSetURL: true },
  },
})
Object.defineProperty(document, 'referrer', { value: 'https://search.test/results' })
// Nothing is drawn here, so the page's height is said: two screens.
Object.defineProperty(document.documentElement, 'scrollHeight', { value: 2 * window.innerHeight })
document.body.innerHTML = '<a href="https://partner.test/offer">A partner</a>'

// Waits until everything that the page has sent is answered, so that the next event comes after it.
export const settled = () => window.happyDOM.waitUntilComplete()
