import type { Code, errors as english } from "../en/errors"

const UNREADABLE = "Die Antwort des Servers ist nicht lesbar. Ist ein Proxy davor falsch eingestellt?"
const STORE_AWAY =
  "Der Ereignisspeicher antwortet nicht. Ereignisse werden inzwischen aufgehoben; versuchen Sie es gleich noch einmal."
const NO_PATH = "Ein Pfad beginnt mit / oder * und hat kein ?, etwa /preise oder /blog/*."
const PASSWORD =
  "Ein Passwort hat 8 bis 1024 Zeichen, ist nicht die E-Mail-Adresse und keines, das leicht zu erraten ist."
const VARIANTS =
  "Jede Variante braucht einen eigenen Namen und als Gewicht eine ganze Zahl von 0 bis 10 000; eines muss über 0 sein."
const NO_RANGE = "Diesen Zeitraum kann der Server nicht beantworten."

export const errors: typeof english = {
  kinds: {
    unreachable: "Der Server antwortet nicht. Läuft er, und sind Sie online?",
    no_json: UNREADABLE,
    http_error: UNREADABLE,
    internal_error: "Im Server ist etwas schiefgegangen. Sein Protokoll sagt, was.",
    method_not_allowed: "Das kennt der Server nicht. Ist die Seite älter als er? Laden Sie sie neu.",
    invalid_input: "Das kann der Server so nicht annehmen.",
    payload_too_large: "Das ist zu groß.",
    not_authenticated: "Sie sind nicht angemeldet.",
    access_denied: "Das dürfen Sie nicht.",
    not_found: "Das gibt es nicht.",
    conflict: "Das gibt es schon.",
    not_as_it_is: "Das geht nicht, so wie es jetzt ist.",
    rate_limited: "Zu viele Anfragen auf einmal. Warten Sie etwas, dann versuchen Sie es noch einmal.",
    quota_reached: "Die Menge des Monats ist erreicht.",
    unavailable: "Der Server kann das gerade nicht. Versuchen Sie es gleich noch einmal.",
    store_unavailable: STORE_AWAY,
    store_dead: STORE_AWAY,
    query_busy: "Zu viele Fragen auf einmal. Versuchen Sie es gleich noch einmal.",
    query_timeout: "Das dauerte zu lange. Wählen Sie einen kürzeren Zeitraum oder weniger Einzelheiten.",
    "invalid_input excluded_ips": "Etwas davon ist weder eine IP-Adresse noch ein Netz wie 10.0.0.0/8.",
    "invalid_input excluded_countries": "Etwas davon ist kein Land.",
    "invalid_input excluded_paths": "Etwas davon ist kein Pfad, der mit / beginnt.",
    "invalid_input aliases": "Etwas davon ist keine Kennung und kein Host.",
    "conflict aliases": "Etwas davon gehört schon zu einer anderen Website.",
    "invalid_input allowed_origins": "Etwas davon ist keine Quelle wie example.com oder https://example.com.",
    "invalid_input steps":
      "Ein Schritt braucht den Namen eines Ereignisses oder einen Pfad, der mit / oder * beginnt und kein ? hat.",
    "invalid_input value": `Nötig ist der Name eines Ereignisses oder ein Pfad. ${NO_PATH}`,
    "invalid_input revenue": "Nötig ist ein Betrag über 0 oder der Name einer Eigenschaft, und eine Währung wie EUR.",
    "invalid_input variants": VARIANTS,
    "invalid_input weights": VARIANTS,
    "invalid_input filter": "Ein Filter ist nicht zu verstehen.",
    "invalid_input filters": "Ein Filter oder eine Bedingung ist nicht zu verstehen.",
    "invalid_input range": NO_RANGE,
    "invalid_input from": NO_RANGE,
    "invalid_input to": NO_RANGE,
    "invalid_input unit": "Dieser Zeitraum hat dafür zu viele Schritte.",
    "invalid_input compare": "Damit lässt sich dieser Zeitraum nicht vergleichen.",
  } satisfies Record<Code, string> & Record<string, string>,
  whole: {
    "not_authenticated of login": "E-Mail oder Passwort ist falsch.",
    "rate_limited of login": "Zu viele Versuche. Warten Sie etwas, dann versuchen Sie es noch einmal.",
    "conflict of users": "Einen Benutzer mit dieser E-Mail-Adresse gibt es schon.",
    "conflict of sites": "Eine Website mit dieser Domain gibt es schon.",
    "conflict of goals": "Ein Ziel mit diesem Namen gibt es schon.",
    "conflict of funnels": "Einen Trichter mit diesem Namen gibt es schon.",
    "conflict of segments": "Ein Segment mit diesem Namen gibt es schon.",
    "conflict of experiments": "Ein Experiment mit diesem Namen oder dieser Kennung gibt es schon.",
    "conflict of keys": "Einen Schlüssel mit diesem Namen gibt es schon.",
    "access_denied old_password": "Das ist nicht Ihr Passwort.",
    "access_denied setup_token":
      "Das ist nicht der Code, den der Server beim Start ausgab, oder er ist älter als 15 Minuten. Starten Sie den Server neu.",
    "invalid_input email": "Das ist keine E-Mail-Adresse wie name@example.com.",
    "invalid_input password": PASSWORD,
    "invalid_input new_password": PASSWORD,
    "invalid_input domain": "Das ist keine Domain wie example.com.",
    "invalid_input time_zone": "Diese Zeitzone kennt der Server nicht.",
    "invalid_input currency": "Diese Währung kennt der Server nicht.",
    "invalid_input monthly_quota": "Das ist keine ganze Zahl über 0. Ohne Angabe gibt es keine Grenze.",
    "invalid_input retention_days":
      "Das ist keine ganze Zahl von 1 bis 36 500. Ohne Angabe bleiben Ereignisse für immer.",
    "invalid_input page": NO_PATH,
    "invalid_input event": "Der Name eines Ereignisses hat 1 bis 255 Zeichen.",
    "invalid_input before": "Das ist kein Tag von 1970 bis morgen.",
    "invalid_input user_id": "Die Kennung eines Nutzers hat 1 bis 255 Zeichen.",
    "invalid_input time": "Das ist kein Tag.",
    "invalid_input text": "Eine Notiz hat 1 bis 200 Zeichen.",
    "invalid_input id": "Eine Kennung hat 1 bis 64 Buchstaben ohne Umlaute, Ziffern, _ . oder -",
  },
}
