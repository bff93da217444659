"""Grademypage: events of servers to `/api/analytics/server-events`, of pages to `/api/analytics/track`.

A server shows a secret key; an event with an `idempotencyKey` is stored once, however often it is sent. A page names
its project by a public key, or by the site's id.
"""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from hitkeep_py.errors import InvalidInput, NotAuthenticated
from hitkeep_py.event import CONVERSION, CUSTOM, ENGAGEMENT, EXPOSURE, PAGEVIEW, DropReason, Event, IncomingEvent
from hitkeep_py.protocols.batch import Batch, is_taken, raise_when_all, read_batch, refusal_as_json, refusals_of
from hitkeep_py.protocols.format import Answer, Item, Repeat, Request, Verdict, WireFormat
from hitkeep_py.protocols.json_input import (
    NAME_LENGTH,
    campaign_of,
    id_field,
    number_value,
    object_field,
    props_field,
    required_name,
    text_field,
    time_field,
    visitor_field,
)
from hitkeep_py.protocols.server_key import PUBLIC_KEY_BEGINNING, PUBLIC_KINDS, SERVER_KINDS, server_key
from hitkeep_py.text import clean

BODY_BYTES = 256 * 1024
BATCH_EVENTS = 100
CURRENCY_LENGTH = 8
FULL_DEPTH = 100
DAY_SECONDS = 86_400
PAGEVIEW_TYPE, SCROLL, ENGAGED, IMPRESSION = "pageview", "scroll", "engagement", "experiment_impression"
CAMPAIGN_FIELDS = tuple((name, f"utm_{name}") for name in ("source", "medium", "campaign", "term", "content"))
HOW_TO_ADD_A_KEY = "make one with: analytics key add SITE --kind"

ReadEvent = Callable[[Any], IncomingEvent]


def read_server_events(request: Request) -> list[Item]:
    key, body = server_key(request), request.json()
    if not key:
        raise NotAuthenticated(f"send a secret key as Authorization: Bearer KEY; {HOW_TO_ADD_A_KEY} secret")
    return read_all(body, lambda value: read_server_event(value, key))


def read_page_events(request: Request) -> list[Item]:
    body = request.object()
    project = text_field(body, "projectId").strip()
    if not project:
        raise InvalidInput("projectId is required: the site's public key, its id or an alias", field="projectId")
    return read_all(body, lambda value: read_page_event(value, project))


def read_all(body: Any, read: ReadEvent) -> list[Item]:
    """A list, bare or as `events`, as a Batch; else the one event. Raises InvalidInput when it is empty or too long."""
    events = body.get("events") if isinstance(body, dict) else body
    if not isinstance(events, list):
        return [read(body if events is None else events)]
    if not 1 <= len(events) <= BATCH_EVENTS:
        message = f"a request has 1 to {BATCH_EVENTS} events, this one has {len(events)}"
        raise InvalidInput(message, field="events")
    return read_batch(events, read)


def read_server_event(fields: Any, key: str) -> IncomingEvent:
    event = read_event(fields)
    event.site_key, event.key_kinds, event.from_server = key, SERVER_KINDS, True
    return event


def read_page_event(fields: Any, project: str) -> IncomingEvent:
    event = read_event(fields)
    event.site_key, event.key_kinds = project, PUBLIC_KINDS
    event.site_id = None if project.startswith(PUBLIC_KEY_BEGINNING) else project
    event.idempotency_key = event.idempotency_key or repeat_key(fields, event)
    return event


def read_event(fields: Any) -> IncomingEvent:
    if not isinstance(fields, dict):
        raise InvalidInput("an event must be a JSON object")
    event_type = required_name(fields, "eventType")
    event = IncomingEvent(
        CUSTOM,
        event_type,
        url=text_field(fields, "fullUrl") or text_field(fields, "pathname"),
        title=text_field(fields, "title"),
        referrer=text_field(fields, "referrer"),
        session=visitor_field(fields, "sessionId"),
        visitor=visitor_field(object_field(fields, "visitor"), "id") or visitor_field(fields, "visitorId"),
        campaign=campaign_of(object_field(fields, "utm"), CAMPAIGN_FIELDS),
        props_json=props_field(fields, "eventData"),
        experiment_id=id_field(fields, "experimentId"),
        variant_id=id_field(fields, "variantId"),
        time=time_field(fields, "timestamp"),
        idempotency_key=id_field(fields, "idempotencyKey"),
    )
    name = read_name(fields)
    if not put_automatic(event, event_type, fields):
        put_custom(event, event_type, name, object_field(fields, "eventData"))
    return event


def read_name(fields: dict[str, Any]) -> str:
    """Empty when there is none. Raises InvalidInput past 255 characters."""
    name = clean(text_field(fields, "eventName"), NAME_LENGTH + 1)
    if len(name) > NAME_LENGTH:
        raise InvalidInput(f"eventName has at most {NAME_LENGTH} characters", field="eventName")
    return name


