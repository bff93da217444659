/** Everything that can be pressed. */
import { base, visit } from "./application"

export interface Action {
  label: string
  /** What is called, as it is written in a page. */
  code: string
  /** Kinds, or names, of the events that come of it. */
  makes: string[]
  run: () => void
}

export interface Group {
  title: string
  about: string
  actions: Action[]
}

const call = (label: string, makes: string[], run: () => void, code: string): Action => ({ label, code, makes, run })

/** Straight to the server, in the tracker's words. */
const post = async (...names: string[]): Promise<void> => {
  const id = `${Date.now()}-${Math.random()}`
  const events = names.map((n) => ({ n, i: n && id, a: 0, u: location.href, z: true }))
  await fetch(`${base}/ingest/batch`, { method: "POST", body: JSON.stringify({ s: "shop.demo.example", e: events }) })
}

const READING = ["pageview", "engagement"]

export const GROUPS: Group[] = [
  {
    title: "Events by every name",
    about: "The functions of six products; each means here what it means there.",
    actions: [
      call(
        "Sign up",
        ["signup"],
        () => window.hk.event("signup", { plan: "pro", seats: 3, newsletter: true }),
        'hk.event("signup", { plan: "pro", seats: 3, newsletter: true })',
      ),
      call(
        "Buy the grinder",
        ["purchase"],
        () =>
          window.hk.event(
            "purchase",
            { item_id: "hand-grinder", quantity: 1, value: 119, currency: "EUR" },
            { amount: 119, currency: "EUR" },
          ),
        'hk.event("purchase", { item_id: "hand-grinder", … }, { amount: 119, currency: "EUR" })',
      ),
      call(
        "Put into the cart",
        ["add_to_cart"],
        () => window.sparklytics.track("add_to_cart", { item_id: "house-blend", price: 14.9 }),
        'sparklytics.track("add_to_cart", { item_id: "house-blend", price: 14.9 })',
      ),
      call("Say who it is", ["identify"], () => window.sparklytics.identify("ada"), 'sparklytics.identify("ada")'),
      call("Forget who it is", [], () => window.sparklytics.reset(), "sparklytics.reset()"),
      call(
        "Donate",
        ["Donation"],
        () => window.clickport.track("Donation", { cause: "trees" }, { amount: 5, currency: "USD" }),
        'clickport.track("Donation", { cause: "trees" }, { amount: 5, currency: "USD" })',
      ),
      call(
        "Use a feature",
        ["pdf_export"],
        () => window.grademypage.track("feature_used", { eventName: "pdf_export", eventData: { pages: 12 } }),
        'grademypage.track("feature_used", { eventName: "pdf_export", eventData: { pages: 12 } })',
      ),
      call(
        "Convert",
        ["trial_started"],
        () => window.grademypage.trackConversion("trial_started", { eventData: { plan: "team" } }),
        'grademypage.trackConversion("trial_started", { eventData: { plan: "team" } })',
      ),
      call(
        "Write to us",
        ["Contact"],
        () => window.plausible("Contact", { props: { by: "mail" } }),
        'plausible("Contact", { props: { by: "mail" } })',
      ),
      call(
        "Choose a colour",
        ["colour"],
        () => window.umami.track("colour", { name: "red" }),
        'umami.track("colour", { name: "red" })',
      ),
    ],
  },
  {
    title: "Pages without loading",
    about: "A change of address is a pageview, and the page that was left tells how far and how long it was read.",
    actions: [
      call("Products", READING, () => visit("/demo/products"), 'history.pushState({}, "", "/demo/products")'),
      call("Cart", READING, () => visit("/demo/cart"), 'history.pushState({}, "", "/demo/cart")'),
      call("Reviews", READING, () => visit("#reviews"), 'location.hash = "reviews"'),
      call("Start", READING, () => visit("/demo"), 'history.pushState({}, "", "/demo")'),
    ],
  },
  {
    title: "What is not stored, and why",
    about: "The server says so for every event.",
    actions: [
      call("Send it twice", ["sent_twice"], () => void post("sent_twice", "sent_twice"), "one id, twice: stored once"),
      call("Leave out the name", ["refused", "named"], () => void post("named", ""), "of two events one has no name"),
      call(
        "Come from a spammer",
        ["pageview"],
        () => window.umami.track((props) => ({ ...props, referrer: "https://semalt.com/" })),
        'umami.track((props) => ({ ...props, referrer: "https://semalt.com/" }))',
      ),
    ],
  },
]
