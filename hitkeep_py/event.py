"""The event on its way through the product: as a protocol read it, and as it is stored."""

from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

PAGEVIEW = "pageview"
CUSTOM = "event"
ENGAGEMENT = "engagement"
WEB_VITAL = "web_vital"
EXPOSURE = "exposure"
IDENTIFY = "identify"
KINDS = (PAGEVIEW, CUSTOM, ENGAGEMENT, WEB_VITAL, EXPOSURE, IDENTIFY)
"""Kinds of events. Only pageviews and custom events count as such; the others say more about a visit."""
ACTS = (PAGEVIEW, CUSTOM)
"""What a visitor does: only these begin a session."""
NO_SESSION = "no_session"
"""Why an event is flagged that says more about a visit when there is none."""

DEVICES = ("desktop", "mobile", "tablet", "tv", "console", "wearable")

MOST_NUMBER = 10**18
"""An event's value is below: sums of 10^12 of them are numbers still."""

CONVERSION = "conversion"
"""The category of events that their sender calls conversions."""


class Channel(StrEnum):
    """What kind of source brought a visitor. enrich.channel chooses."""

    DIRECT = "Direct"
    CROSS_NETWORK = "Cross-network"
    PAID_SHOPPING = "Paid Shopping"
    PAID_SEARCH = "Paid Search"
    PAID_SOCIAL = "Paid Social"
    PAID_VIDEO = "Paid Video"
    DISPLAY = "Display"
    PAID_OTHER = "Paid Other"
    ORGANIC_SHOPPING = "Organic Shopping"
    AI_ASSISTANTS = "AI Assistants"
    ORGANIC_SOCIAL = "Organic Social"
    ORGANIC_VIDEO = "Organic Video"
    ORGANIC_SEARCH = "Organic Search"
    EMAIL = "Email"
    AFFILIATES = "Affiliates"
    AUDIO = "Audio"
    SMS = "SMS"
    PUSH = "Mobile Push Notifications"
    REFERRAL = "Referral"


class DropReason(StrEnum):
    """Why a well-formed event was not stored. docs/ingest.md explains each."""

    UNKNOWN_SITE = "unknown_site"
    UNKNOWN_KEY = "unknown_key"
    DUPLICATE = "duplicate"
    DO_NOT_TRACK = "do_not_track"
    PREFETCH = "prefetch"
    BOT = "bot"
    REFERRER_SPAM = "referrer_spam"
    EXCLUDED_IP = "excluded_ip"
    EXCLUDED_COUNTRY = "excluded_country"
    EXCLUDED_PATH = "excluded_path"
    ORIGIN_NOT_ALLOWED = "origin_not_allowed"
    URL_NOT_ALLOWED = "url_not_allowed"
    TOO_OLD = "too_old"
    IN_FUTURE = "in_future"
    QUOTA = "quota"


@dataclass(slots=True)
class IncomingEvent:
    """What a wire format said, in neutral words; nothing looked up yet.

    One of `site_id`, `hostname` and `site_key` names the site; a key must be of one of `key_kinds`. With `site_named`
    the sender named its site itself, and is told when there is none; with `from_server` the request is not its
    visitor's own. `url` is an address of any kind or a path; `path` and `page_hostname`, when given, win over the
    url's. `props_json` is checked JSON text (see protocols.json_input). `visitor` and `user` are the caller's own names
    for who it was. `time` is UTC milliseconds; `age` says instead how many milliseconds ago it was. `revenue` is an
    amount as it was sent, a number or a text, in `currency`, or in the site's when that is "". `ip` and `user_agent`
    replace those of the request.
    With `must_match_url` the url has to be of the site (its allowed origins, or its domain). A `passive` custom event
    happened without its visitor doing anything, so it ends no bounce.
    """

    kind: str
    name: str
    site_id: str | None = None
    hostname: str | None = None
    site_key: str | None = None
    key_kinds: tuple[str, ...] = ()
    site_named: bool = False
    from_server: bool = False
    must_match_url: bool = False
    url: str = ""
    path: str = ""
    page_hostname: str = ""
    keep_fragment: bool = False
    title: str = ""
    referrer: str = ""
    session: str = ""
    visitor: str = ""
    user: str = ""
    language: str = ""
    screen_width: int = 0
    screen_height: int = 0
    viewport_width: int = 0
    campaign: dict[str, str] | None = None
    props_json: str | None = None
    category: str = ""
    label: str = ""
    value: float | None = None
    revenue: object = None
    currency: str = ""
    experiment_id: str = ""
    variant_id: str = ""
    scroll_depth: int | None = None
    engagement_ms: int | None = None
    time: int | None = None
    age: int | None = None
    ip: str = ""
    user_agent: str = ""
    do_not_track: bool = False
    bot: bool = False
    passive: bool = False
    idempotency_key: str = ""


@dataclass(slots=True)
class Sender:
    """Who sent a request. Lives for the request only: neither address nor user agent may reach a file (D5)."""

    ip: str
    user_agent: str
    language: str
    received_at: int
    origin: str = ""
    do_not_track: bool = False
    prefetch: bool = False


@dataclass(slots=True)
class Event:
    """An event as the inbox keeps it. Times are UTC milliseconds, `revenue` is in minor units of `currency`.

    The writer turns `visitor_id`, `previous_visitor_id`, `anonymous_visitor_id` (who a named user was before) and
    `session_key` into the stored visitor and session; every other field is stored as it is. `passive` is 1 of a custom
    event that ends no bounce, else None; `flagged` is why reports leave it out, or None.
    """

    site_id: str = ""
    time: int = 0
    kind: str = ""
    name: str | None = None
    visitor_id: int = 0
    previous_visitor_id: int | None = None
    session_key: int | None = None
    user_id: int | None = None
    hostname: str | None = None
    path: str | None = None
    title: str | None = None
    referrer: str | None = None
    source: str | None = None
    channel: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    language: str | None = None
    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device: str | None = None
    screen: str | None = None
    props: str | None = None
    category: str | None = None
    label: str | None = None
    value: float | None = None
    revenue: int | None = None
    currency: str | None = None
    experiment_id: str | None = None
    variant_id: str | None = None
    scroll_depth: int | None = None
    engagement_ms: int | None = None
    passive: int | None = None
    flagged: str | None = None
    anonymous_visitor_id: int | None = None


EVENT_FIELDS: tuple[str, ...] = tuple(Event.__dataclass_fields__)
event_row = attrgetter(*EVENT_FIELDS)
