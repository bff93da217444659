import type { reasons as english, refusals as englishRefusals } from "../en/reasons"

export const reasons: typeof english = {
  unknown_site: {
    what: "Es gehört zu keiner Website",
    todo: "Tragen Sie Host oder Kennung bei einer Website als Alias ein, oder nennen Sie die Website im Code mit data-site.",
  },
  unknown_key: {
    what: "Der Schlüssel ist unbekannt",
    todo: "Senden Sie einen gültigen Schlüssel dieser Website von der richtigen Art.",
  },
  duplicate: { what: "Es ist schon gespeichert", todo: "Nichts zu tun: Wiederholtes zählt einmal." },
  do_not_track: {
    what: "Der Browser möchte nicht verfolgt werden",
    todo: "Nehmen Sie einen anderen Browser, oder übergehen Sie diesen Wunsch (Ausschlüsse).",
  },
  prefetch: {
    what: "Die Seite wurde im Voraus geladen",
    todo: "Nichts zu tun: Sie zählt, sobald jemand sie sieht.",
  },
  bot: { what: "Ein Roboter hat es gesendet", todo: "Nichts zu tun, oder Roboter markiert behalten (Ausschlüsse)." },
  referrer_spam: {
    what: "Der Verweis ist bekannter Spam",
    todo: "Nichts zu tun, oder markiert behalten (Ausschlüsse).",
  },
  excluded_ip: { what: "Die IP-Adresse ist ausgeschlossen", todo: "Ändern Sie die Adressen unter Ausschlüsse." },
  excluded_country: { what: "Das Land ist ausgeschlossen", todo: "Ändern Sie die Länder unter Ausschlüsse." },
  excluded_path: { what: "Die Seite ist ausgeschlossen", todo: "Ändern Sie die Pfade unter Ausschlüsse." },
  origin_not_allowed: {
    what: "Diese Seite darf nicht senden",
    todo: "Tragen Sie ihren Host bei den erlaubten Quellen ein.",
  },
  url_not_allowed: {
    what: "Die Adresse gehört zu einer anderen Website",
    todo: "Senden Sie Adressen dieser Domain, oder erlauben Sie den Host unter Erlaubte Quellen.",
  },
  too_old: {
    what: "Es ist zu lange her",
    todo: "Mit einem geheimen Schlüssel senden oder die Website alte Ereignisse behalten lassen (analytics site change --old-events keep).",
  },
  in_future: {
    what: "Seine Zeit liegt in der Zukunft",
    todo: "Die Uhr des Absenders oder die Einheit seiner Zeit berichtigen.",
  },
  quota: { what: "Die Menge des Monats ist erreicht", todo: "Erhöhen Sie die Monatsmenge (Verbrauch)." },
}

export const refusals: typeof englishRefusals = {
  invalid_input: { what: "Es war nicht lesbar", todo: "Berichtigen Sie, was die Meldung nennt." },
  payload_too_large: { what: "Es ist zu groß", todo: "Senden Sie weniger oder kleinere Ereignisse auf einmal." },
  not_found: { what: "Diese Website gibt es nicht", todo: "Prüfen Sie die Kennung der Website in Ihren Daten." },
  not_authenticated: {
    what: "Der Schlüssel fehlt oder ist falsch",
    todo: "Senden Sie einen gültigen Schlüssel der Website.",
  },
  access_denied: { what: "Der Schlüssel darf das nicht", todo: "Nehmen Sie einen Schlüssel der richtigen Art." },
  rate_limited: {
    what: "Zu viele Anfragen auf einmal",
    todo: "Senden Sie später noch einmal, oder erhöhen Sie die Grenze des Servers.",
  },
  quota_reached: { what: "Die Menge des Monats ist erreicht", todo: "Erhöhen Sie die Monatsmenge (Verbrauch)." },
  unavailable: {
    what: "Der Server konnte es nicht speichern",
    todo: "Sehen Sie unter Zustand nach; senden Sie später noch einmal.",
  },
}
