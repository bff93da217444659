"""HitKeep: `POST /ingest` for pageviews, `POST /ingest/event` for events.

The event route takes two forms. The documented one names its site, `{site_id, name, url, referrer, props}`, and
needs no Origin. What hk.js 2.8.1 sends, `{n, p, r, sid, tsrc, tv}`, belongs to the site of its Origin.
"""

from typing import Any
from urllib.parse import urlsplit

from hitkeep_py.errors import InvalidInput, NotFound
from hitkeep_py.event import CUSTOM, PAGEVIEW, DropReason, IncomingEvent
from hitkeep_py.protocols.format import Answer, Headers, WireFormat
from hitkeep_py.protocols.json_input import props_field, read_object, text_field, whole_field
from hitkeep_py.text import clean

BODY_LIMIT = 64 * 1024
NAME_LENGTH = 255
SESSION_LENGTH = 128
NO_SESSION = "00000000-0000-0000-0000-000000000000"
CAMPAIGN_FIELDS = (
    ("u_src", "utm_source"),
    ("u_med", "utm_medium"),
    ("u_cmp", "utm_campaign"),
    ("u_trm", "utm_term"),
    ("u_cnt", "utm_content"),
)


def read_pageview(body: bytes, headers: Headers) -> list[IncomingEvent]:
    fields = read_object(body)
    event = IncomingEvent(
        kind=PAGEVIEW,
        name="",
        origin_hostname=read_origin(headers),
        url=text_field(fields, "path"),
        referrer=text_field(fields, "referrer"),
        session=read_session(fields, "session_id"),
        language=text_field(fields, "lang"),
        screen_width=whole_field(fields, "sc_w"),
        screen_height=whole_field(fields, "sc_h"),
        viewport_width=whole_field(fields, "vp_w"),
        campaign=read_campaign(fields),
    )
    return [event]


def read_event(body: bytes, headers: Headers) -> list[IncomingEvent]:
    fields = read_object(body)
    if not {"site_id", "n"} & fields.keys() and b"origin" not in headers:
        raise InvalidInput("site_id is required; or n and an Origin header, as hk.js sends them", field="site_id")
    return [read_documented_event(fields) if "site_id" in fields else read_tracker_event(fields, headers)]


def read_documented_event(fields: dict[str, Any]) -> IncomingEvent:
    return IncomingEvent(
        kind=CUSTOM,
        name=read_name(fields, "name"),
        site_id=text_field(fields, "site_id"),
        url=text_field(fields, "url"),
        referrer=text_field(fields, "referrer"),
        session=read_session(fields, "session_id"),
        props_json=props_field(fields, "props"),
    )


def read_tracker_event(fields: dict[str, Any], headers: Headers) -> IncomingEvent:
    return IncomingEvent(
        kind=CUSTOM,
        name=read_name(fields, "n"),
        origin_hostname=read_origin(headers),
        referrer=text_field(fields, "r"),
        session=read_session(fields, "sid"),
        props_json=props_field(fields, "p"),
    )


def read_origin(headers: Headers) -> str:
    """The hostname of the Origin header."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin:
        raise InvalidInput("Origin header is required")
    try:
        hostname = urlsplit(origin).hostname
    except ValueError:
        hostname = None
    if not hostname:
        raise InvalidInput("Invalid Origin header")
    return hostname


def read_name(fields: dict[str, Any], field: str) -> str:
    name = clean(text_field(fields, field, BODY_LIMIT), NAME_LENGTH + 1)
    if not 1 <= len(name) <= NAME_LENGTH:
        raise InvalidInput(f"{field} is required and has 1 to {NAME_LENGTH} characters", field=field)
    return name


def read_session(fields: dict[str, Any], field: str) -> str:
    session = text_field(fields, field, SESSION_LENGTH)
    return "" if session == NO_SESSION else session


def read_campaign(fields: dict[str, Any]) -> dict[str, str] | None:
    given = {name: clean(text_field(fields, field), NAME_LENGTH) for field, name in CAMPAIGN_FIELDS}
    return {name: value for name, value in given.items() if value} or None


def answer(events: list[IncomingEvent], dropped: DropReason | None) -> Answer:
    """202 with an empty body as upstream, also for a tracker on an unknown site; who names a site is told."""
    if dropped is DropReason.UNKNOWN_SITE and events[0].site_id is not None:
        raise NotFound(f"there is no site with the id {events[0].site_id!r}", field="site_id")
    return ACCEPTED


ACCEPTED = Answer(202)
PAGEVIEWS = WireFormat("hitkeep pageview", "/ingest", BODY_LIMIT, read_pageview, answer)
EVENTS = WireFormat("hitkeep event", "/ingest/event", BODY_LIMIT, read_event, answer)
