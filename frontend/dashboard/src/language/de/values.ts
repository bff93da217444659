import type { values as english } from "../en/values"

export const values: typeof english = {
  channel: {
    Direct: "Direkt",
    "Cross-network": "Netzwerkübergreifend",
    "Paid Shopping": "Bezahltes Shopping",
    "Paid Search": "Bezahlte Suche",
    "Paid Social": "Bezahlt in sozialen Medien",
    "Paid Video": "Bezahltes Video",
    Display: "Anzeigen",
    "Paid Other": "Anderes Bezahltes",
    "Organic Shopping": "Organisches Shopping",
    "AI Assistants": "KI-Assistenten",
    "Organic Social": "Soziale Medien",
    "Organic Video": "Organisches Video",
    "Organic Search": "Organische Suche",
    Email: "E-Mail",
    Affiliates: "Partner",
    Audio: "Audio",
    SMS: "SMS",
    "Mobile Push Notifications": "Push-Nachrichten",
    Referral: "Verweis",
  },
  device: { desktop: "Computer", mobile: "Handy", tablet: "Tablet", tv: "Fernseher", console: "Spielkonsole", wearable: "Wearable" },
  kind: {
    pageview: "Seitenaufruf",
    event: "Ereignis",
    engagement: "Lesezeit",
    web_vital: "Web Vital",
    exposure: "Experiment gesehen",
    identify: "Identifizierung",
  },
}
