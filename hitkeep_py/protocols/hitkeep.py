"""HitKeep: pageviews, events and web vitals of pages, and pageviews and events of servers.

The event route takes two forms. The documented one names its site, `{site_id, name, url, referrer, props}`, and
needs no Origin. What hk.js 2.8.1 sends, `{n, p, r, sid, tsrc, tv}`, belongs to the site of its Origin.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from hitkeep_py.errors import AccessDenied, InvalidInput, NotAuthenticated, NotFound
from hitkeep_py.event import CUSTOM, PAGEVIEW, WEB_VITAL, DropReason, IncomingEvent
from hitkeep_py.protocols.format import Answer, Item, Request, Verdict, WireFormat, raise_refusal
from hitkeep_py.protocols.json_input import (
    campaign_of,
    number_value,
    props_field,
    required_name,
    text_field,
    time_field,
    whole_field,
)
from hitkeep_py.protocols.server_key import SERVER_KINDS, ip_field, server_key
from hitkeep_py.text import host_of

SESSION_LENGTH = 128
NAVIGATION_TYPE_LENGTH = 64
NO_SESSION = "00000000-0000-0000-0000-000000000000"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
KEY_WANTED = "send a secret or API key as Authorization: Bearer KEY or X-Api-Key"
VITALS = ("LCP", "CLS", "INP", "FCP", "TTFB")
CAMPAIGN_FIELDS = (
    ("u_src", "utm_source"),
    ("u_med", "utm_medium"),
    ("u_cmp", "utm_campaign"),
    ("u_trm", "utm_term"),
    ("u_cnt", "utm_content"),
)


def read_pageview(request: Request) -> list[Item]:
    fields = request.object()
    event = IncomingEvent(
        kind=PAGEVIEW,
        name="",
        hostname=read_origin(request),
        url=text_field(fields, "path"),
        referrer=text_field(fields, "referrer"),
        session=read_session(fields, "session_id"),
        language=text_field(fields, "lang"),
        screen_width=whole_field(fields, "sc_w"),
        screen_height=whole_field(fields, "sc_h"),
        viewport_width=whole_field(fields, "vp_w"),
        campaign=campaign_of(fields, CAMPAIGN_FIELDS),
        user_agent=read_user_agent(request, fields),
    )
    return [event]


def read_event(request: Request) -> list[Item]:
    fields = request.object()
    if not {"site_id", "n"} & fields.keys() and b"origin" not in request.headers:
        raise InvalidInput("site_id is required; or n and an Origin header, as hk.js sends them", field="site_id")
    return [read_documented_event(fields) if "site_id" in fields else read_tracker_event(fields, request)]


def read_documented_event(fields: dict[str, Any]) -> IncomingEvent:
    return IncomingEvent(
        kind=CUSTOM,
        name=required_name(fields, "name"),
        site_id=text_field(fields, "site_id"),
        url=text_field(fields, "url"),
        referrer=text_field(fields, "referrer"),
        session=read_session(fields, "session_id"),
        props_json=props_field(fields, "props"),
    )


def read_tracker_event(fields: dict[str, Any], request: Request) -> IncomingEvent:
    return IncomingEvent(
        kind=CUSTOM,
        name=required_name(fields, "n"),
        hostname=read_origin(request),
        url=text_field(fields, "path"),
        referrer=text_field(fields, "r"),
        session=read_session(fields, "sid"),
        props_json=props_field(fields, "p"),
        user_agent=read_user_agent(request, fields),
    )


def read_vital(request: Request) -> list[Item]:
    """One web vital: milliseconds, or a score for CLS."""
    fields = request.object()
    name = text_field(fields, "n").strip()
    if name not in VITALS:
        raise InvalidInput(f"n must be one of {', '.join(VITALS)}", field="n")
    value = None if isinstance(fields.get("v"), str) else number_value(fields.get("v"))
    if value is None or value < 0:
        raise InvalidInput("v must be a number from 0 up", field="v")
    event = IncomingEvent(
        kind=WEB_VITAL,
        name=name,
        hostname=read_origin(request),
        url=text_field(fields, "p"),
        session=read_session(fields, "sid"),
        label=text_field(fields, "nt", NAVIGATION_TYPE_LENGTH),
        value=value,
        user_agent=read_user_agent(request, fields),
    )
    return [event]


def read_server_pageview(request: Request) -> list[Item]:
    event = read_server_visit(request, PAGEVIEW)
    fields = request.object()
    event.language = text_field(fields, "language")
    event.screen_width = whole_field(fields, "screen_width")
    event.screen_height = whole_field(fields, "screen_height")
    event.viewport_width = whole_field(fields, "viewport_width")
    return [event]


def read_server_event(request: Request) -> list[Item]:
    event = read_server_visit(request, CUSTOM)
    fields = request.object()
    event.name = required_name(fields, "name")
    event.props_json = props_field(fields, "properties")
    return [event]


def read_server_visit(request: Request, kind: str) -> IncomingEvent:
    """What both server routes have in common: whose visit it was, where and when."""
    key = server_key(request)
    if not key:
        raise NotAuthenticated(f"Unauthorized: {KEY_WANTED}")
    fields = request.object()
    user_agent = text_field(fields, "user_agent").strip()
    if not user_agent:
        raise InvalidInput("user_agent is required", field="user_agent")
    return IncomingEvent(
        kind=kind,
        name="",
        site_key=key,
        key_kinds=SERVER_KINDS,
        from_server=True,
        must_match_url=True,
        url=read_absolute_url(fields),
        referrer=text_field(fields, "referrer"),
        session=read_session(fields, "session_id"),
        time=read_time(fields),
        ip=ip_field(fields, "visitor_ip", required=True),
        user_agent=user_agent,
        do_not_track=read_wish(fields),
    )


def read_wish(fields: dict[str, Any]) -> bool:
    """A wish that cannot be read must not be passed over."""
    if not isinstance(fields.get("dnt"), bool | None):
        raise InvalidInput("dnt must be true or false", field="dnt")
    return bool(fields.get("dnt"))


def read_absolute_url(fields: dict[str, Any]) -> str:
    url = text_field(fields, "url").strip()
    try:
        parts = urlsplit(url)
        absolute = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        absolute = False
    if not absolute:
        raise InvalidInput("url must be an absolute http or https URL", field="url")
    return url


def read_time(fields: dict[str, Any]) -> int | None:
    """A time without its zone could be anyone's."""
    text = text_field(fields, "timestamp").strip().upper()
    if not RFC3339.fullmatch(text):
        raise InvalidInput("timestamp must be RFC3339", field="timestamp")
    return time_field({"timestamp": text}, "timestamp")


