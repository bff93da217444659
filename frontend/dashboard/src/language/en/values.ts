/** Values that the server chooses from a fixed list. */
import type { DIMENSIONS } from "../../registry"

type Registered = (typeof DIMENSIONS)[number]
/** Every value that a dimension can have. */
type ValueOf<Name extends Registered["name"]> = Extract<Registered, { name: Name }>["values"][number]

export const values = {
  channel: {
    Direct: "Direct",
    "Cross-network": "Cross-network",
    "Paid Shopping": "Paid Shopping",
    "Paid Search": "Paid Search",
    "Paid Social": "Paid Social",
    "Paid Video": "Paid Video",
    Display: "Display",
    "Paid Other": "Paid Other",
    "Organic Shopping": "Organic Shopping",
    "AI Assistants": "AI Assistants",
    "Organic Social": "Organic Social",
    "Organic Video": "Organic Video",
    "Organic Search": "Organic Search",
    Email: "Email",
    Affiliates: "Affiliates",
    Audio: "Audio",
    SMS: "SMS",
    "Mobile Push Notifications": "Mobile Push Notifications",
    Referral: "Referral",
  } satisfies Record<ValueOf<"channel">, string>,
  device: {
    desktop: "Desktop",
    mobile: "Mobile",
    tablet: "Tablet",
    tv: "TV",
    console: "Game console",
    wearable: "Wearable",
  } satisfies Record<ValueOf<"device">, string>,
  kind: {
    pageview: "Pageview",
    event: "Event",
    engagement: "Engagement",
    web_vital: "Web vital",
    exposure: "Experiment seen",
    identify: "Identification",
  } satisfies Record<ValueOf<"kind">, string>,
}
