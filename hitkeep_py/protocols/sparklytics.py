"""Sparklytics: one event or a list of them to `/api/collect`, and to `/e`, where s.js sends.

The documentation writes `event_type: "custom"` and its properties as a JSON text; s.js and the SDK of Next.js send
`type: "event"` and an object. Both are read, also mixed. A list may be long, so this module keeps an event cheap:
4 to 5 µs with three properties, its JSON included.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from hitkeep_py.errors import (
    AnalyticsError,
    InvalidInput,
    NotFound,
    PayloadTooLarge,
    QuotaReached,
    RateLimited,
    Unavailable,
)
from hitkeep_py.event import CUSTOM, PAGEVIEW, DropReason, IncomingEvent
from hitkeep_py.protocols.batch import (
    Refusal,
    is_taken,
    raise_when_all,
    read_batch,
    refusal_as_json,
    refusals_of,
)
from hitkeep_py.protocols.format import Answer, Item, Request, Verdict, WireFormat
from hitkeep_py.protocols.json_input import (
    NAME_LENGTH,
    NOBODY,
    TEXT_LENGTH,
    UTM_FIELDS,
    UTM_NAMES,
    campaign_of,
    id_field,
    props_text,
    read_json,
    whole_field,
)
from hitkeep_py.protocols.statuses import status_of
from hitkeep_py.text import clean


class BatchTooLarge(InvalidInput):
    code = "batch_too_large"


BODY_BYTES = 102_400
BATCH_EVENTS = 50
EVENT_DATA_BYTES = 4_096
VISITOR_LENGTH = 64
SCREEN_LENGTH = 13
SITE_ID_LENGTH = 255
BYTES_OF_A_CHARACTER = 4
KINDS = {"custom": CUSTOM, "event": CUSTOM, "pageview": PAGEVIEW}
KEY_FIELDS = ("event_id", "id", "idempotency_key")
TEXT_FIELDS = frozenset(
    (
        *("website_id", "event_type", "type", "event_name", "url", "referrer", "screen", "language", "visitor_id"),
        *UTM_NAMES,
    )
)
RARER_FIELDS = frozenset(("visitor_id", "screen_width", "screen_height", *UTM_NAMES, *KEY_FIELDS))
MONTHLY_LIMIT = "monthly_limit"
CODES: tuple[tuple[type[AnalyticsError], str], ...] = (
    (PayloadTooLarge, "payload_too_large"),
    (BatchTooLarge, "batch_too_large"),
    (InvalidInput, "validation_error"),
    (NotFound, "not_found"),
    (RateLimited, "rate_limited"),
    (Unavailable, "ingest_overloaded"),
)


def read(request: Request) -> list[Item]:
    body = request.json()
    if not isinstance(body, list):
        return [read_event(body)]
    if not body:
        raise InvalidInput("empty batch")
    if len(body) > BATCH_EVENTS:
        raise BatchTooLarge(f"a batch has at most {BATCH_EVENTS} events, this one has {len(body)}")
    return read_batch(body, read_event)


def read_event(fields: Any) -> IncomingEvent:
    if not isinstance(fields, dict):
        raise InvalidInput("an event must be a JSON object")
    check_texts(fields)
    get = fields.get
    site_id = get("website_id")
    if not site_id:
        raise InvalidInput("website_id is required", field="website_id")
    kind = KINDS.get(get("event_type") or get("type") or "") or other_kind(fields)
    event = IncomingEvent(
        kind,
        read_name(get("event_name") or "") if kind is CUSTOM else "",
        site_id,
        url=(get("url") or "")[:TEXT_LENGTH],
        referrer=(get("referrer") or "")[:TEXT_LENGTH],
        language=get("language") or "",
        props_json=read_event_data(get("event_data")),
    )
    screen = get("screen")
    if screen:
        event.screen_width, event.screen_height = read_screen(screen)
    if not RARER_FIELDS.isdisjoint(fields):
        put_rarer_fields(event, fields)
    return event


def put_rarer_fields(event: IncomingEvent, fields: dict[str, Any]) -> None:
    event.visitor = read_visitor(fields.get("visitor_id"))
    event.screen_width = event.screen_width or whole_field(fields, "screen_width")
    event.screen_height = event.screen_height or whole_field(fields, "screen_height")
    event.campaign = campaign_of(fields, UTM_FIELDS)
    event.idempotency_key = read_key(fields)


def check_texts(fields: dict[str, Any]) -> None:
    """One walk over what was sent is cheaper than a question for each field that may be there."""
    for name, value in fields.items():
        if type(value) is not str and value is not None and name in TEXT_FIELDS:
            raise InvalidInput(f"{name} must be a text", field=name)


def other_kind(fields: dict[str, Any]) -> str:
    """Without a type, what has a name is an event. Raises InvalidInput for a type that is none of KINDS."""
    for field in ("event_type", "type"):
        if fields.get(field):
            raise InvalidInput(f"{field} must be custom, event or pageview", field=field)
    return PAGEVIEW if fields.get("event_name") is None else CUSTOM


def read_name(text: str) -> str:
    name = clean(text[:TEXT_LENGTH], NAME_LENGTH + 1)
    if not 1 <= len(name) <= NAME_LENGTH:
        raise InvalidInput(f"event_name is required and has 1 to {NAME_LENGTH} characters", field="event_name")
    return name


def read_screen(text: str) -> tuple[int, int]:
    """Pixels of 1920x1080; 0 for what says no size."""
    width, _, height = text.partition("x")
    known = len(text) <= SCREEN_LENGTH and width.isdecimal() and height.isdecimal()
    return (int(width), int(height)) if known else (0, 0)


def read_visitor(value: str | None) -> str:
    """As upstream, an id that is too long is none."""
    return value if value and len(value) <= VISITOR_LENGTH and not value.isspace() and value not in NOBODY else ""


def read_event_data(value: Any) -> str | None:
    """An object, or the JSON text of one, as compact JSON. Raises InvalidInput, PayloadTooLarge past 4,096 bytes."""
    if type(value) is str and value:
        value = parsed_event_data(value)
    if not isinstance(value, dict):
        if value is None or value == "":
            return None
        raise InvalidInput("event_data must be an object, or the JSON text of one", field="event_data")
    text = props_text(value, "event_data")
    if text and len(text) * BYTES_OF_A_CHARACTER > EVENT_DATA_BYTES and len(text.encode()) > EVENT_DATA_BYTES:
        raise PayloadTooLarge(f"event_data is larger than {EVENT_DATA_BYTES} bytes", field="event_data")
    return text


def parsed_event_data(text: str) -> Any:
    try:
        return read_json(text.encode())
    except InvalidInput as error:
        raise InvalidInput(f"event_data is a text: {error.message}", field="event_data") from error


def read_key(fields: dict[str, Any]) -> str:
    """What makes a repeat of the event known; the first of the fields that says something."""
    for field in KEY_FIELDS:
        if field in fields:
            key = id_field(fields, field)
            if key:
                return key
    return ""


def answer(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """202 when anything could be taken, with what was refused; else the error. A repeat is a success."""
    taken = sum(map(is_taken, verdicts))
    if taken == len(verdicts):
        return Answer(202, b'{"ok":true}', headers=queue_headers(taken))
    known = [name_unknown_site(item, verdict) for item, verdict in zip(items, verdicts, strict=True)]
    refusals = refusals_of(known)
    raise_when_all(refusals, known)
    reasons = dict.fromkeys(drop_reason(verdict) for verdict in verdicts if not is_taken(verdict))
    headers = (
        *queue_headers(taken, len(verdicts) - taken),
        (b"x-sparklytics-ingest-drop-reason", ",".join(reasons).encode()),
    )
    return Answer(202, accepted_body(refusals), headers=headers)


def name_unknown_site(item: Item, verdict: Verdict) -> Verdict:
    if verdict is DropReason.UNKNOWN_SITE and isinstance(item, IncomingEvent):
        return NotFound(f"Unknown website_id: {(item.site_id or '')[:SITE_ID_LENGTH]}", field="website_id")
    return verdict


def accepted_body(refusals: Sequence[Refusal]) -> bytes:
    if not refusals:
        return b'{"ok":true}'
    refused = [refusal_as_json(place, error, code_of(error)) for place, error in refusals]
    return orjson.dumps({"ok": True, "refused": refused})


def queue_headers(accepted: int, dropped: int = 0) -> tuple[tuple[bytes, bytes], ...]:
    """The product's queue as it is here: what is answered is on disk, so nothing waits."""
    return (
        (b"x-sparklytics-ingest-ack", b"queued"),
        (b"x-sparklytics-ingest-queue-events", b"0"),
        (b"x-sparklytics-ingest-queue-capacity", b"20000"),
        (b"x-sparklytics-ingest-accepted-events", b"%d" % accepted),
        (b"x-sparklytics-ingest-dropped-events", b"%d" % dropped),
    )


def drop_reason(verdict: Verdict) -> str:
    if verdict is DropReason.QUOTA or isinstance(verdict, QuotaReached):
        return MONTHLY_LIMIT
    return code_of(verdict) if isinstance(verdict, AnalyticsError) else str(verdict)


def code_of(error: AnalyticsError) -> str:
    return next((code for kind, code in CODES if isinstance(error, kind)), error.code)


def refuse(error: AnalyticsError) -> Answer:
    """413 is for a body; properties that are too large are a 400, as upstream."""
    status = 400 if isinstance(error, InvalidInput) and error.field else status_of(error)
    body = {"error": {"code": code_of(error), "message": error.message, "field": error.field}}
    return Answer(status, orjson.dumps(body))


COLLECT = WireFormat("sparklytics", "/api/collect", read, answer, refuse, body_limit=BODY_BYTES)
SCRIPT = WireFormat("sparklytics s.js", "/e", read, answer, refuse, body_limit=BODY_BYTES)
FORMATS = (COLLECT, SCRIPT)
