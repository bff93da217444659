"""Umami 3: `{type, payload}` to `/api/send`, and lists of them to `/api/batch`.

A payload with a name is an event, else a pageview. Of a request with web vitals each metric is an event of its own.
Texts that are too long are cut, as Umami does when it stores them.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import orjson

from hitkeep_py.address import host_of_authority, read_address
from hitkeep_py.errors import AccessDenied, AnalyticsError, InvalidInput
from hitkeep_py.event import CUSTOM, ENGAGEMENT, IDENTIFY, PAGEVIEW, WEB_VITAL, DropReason, Event, IncomingEvent
from hitkeep_py.protocols.format import Answer, Item, Repeat, Request, Verdict, WireFormat, raise_refusal
from hitkeep_py.protocols.json_input import (
    id_field,
    number_value,
    object_field,
    props_field,
    text_field,
    visitor_field,
)
from hitkeep_py.protocols.server_key import ip_field
from hitkeep_py.protocols.statuses import status_of
from hitkeep_py.text import clean

BATCH_OBJECTS = 500
BATCH_BYTES = 1024 * 1024
HOSTNAME_LENGTH = 100
LANGUAGE_LENGTH = 35
NAME_LENGTH = 50
TAG_LENGTH = 50
LATEST_SECONDS = 253_402_300_800
HOUR_MS = 3_600_000
LONGEST_ENGAGEMENT = 86_400_000
ERROR_NAME = "error"
ERROR_FIELDS = ("name", "message", "handled", "release", "environment", "tags")
TYPES = ("event", "identify", "performance", "engagement", "error")
VITALS = {"lcp": 60_000, "inp": 60_000, "cls": 100, "fcp": 60_000, "ttfb": 60_000}
"""The most that each metric can be: milliseconds, and a score for CLS."""
SCREEN = re.compile(r"([0-9]{1,6})(?:\.[0-9]*)?x([0-9]{1,6})(?:\.[0-9]*)?")
"""Browsers that zoom tell fractions of a pixel."""
CODES = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    413: "payload-too-large",
    429: "too-many-requests",
    503: "service-unavailable",
}
NO_ID = "00000000-0000-0000-0000-000000000000"
NOT_STORED = {"cache": NO_ID, "sessionId": NO_ID, "visitId": NO_ID}
BOT_ANSWER = {"beep": "boop"}
REFUSED_DROPS: dict[DropReason, tuple[type[AnalyticsError], str]] = {
    DropReason.UNKNOWN_SITE: (InvalidInput, "Website not found."),
    DropReason.EXCLUDED_IP: (AccessDenied, "Forbidden"),
    DropReason.EXCLUDED_COUNTRY: (AccessDenied, "Forbidden"),
    DropReason.ORIGIN_NOT_ALLOWED: (AccessDenied, "Forbidden: the site takes no events from pages of this origin"),
}


class Objects(list[Item]):
    """The events of a batch, with how many of them each of its objects was."""

    def __init__(self, objects: Sequence[Sequence[Item]]) -> None:
        super().__init__(chain.from_iterable(objects))
        self.sizes = [len(each) for each in objects]


def read(request: Request) -> list[Item]:
    return read_object(request.object())


def read_batch(request: Request) -> Objects:
    body = request.json()
    if not isinstance(body, list):
        raise InvalidInput("the body must be a list of objects as /api/send takes them")
    if len(body) > BATCH_OBJECTS:
        raise InvalidInput(f"a batch has at most {BATCH_OBJECTS} objects, this one has {len(body)}")
    return Objects([read_or_error(value) for value in body])


def read_or_error(value: Any) -> list[Item]:
    try:
        return read_object(value)
    except InvalidInput as error:
        return [error]


def read_object(value: Any) -> list[Item]:
    if not isinstance(value, dict):
        raise InvalidInput("an event must be a JSON object")
    if value.get("type") not in TYPES:
        raise InvalidInput(f"type must be one of {', '.join(TYPES)}", field="type")
    payload = object_field(value, "payload")
    if value["type"] == "error":
        return [read_error(payload)]
    visit = read_visit(payload)
    if value["type"] == "performance":
        return read_vitals(payload, visit)
    if value["type"] == "engagement":
        return read_engagement(payload, visit)
    visit.props_json = props_field(payload, "data")
    if value["type"] == "event":
        put_event(payload, visit)
    return [visit]


def read_visit(payload: dict[str, Any]) -> IncomingEvent:
    """What all types have in common; an identification as it stands."""
    width, height = read_screen(payload)
    return IncomingEvent(
        kind=IDENTIFY,
        name="",
        site_id=read_site(payload),
        url=read_url(payload),
        page_hostname=host_of_authority(text_field(payload, "hostname", HOSTNAME_LENGTH)),
        title=text_field(payload, "title"),
        referrer=text_field(payload, "referrer"),
        user=visitor_field(payload, "id"),
        language=read_language(payload),
        screen_width=width,
        screen_height=height,
        label=text_field(payload, "tag", TAG_LENGTH),
        time=read_time(payload),
        ip=ip_field(payload, "ip"),
        user_agent=text_field(payload, "userAgent").strip(),
        idempotency_key=id_field(payload, "eventId"),
    )


def put_event(payload: dict[str, Any], event: IncomingEvent) -> None:
    """Pages that are told apart by their fragment are different pages to Umami."""
    given = text_field(payload, "name")
    event.name = clean(given, NAME_LENGTH)
    if given and not event.name:
        raise InvalidInput("name must not be blank", field="name")
    event.kind = CUSTOM if event.name else PAGEVIEW
    event.keep_fragment = True
    put_revenue(event, object_field(payload, "data"))


def put_revenue(event: IncomingEvent, data: dict[str, Any]) -> None:
    currency = data.get("currency")
    if isinstance(currency, str) and currency.strip() and (number_value(data.get("revenue")) or 0) > 0:
        event.revenue, event.currency = data["revenue"], currency


def read_vitals(payload: dict[str, Any], visit: IncomingEvent) -> list[Item]:
    """None when there is only a duration, as the real script sends it from some browsers.

    One key would make all metrics but the first repeats.
    """
    visit.kind = WEB_VITAL
    given = [(name, most) for name, most in VITALS.items() if payload.get(name) is not None]
    values = {name: bounded_number(payload, name, most) for name, most in given}
    key = visit.idempotency_key
    return [
        replace(visit, name=name.upper(), value=value, idempotency_key=f"{name} {key}" if key else "")
        for name, value in values.items()
    ]


def read_engagement(payload: dict[str, Any], visit: IncomingEvent) -> list[Item]:
    """How long the page was looked at; none when that is not said."""
    if payload.get("engagement") is None:
        return []
    visit.kind = ENGAGEMENT
    visit.engagement_ms = round(bounded_number(payload, "engagement", LONGEST_ENGAGEMENT))
    return [visit]


def read_error(payload: dict[str, Any]) -> IncomingEvent:
    """An error of the page's code, no act of the visitor's. Its time is in milliseconds."""
    time = number_value(payload.get("timestamp"))
    event = read_visit({**payload, "timestamp": time and time / 1000})
    event.kind, event.name, event.passive = CUSTOM, ERROR_NAME, True
    event.props_json = props_field(
        {"data": {name: payload.get(name) for name in ERROR_FIELDS if name in payload}}, "data"
    )
    return event


def bounded_number(payload: dict[str, Any], name: str, most: int) -> float:
    value = payload[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise InvalidInput(f"{name} must be a number from 0 to {most}", field=name)
    return float(value)


def read_site(payload: dict[str, Any]) -> str:
    if payload.get("link") or payload.get("pixel"):
        raise InvalidInput("links and pixels are not taken here; send website, the id of a site", field="website")
    website = text_field(payload, "website")
    if not website:
        raise InvalidInput("website is required: the id of a site", field="website")
    return website


def read_url(payload: dict[str, Any]) -> str:
    """The page; an empty text is the first one, and without a text there is none."""
    url = text_field(payload, "url")
    if url.lstrip().lower().startswith("http") and read_address(url).path is None:
        raise InvalidInput("Invalid URL.", field="url")
    return url if url or payload.get("url") is None else "/"


def read_screen(payload: dict[str, Any]) -> tuple[int, int]:
    found = SCREEN.fullmatch(text_field(payload, "screen"))
    return (int(found[1]), int(found[2])) if found else (0, 0)


def read_language(payload: dict[str, Any]) -> str:
    """The first one of what may be a whole Accept-Language header, as some clients send it."""
    return text_field(payload, "language").partition(",")[0][:LANGUAGE_LENGTH]


def read_time(payload: dict[str, Any]) -> int | None:
    """UTC milliseconds of Unix seconds, a number or a text; 0 stands for none."""
    value = payload.get("timestamp")
    if value is None or value == "":
        return None
    seconds = number_value(value)
    if seconds is None or abs(seconds) >= LATEST_SECONDS:
        raise InvalidInput("timestamp must be a time in Unix seconds", field="timestamp")
    return round(seconds * 1000) or None


def answer(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    try:
        return Answer(200, orjson.dumps(outcome(verdicts)))
    except (InvalidInput, AccessDenied) as error:
        return refuse(error)


def answer_batch(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    sizes = items.sizes if isinstance(items, Objects) else [1] * len(items)
    details: list[dict[str, Any]] = []
    cache: str | None = None
    start = 0
    for index, size in enumerate(sizes):
        try:
            answered = outcome(verdicts[start : start + size])
            cache = cache or answered.get("cache")
        except AnalyticsError as error:
            details.append({"index": index, "response": error_json(error)})
        start += size
    body = {
        "size": len(sizes),
        "processed": len(sizes) - len(details),
        "errors": len(details),
        "details": details,
        "cache": cache,
    }
    return Answer(200, orjson.dumps(body))


def outcome(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """What one object is answered. Raises an AnalyticsError when nothing of it was stored and its sender is told."""
    stored = next((each for each in verdicts if isinstance(each, Event | Repeat)), None)
    if stored is not None:
        return ids_of(stored.event if isinstance(stored, Repeat) else stored)
    raise_refusal(verdicts)
    reason = next((each for each in verdicts if isinstance(each, DropReason)), None)
    if reason in REFUSED_DROPS:
        error, message = REFUSED_DROPS[reason]
        raise error(message)
    return BOT_ANSWER if reason is DropReason.BOT else NOT_STORED


def ids_of(event: Event) -> dict[str, str]:
    """Opaque: the same for all events of a visitor, and of a visitor's hour. The writer makes the real sessions."""
    visitor = f"{event.site_id} {event.visitor_id}"
    session, visit = opaque_id(visitor), opaque_id(f"{visitor} {event.time // HOUR_MS}")
    return {"cache": session, "sessionId": session, "visitId": visit}


def opaque_id(text: str) -> str:
    """A UUID of version 8, made from a text; ten times as fast as uuid5."""
    digits = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def refuse(error: AnalyticsError) -> Answer:
    return Answer(status_of(error), orjson.dumps(error_json(error)))


def error_json(error: AnalyticsError) -> dict[str, Any]:
    status = status_of(error)
    return {"error": {"message": error.message, "code": CODES.get(status, "server-error"), "status": status}}


SEND = WireFormat("umami", "/api/send", read, answer, refuse)
BATCH = WireFormat("umami batch", "/api/batch", read_batch, answer_batch, refuse, body_limit=BATCH_BYTES)
FORMATS = (SEND, BATCH)
