"""Clickport: pageviews and custom events of pages, properties as two lists `mk` (keys) and `mv` (values).

Its documents tell the fields of a custom event. How the tracker names the site, the page and the session they do not:
the usual short and long names are read, else the Origin and Referer headers.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

from hitkeep_py.errors import InvalidInput, NotFound
from hitkeep_py.event import CUSTOM, PAGEVIEW, DropReason, IncomingEvent
from hitkeep_py.protocols.event_route import BODY_LIMIT, PATH, body_of
from hitkeep_py.protocols.format import Answer, Item, Request, Verdict, WireFormat, raise_refusal
from hitkeep_py.protocols.json_input import KEY_LENGTH, NAME_LENGTH, TEXT_LENGTH, is_blank, required_name
from hitkeep_py.text import host_of, is_hostname, normalised_hostname

PROPS = 30
VALUE_LENGTH = 2_000
CUSTOM_TYPES = ("e", "event", "custom")
OWN_FIELDS = frozenset(("mk", "mv", "ra", "rc"))
SITE_FIELDS = ("d", "h", "domain", "hostname")
DEFAULT_CURRENCY = "USD"


def claims(request: Request) -> bool:
    """Plausible's events never have any of these fields."""
    fields = body_of(request)
    return isinstance(fields, dict) and (isinstance(fields.get("t"), str) or not OWN_FIELDS.isdisjoint(fields))


def read(request: Request) -> list[Item]:
    fields = request.object()
    custom = is_custom(fields)
    event = IncomingEvent(
        kind=CUSTOM if custom else PAGEVIEW,
        name=read_name(fields) if custom else "",
        hostname=read_site(fields, request),
        site_named=bool(named_site(fields)),
        url=first_text(fields, "u", "url", "l") or request.header(b"referer"),
        referrer=first_text(fields, "r", "ref", "referrer"),
        session=first_text(fields, "sid", "session_id"),
        props_json=read_props(fields),
        revenue=fields.get("ra"),
    )
    if event.revenue is not None:
        event.currency = read_currency(fields)
    return [event]


def is_custom(fields: dict[str, Any]) -> bool:
    """Any other type is a page's; what has no type has properties or revenue, so it is an event."""
    kind = fields.get("t")
    return not isinstance(kind, str) or kind in CUSTOM_TYPES


def read_name(fields: dict[str, Any]) -> str:
    name = fields.get("n")
    return required_name({"n": script_text(name)} if is_number(name) else fields, "n", NAME_LENGTH)


def named_site(fields: dict[str, Any]) -> str:
    """The domain that the event gives, or ""; what cannot be one is some other field of the tracker's."""
    for name in SITE_FIELDS:
        text = fields.get(name)
        hostname = normalised_hostname(host_of(text) or text.partition(":")[0]) if isinstance(text, str) else ""
        if is_hostname(hostname) and ("." in hostname or hostname == "localhost"):
            return hostname
    return ""


def read_site(fields: dict[str, Any], request: Request) -> str:
    hostname = named_site(fields) or host_of(request.header(b"origin")) or host_of(request.header(b"referer"))
    if not hostname:
        raise InvalidInput("no site: send its domain as d, or an Origin or Referer header", field="d")
    return hostname


def first_text(fields: dict[str, Any], *names: str) -> str:
    """The first of several names for a field that has a text, numbers included; "" when none has."""
    for name in names:
        value = fields.get(name)
        if is_number(value):
            return script_text(value)
        if isinstance(value, str) and value:
            return value[:TEXT_LENGTH]
    return ""


def read_props(fields: dict[str, Any]) -> str | None:
    """The first 30 keys that have a value, values as texts. Raises InvalidInput."""
    keys, values = fields.get("mk"), fields.get("mv")
    if not isinstance(keys, list) or not isinstance(values, list):
        return None
    props: dict[str, str] = {}
    for key, value in zip(keys, values, strict=False):
        name = script_text(key)[:KEY_LENGTH]
        if name.strip() and not is_blank(value) and (name in props or len(props) < PROPS):
            props[name] = script_text(value)[:VALUE_LENGTH]
    return orjson.dumps(props).decode() if props else None


def script_text(value: object) -> str:
    """As JavaScript's String() writes it; lists and objects as JSON. Raises InvalidInput past a depth of 254."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:
        raise InvalidInput("mv has a value that is nested too deep", field="mv") from error


def number_text(number: float) -> str:
    """Shortest digits that mean this number; powers of ten from 1e21 up and from 1e-7 down."""
    digits = Decimal(repr(number)).normalize()
    if not digits:
        return "0"
    return f"{digits:f}" if -6 <= digits.adjusted() <= 20 else f"{digits:e}"


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_currency(fields: dict[str, Any]) -> str:
    """US dollars unless another is named; what is no currency stays unknown, so that the amount is not kept."""
    currency = fields.get("rc")
    if currency is None or currency == "":
        return DEFAULT_CURRENCY
    return currency[:TEXT_LENGTH] if isinstance(currency, str) else "?"


def answer(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """The usual answer for a drop too: pages show no error for a site that is not there. Who names one is told."""
    raise_refusal(verdicts)
    item = items[0]
    if verdicts[0] is DropReason.UNKNOWN_SITE and isinstance(item, IncomingEvent) and item.site_named:
        raise NotFound(f"there is no site for {item.hostname}; add it with: analytics site add {item.hostname}")
    return ACCEPTED


ACCEPTED = Answer(200, b'{"ok":true}')
FORMATS = (WireFormat("clickport", PATH, read, answer, claims=claims, body_limit=BODY_LIMIT),)
