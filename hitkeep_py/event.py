"""The event on its way through the product: as a protocol read it, and as it is stored."""

from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

PAGEVIEW = "pageview"
CUSTOM = "event"


class DropReason(StrEnum):
    """Why a well-formed request did not become an event. docs/ingest.md explains each."""

    UNKNOWN_SITE = "unknown_site"
    DUPLICATE = "duplicate"


@dataclass(slots=True)
class IncomingEvent:
    """What a wire format said, in neutral words; nothing looked up yet.

    Exactly one of `site_id` and `origin_hostname` names the site. `url` is absolute or a path.
    `props_json` is checked JSON text (see protocols.json_input).
    """

    kind: str
    name: str
    site_id: str | None = None
    origin_hostname: str | None = None
    url: str = ""
    referrer: str = ""
    session: str = ""
    language: str = ""
    screen_width: int = 0
    screen_height: int = 0
    viewport_width: int = 0
    campaign: dict[str, str] | None = None
    props_json: str | None = None
    idempotency_key: str = ""


@dataclass(slots=True)
class Sender:
    """Who sent a request. Lives for the request only: neither field may reach a file (D5)."""

    ip: str
    user_agent: str
    language: str
    received_at: int


@dataclass(slots=True)
class Event:
    """An event as the inbox keeps it. Times are UTC milliseconds.

    The writer turns `visitor_id`, `previous_visitor_id` and `session_key` into the stored visitor and
    session; every other field is stored as it is.
    """

    site_id: str = ""
    time: int = 0
    kind: str = ""
    name: str | None = None
    visitor_id: int = 0
    previous_visitor_id: int | None = None
    session_key: int | None = None
    hostname: str | None = None
    path: str | None = None
    referrer: str | None = None
    source: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    country: str | None = None
    language: str | None = None
    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device: str | None = None
    screen: str | None = None
    props: str | None = None


EVENT_FIELDS: tuple[str, ...] = tuple(Event.__dataclass_fields__)
event_row = attrgetter(*EVENT_FIELDS)