def put_automatic(event: IncomingEvent, event_type: str, fields: dict[str, Any]) -> bool:
    """What the product's script sends by itself. Without its figures, such an event is one like any other: False."""
    data = object_field(fields, "eventData")
    if event_type == PAGEVIEW_TYPE:
        event.kind, event.name = PAGEVIEW, ""
    elif event_type == SCROLL:
        depth = figure(data.get("depth", fields.get("depth")), FULL_DEPTH)
        event.kind, event.scroll_depth = (CUSTOM, None) if depth is None else (ENGAGEMENT, round(depth))
    elif event_type == ENGAGED:
        seconds = figure(data.get("engagementSeconds", fields.get("engagementSeconds")), DAY_SECONDS)
        event.kind, event.engagement_ms = (CUSTOM, None) if seconds is None else (ENGAGEMENT, round(seconds * 1000))
    elif event_type == IMPRESSION:
        put_exposure(event, data)
    return event.kind != CUSTOM


def figure(value: object, most: float) -> float | None:
    number = number_value(value)
    return number if number is not None and 0 <= number <= most else None


def put_exposure(event: IncomingEvent, data: dict[str, Any]) -> None:
    """The ids are beside the event's type or, as the script has them, in its data."""
    experiment = event.experiment_id or id_field(data, "experimentId")
    variant = event.variant_id or id_field(data, "variantId")
    if experiment and variant:
        event.kind, event.experiment_id, event.variant_id = EXPOSURE, experiment, variant


def put_custom(event: IncomingEvent, event_type: str, name: str, data: dict[str, Any]) -> None:
    """`track('conversion', {eventName: 'signup'})` is a signup, of the category conversion."""
    event.name = name or event_type
    event.category = event_type if name or event_type == CONVERSION else ""
    event.revenue = data.get("revenue")
    if event.revenue is not None:
        event.currency = read_currency(data.get("currency"))


def read_currency(value: object) -> str:
    """ "" is the site's. What is no text is kept as one, so that it is found to be no currency."""
    return "" if value is None else str(value)[:CURRENCY_LENGTH]


def repeat_key(fields: dict[str, Any], event: IncomingEvent) -> str:
    """What the product knows a repeat of a page's event by: visitor, time, type and path.

    One moment can bring several events of a type: two names, two scroll depths, two experiments. So what tells them
    apart is part of the key. As JSON, since joined texts can be equal without their parts being so.
    """
    time = fields.get("timestamp")
    if not event.visitor or event.time is None:
        return ""
    page = text_field(fields, "pathname") or event.url
    parts = (event.visitor, time, fields["eventType"], page, event.name, event.scroll_depth, event.experiment_id)
    return orjson.dumps(parts).decode()


def answer_server(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """One event: whether it was a repeat. A list: how many were stored, were repeats, and which were refused."""
    if DropReason.UNKNOWN_KEY in verdicts:
        raise unknown_server_key(items)
    refusals = refusals_of(verdicts)
    raise_when_all(refusals, verdicts)
    repeated = sum(isinstance(verdict, Repeat) for verdict in verdicts)
    dropped = [str(verdict) for verdict in verdicts if isinstance(verdict, DropReason) and not is_taken(verdict)]
    body: dict[str, Any] = {"success": True, "deduplicated": repeated > 0}
    if isinstance(items, Batch):
        refused = [refusal_as_json(place, error, error.code) for place, error in refusals]
        stored = sum(isinstance(verdict, Event) for verdict in verdicts)
        body |= {"accepted": stored, "deduplicated": repeated, "refused": refused}
    if dropped:
        body["dropped"] = dropped
    return Answer(200, orjson.dumps(body))


def unknown_server_key(items: Sequence[Item]) -> NotAuthenticated:
    keys = [item.site_key or "" for item in items if isinstance(item, IncomingEvent)]
    if any(key.startswith(PUBLIC_KEY_BEGINNING) for key in keys):
        message = "this is a public key; server events need a secret one: analytics key add SITE --kind secret"
        return NotAuthenticated(message)
    return NotAuthenticated(f"no site has this secret key; {HOW_TO_ADD_A_KEY} secret")


def answer_page(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    if DropReason.UNKNOWN_KEY in verdicts or DropReason.UNKNOWN_SITE in verdicts:
        message = (
            f"no site has this projectId: it is a public key, or the site's id or alias; {HOW_TO_ADD_A_KEY} public"
        )
        raise NotAuthenticated(message, field="projectId")
    refusals = refusals_of(verdicts)
    raise_when_all(refusals, verdicts)
    refused = [refusal_as_json(place, error, error.code) for place, error in refusals]
    return Answer(200, orjson.dumps({"success": True, "refused": refused} if refused else {"success": True}))


SERVER_EVENTS = WireFormat(
    "grademypage server event",
    "/api/analytics/server-events",
    read_server_events,
    answer_server,
    body_limit=BODY_BYTES,
)
PAGE_EVENTS = WireFormat("grademypage", "/api/analytics/track", read_page_events, answer_page, body_limit=BODY_BYTES)
FORMATS = (SERVER_EVENTS, PAGE_EVENTS)
