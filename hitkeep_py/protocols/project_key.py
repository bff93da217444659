"""The projectKey API: events of pages and servers that show a project's public key, alone or up to 50 at once.

The event's url must be of the project: of its allowed origins, or of its domain. `/api/event` takes the same as
`/api/events` from whatever names a projectKey.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from hitkeep_py.errors import AccessDenied, InvalidInput, NotAuthenticated
from hitkeep_py.event import CUSTOM, PAGEVIEW, DropReason, IncomingEvent
from hitkeep_py.protocols.batch import Batch, raise_when_all, read_batch, refusals_of
from hitkeep_py.protocols.event_route import BODY_LIMIT, PATH, body_of, is_web_address, unpacked
from hitkeep_py.protocols.format import Answer, Item, Request, Verdict, WireFormat
from hitkeep_py.protocols.json_input import (
    number_value,
    props_field,
    required_name,
    text_field,
    time_field,
    visitor_field,
)
from hitkeep_py.protocols.server_key import BEGINNING_LENGTH, PUBLIC_KINDS, SERVER_KEYS
from hitkeep_py.text import host_of

EVENTS_PATH = "/api/events"
BATCH = 50
PAGEVIEW_NAMES = ("page_view", "pageview")
HOW_TO_ALLOW = "analytics site change SITE --allowed-origins …"


def claims(request: Request) -> bool:
    """Where other formats live too, a request is ours when it, or one of its events, names a key."""
    body = body_of(request)
    events = events_of(body)
    return has_key(body) or (isinstance(events, list) and any(map(has_key, events)))


def has_key(value: object) -> bool:
    return isinstance(value, dict) and "projectKey" in value


def events_of(body: Any) -> Any:
    """What a batch holds; None for a single event."""
    return body.get("events") if isinstance(body, dict) else body


def read(request: Request) -> Sequence[Item]:
    """One event, or a batch, whose events have the batch's key unless they have their own. Raises InvalidInput."""
    body = request.json()
    events = events_of(body)
    if events is None and isinstance(body, dict):
        return [read_event(body)]
    if not isinstance(events, list):
        raise InvalidInput("send an event as a JSON object, or a list of events")
    if not 1 <= len(events) <= BATCH:
        raise InvalidInput(f"a batch has 1 to {BATCH} events, this one has {len(events)}")
    shared = {"projectKey": body.get("projectKey")} if isinstance(body, dict) else {}
    return read_batch(events, lambda value: read_one_of_batch(value, shared))


def read_one_of_batch(value: object, shared: dict[str, Any]) -> IncomingEvent:
    if not isinstance(value, dict):
        raise InvalidInput("an event must be a JSON object")
    return read_event({**shared, **value})


def read_event(fields: dict[str, Any]) -> IncomingEvent:
    key = text_field(fields, "projectKey").strip()
    if not key:
        raise InvalidInput("projectKey is required: a public key of the site", field="projectKey")
    name = read_name(fields)
    event = IncomingEvent(
        kind=PAGEVIEW if name in PAGEVIEW_NAMES else CUSTOM,
        name="" if name in PAGEVIEW_NAMES else name,
        site_key=key,
        key_kinds=PUBLIC_KINDS,
        must_match_url=True,
        url=read_url(fields),
        path=read_path(fields),
        title=text_field(fields, "page_title"),
        referrer=text_field(fields, "referrer"),
        session=visitor_field(fields, "sessionId"),
        user=visitor_field(fields, "userId"),
        user_agent=text_field(fields, "userAgent"),
        time=time_field(fields, "timestamp"),
    )
    put_data(event, fields.get("event_data"))
    return event


def read_name(fields: dict[str, Any]) -> str:
    """A name that is missing is asked for as event_name, however it could be called."""
    other = fields.get("event_name") is None and fields.get("eventName") is not None
    return required_name(fields, "eventName" if other else "event_name")


def read_url(fields: dict[str, Any]) -> str:
    url = text_field(fields, "url")
    if not is_web_address(url):
        raise InvalidInput("url must be the page's absolute http or https URL", field="url")
    return url


def read_path(fields: dict[str, Any]) -> str:
    """Only what can be a path takes the place of the url's."""
    path = text_field(fields, "page_path")
    return path if path.startswith("/") else ""


def put_data(event: IncomingEvent, data: object) -> None:
    """All of it becomes properties; category, label and value have columns too. Raises InvalidInput."""
    known = None if data == "" else unpacked(data)
    if known is None and data not in (None, "", "null"):
        raise InvalidInput("event_data must be an object, or the JSON text of one", field="event_data")
    event.props_json = props_field({"event_data": known}, "event_data")
    if isinstance(known, dict):
        value = known.get("value")
        event.category = label_text(known.get("category"))
        event.label = label_text(known.get("label"))
        event.value = None if isinstance(value, str) else number_value(value)


def label_text(value: object) -> str:
    is_label = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if is_label else ""


def answer(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """202 when anything could be taken; for a batch with what was refused. Else the error."""
    known = list(map(in_words, items, verdicts))
    refusals = refusals_of(known)
    raise_when_all(refusals, known)
    if not isinstance(items, Batch):
        return ACCEPTED
    refused = [{"index": place, "code": error.code, "message": error.message} for place, error in refusals]
    return Answer(202, orjson.dumps({"ok": True, "accepted": len(items) - len(refused), "refused": refused}))


def in_words(item: Item, verdict: Verdict) -> Verdict:
    """Drops that the sender can do something about, as errors; others (bots, repeats) get the usual answer."""
    if verdict is DropReason.UNKNOWN_KEY and isinstance(item, IncomingEvent):
        return NotAuthenticated(unknown_key(item.site_key or ""), field="projectKey")
    if verdict is DropReason.URL_NOT_ALLOWED and isinstance(item, IncomingEvent):
        rule = f"it must be an allowed origin ({HOW_TO_ALLOW}), or the site's domain when it has none"
        return AccessDenied(f"the url's host {host_of(item.url)} is not of the project: {rule}", field="url")
    if verdict is DropReason.ORIGIN_NOT_ALLOWED:
        return AccessDenied("the page's Origin is not an allowed origin of the project")
    return verdict


def unknown_key(key: str) -> str:
    other = SERVER_KEYS.get(key[:BEGINNING_LENGTH])
    if other:
        return f"this is {other}; a page needs a public one: analytics key add SITE --kind public"
    return "no project has this projectKey; make one with: analytics key add SITE --kind public"


ACCEPTED = Answer(202, b'{"ok":true}')
FORMATS = (
    WireFormat("project key", EVENTS_PATH, read, answer, body_limit=BODY_LIMIT),
    WireFormat("project key", PATH, read, answer, claims=claims, body_limit=BODY_LIMIT),
)
