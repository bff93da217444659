"""Plausible: pageviews, custom events and engagement of pages, for one site or several at once.

Every field has a short name and a long one. A field of the wrong kind is left out, as upstream; only an event
without a name, an address or a site is refused.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from hitkeep_py.errors import AnalyticsError, InvalidInput, PayloadTooLarge
from hitkeep_py.event import CUSTOM, ENGAGEMENT, PAGEVIEW, DropReason, IncomingEvent
from hitkeep_py.exact_json import json_bytes
from hitkeep_py.protocols.event_route import BODY_LIMIT, PATH, given, unpacked
from hitkeep_py.protocols.format import Answer, Item, Request, Verdict, WireFormat, raise_refusal
from hitkeep_py.protocols.json_input import is_blank, number_value
from hitkeep_py.text import clean, host_of, normalised_hostname

NAME_LENGTH = 120
URL_BYTES = 2_000
REFERRER_LENGTH = 2_000
PROPS = 30
PROP_KEY_BYTES = 300
PROP_VALUE_BYTES = 2_000
DOMAINS = 50
"""Upstream has no limit, so that one small request could fill the disk."""
SCROLL_LIMIT = 100
ENGAGEMENT_LIMIT_MS = 86_400_000
PIXEL_LIMIT = 100_000
KINDS = {"pageview": PAGEVIEW, "engagement": ENGAGEMENT}
SIMPLE = (str, int, float)
BYTES_OF_A_CHARACTER = 4


def read(request: Request) -> list[Item]:
    """The event, once for every site that it names."""
    fields = request.object()
    event = read_event(fields)
    event.hostname, *others = read_domains(fields, event.url)
    return [event, *(replace(event, hostname=domain) for domain in others)]


def read_event(fields: dict[str, Any]) -> IncomingEvent:
    name, url = read_name(fields), read_url(fields)
    event = IncomingEvent(
        kind=KINDS.get(name, CUSTOM),
        name="" if name == "pageview" else name,
        url=url,
        keep_fragment=given(fields, "h", "hashMode") == 1,
        referrer=read_referrer(fields),
        viewport_width=number_within(given(fields, "w", "screen_width"), PIXEL_LIMIT) or 0,
        props_json=read_props(fields),
        passive=given(fields, "i", "interactive") is False,
    )
    put_revenue(event, fields)
    if event.kind == ENGAGEMENT:
        event.scroll_depth = number_within(fields.get("sd"), SCROLL_LIMIT)
        event.engagement_ms = number_within(fields.get("e"), ENGAGEMENT_LIMIT_MS)
        if event.scroll_depth is None and event.engagement_ms is None:
            raise InvalidInput("engagement_time or scroll_depth required", field="engagement_time")
    return event


def read_name(fields: dict[str, Any]) -> str:
    """A text, or a whole number as one."""
    value = given(fields, "n", "name")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is not None and not isinstance(value, str):
        raise InvalidInput("must be a text or a whole number", field="event_name")
    name = clean(value or "", NAME_LENGTH + 1)
    if not name:
        raise InvalidInput("can't be blank: send the event's name as n or name", field="event_name")
    if len(name) > NAME_LENGTH:
        raise InvalidInput(f"should be at most {NAME_LENGTH} characters", field="event_name")
    return name


def read_url(fields: dict[str, Any]) -> str:
    url = given(fields, "u", "url")
    if url is None:
        raise InvalidInput("is required: send the page's address as u or url", field="url")
    if not isinstance(url, str):
        raise InvalidInput("must be a string", field="url")
    if url.partition(":")[0].strip().lower() == "data":
        raise InvalidInput("scheme is not allowed", field="url")
    if longer_than(url, URL_BYTES):
        raise InvalidInput(f"should be at most {URL_BYTES} bytes", field="url")
    return url


def read_domains(fields: dict[str, Any], url: str) -> list[str]:
    """The sites that a comma separated list names, each once; without one the site of the address."""
    value = given(fields, "d", "domain")
    names = value.split(",") if isinstance(value, str) else [host_of(url)]
    if len(names) > DOMAINS:
        raise InvalidInput(f"names more than {DOMAINS} sites", field="domain")
    given_names = {normalised_hostname(name): name for name in map(str.strip, names) if name}
    if not given_names:
        raise InvalidInput("can't be blank: send the site's domain as d or domain", field="domain")
    return list(given_names.values())


def read_referrer(fields: dict[str, Any]) -> str:
    referrer = given(fields, "r", "referrer")
    return referrer[:REFERRER_LENGTH] if isinstance(referrer, str) else ""


def read_props(fields: dict[str, Any]) -> str | None:
    """The first 30 of an object, or of its JSON text, that have a simple value. Raises InvalidInput for long ones."""
    sent = unpacked(given(fields, "m", "meta", "p", "props"))
    if not isinstance(sent, dict):
        return None
    props: dict[str, object] = {}
    for key, value in sent.items():
        if isinstance(value, SIMPLE) and key.strip() and not is_blank(value) and len(props) < PROPS:
            if longer_than(key, PROP_KEY_BYTES):
                raise InvalidInput(f"keys should have at most {PROP_KEY_BYTES} bytes", field="props")
            if isinstance(value, str) and longer_than(value, PROP_VALUE_BYTES):
                raise InvalidInput(f"values should have at most {PROP_VALUE_BYTES} bytes", field="props")
            props[key] = value
    return json_bytes(props).decode() if props else None


def longer_than(text: str, size: int) -> bool:
    """In bytes, which are counted only where characters cannot tell."""
    return len(text) * BYTES_OF_A_CHARACTER > size and len(text.encode()) > size


def put_revenue(event: IncomingEvent, fields: dict[str, Any]) -> None:
    """Amount and currency go together: an amount alone is none of the site's own currency here."""
    revenue = unpacked(given(fields, "$", "revenue"))
    if isinstance(revenue, dict):
        currency = revenue.get("currency")
        if isinstance(currency, str) and currency.strip():
            event.revenue, event.currency = revenue.get("amount"), currency


def number_within(value: object, limit: int) -> int | None:
    """A whole number from 0 up; more than `limit` counts as the limit. None for anything else."""
    number = number_value(value)
    return None if number is None or number < 0 else round(min(number, limit))


def answer(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """202 in any case, with the number of sites that did not store the event; a repeat counts as stored."""
    if all(isinstance(verdict, AnalyticsError) for verdict in verdicts):
        raise_refusal(verdicts)
    dropped = sum(isinstance(verdict, DropReason | AnalyticsError) for verdict in verdicts)
    headers = ((b"x-plausible-dropped", str(dropped).encode()),) if dropped else ()
    return Answer(202, b"ok", b"text/plain; charset=utf-8", headers)


def refuse(error: AnalyticsError) -> Answer | None:
    if not isinstance(error, InvalidInput) or isinstance(error, PayloadTooLarge):
        return None
    return Answer(400, orjson.dumps({"errors": {error.field or "request": [error.message]}}))


FORMATS = (WireFormat("plausible", PATH, read, answer, refuse, body_limit=BODY_LIMIT),)