def read_user_agent(request: Request, fields: dict[str, Any]) -> str:
    """hk.js repeats it in the body, for requests that lost the header on their way."""
    told = fields.get("ua")
    return told if isinstance(told, str) and not request.header(b"user-agent") else ""


def read_origin(request: Request) -> str:
    """The hostname of the Origin header."""
    origin = request.header(b"origin")
    if not origin:
        raise InvalidInput("Origin header is required")
    hostname = host_of(origin)
    if not hostname:
        raise InvalidInput("Invalid Origin header")
    return hostname


def read_session(fields: dict[str, Any], field: str) -> str:
    session = text_field(fields, field, SESSION_LENGTH)
    return "" if session == NO_SESSION else session


def answer(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """202 with an empty body as upstream, also for a tracker on an unknown site; who names a site is told."""
    raise_refusal(verdicts)
    item = items[0]
    if verdicts[0] is DropReason.UNKNOWN_SITE and isinstance(item, IncomingEvent) and item.site_id is not None:
        raise NotFound(f"there is no site with the id {item.site_id!r}", field="site_id")
    return ACCEPTED


def answer_server(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    raise_refusal(verdicts)
    if verdicts[0] is DropReason.UNKNOWN_KEY:
        raise NotAuthenticated(f"Unauthorized: no site has this key; {KEY_WANTED}")
    if verdicts[0] is DropReason.URL_NOT_ALLOWED:
        raise AccessDenied("Access denied: the url is not of the site that the key belongs to")
    return ACCEPTED


ACCEPTED = Answer(202)
PAGEVIEWS = WireFormat("hitkeep pageview", "/ingest", read_pageview, answer)
EVENTS = WireFormat("hitkeep event", "/ingest/event", read_event, answer)
VITALS_FORMAT = WireFormat("hitkeep web vital", "/ingest/web-vitals", read_vital, answer)
SERVER_PAGEVIEWS = WireFormat(
    "hitkeep server pageview", "/api/ingest/server/pageview", read_server_pageview, answer_server
)
SERVER_EVENTS = WireFormat("hitkeep server event", "/api/ingest/server/event", read_server_event, answer_server)
FORMATS = (PAGEVIEWS, EVENTS, VITALS_FORMAT, SERVER_PAGEVIEWS, SERVER_EVENTS)
