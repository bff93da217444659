"""Our own tracker and SDK: a list of events, each with an id of its own, so that what is sent again is stored once.

`{"s": SITE, "e": [EVENT, ...]}` in any content type. An event tells its age and not its time, so that a wrong clock
does no harm. Calls that a page makes by another product's name (`c`) mean what they mean in that product.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from hitkeep_py.errors import InvalidInput, NotFound, RateLimited
from hitkeep_py.event import CUSTOM, ENGAGEMENT, EXPOSURE, IDENTIFY, PAGEVIEW, WEB_VITAL, DropReason, IncomingEvent
from hitkeep_py.protocols import clickport, grademypage, plausible, umami
from hitkeep_py.protocols.batch import read_batch, refusal_as_json, refusals_of
from hitkeep_py.protocols.format import Answer, Item, Request, Verdict, WireFormat
from hitkeep_py.protocols.hitkeep import VITALS
from hitkeep_py.protocols.json_input import (
    id_field,
    number_value,
    object_field,
    props_field,
    required_name,
    text_field,
    visitor_field,
)
from hitkeep_py.protocols.server_key import PUBLIC_KEY_BEGINNING, PUBLIC_KINDS
from hitkeep_py.text import host_of

PATH = "/ingest/batch"
BODY_BYTES = 256 * 1024
EVENTS = 50
ID_LENGTH = 64
LABEL_LENGTH = 64
PIXEL_LIMIT = 100_000
FULL_DEPTH = 100
DAY_MS = 86_400_000
OLDEST_MS = 36_500 * DAY_MS
HITKEEP, CLICKPORT, GRADEMYPAGE, PLAUSIBLE, UMAMI = "hk", "clickport", "grademypage", "plausible", "umami"
CALLERS = (HITKEEP, "sparklytics", CLICKPORT, GRADEMYPAGE, PLAUSIBLE, UMAMI)

Fields = dict[str, Any]


def read(request: Request) -> list[Item]:
    body = request.object()
    events = body.get("e")
    if not isinstance(events, list) or not 1 <= len(events) <= EVENTS:
        raise InvalidInput(f"e must be a list of 1 to {EVENTS} events", field="e")
    site, origin = text_field(body, "s").strip(), host_of(request.header(b"origin"))
    return read_batch(events, lambda value: read_event(value, site, origin))


def read_event(value: Any, site: str, origin: str) -> IncomingEvent:
    if not isinstance(value, dict):
        raise InvalidInput("an event must be a JSON object")
    event = IncomingEvent(
        kind=PAGEVIEW,
        name="",
        url=text_field(value, "u"),
        referrer=text_field(value, "r"),
        title=text_field(value, "t"),
        user=visitor_field(value, "d"),
        keep_fragment=bool(value.get("z")),
        age=read_age(value),
        passive=value.get("q") is False,
        idempotency_key=id_field(value, "i", ID_LENGTH),
    )
    event.screen_width, event.screen_height, event.viewport_width = read_sizes(value)
    put_site(event, site, origin)
    read_kind(value)(event, value)
    return event


def read_age(fields: Fields) -> int:
    age = number_value(fields.get("a"))
    return 0 if age is None else round(min(max(age, 0), OLDEST_MS))


def read_sizes(fields: Fields) -> list[int]:
    """Of screen and window; what is none is 0."""
    given = fields.get("w")
    sizes = [number_value(each) or 0 for each in given[:3]] if isinstance(given, list) else []
    return [int(each) if 0 <= each <= PIXEL_LIMIT else 0 for each in [*sizes, 0, 0, 0][:3]]


def put_site(event: IncomingEvent, site: str, origin: str) -> None:
    """A public key, a domain, an id or an alias; without it the page's own host."""
    if site.startswith(PUBLIC_KEY_BEGINNING):
        event.site_key, event.key_kinds = site, PUBLIC_KINDS
    elif "." in site or site == "localhost":
        event.hostname, event.site_named = site, True
    elif site:
        event.site_id, event.site_named = site, True
    else:
        event.hostname = host_of(event.url) or origin
        if not event.hostname:
            raise InvalidInput("no site: send it as s, or the page's address as u", field="s")


def read_kind(fields: Fields) -> Callable[[IncomingEvent, Fields], None]:
    """Without a kind, what has a name is an event and what has none a pageview."""
    kind = text_field(fields, "k") or ("e" if fields.get("n") is not None else "p")
    if kind not in KINDS:
        raise InvalidInput(f"k must be one of {', '.join(KINDS)}", field="k")
    return KINDS[kind]


def put_pageview(event: IncomingEvent, fields: Fields) -> None:
    event.props_json = props_field(fields, "p")


def put_custom(event: IncomingEvent, fields: Fields) -> None:
    caller = text_field(fields, "c") or HITKEEP
    if caller not in CALLERS:
        raise InvalidInput(f"c must be one of {', '.join(CALLERS)}", field="c")
    event.kind = CUSTOM
    put_revenue(event, fields, clickport.DEFAULT_CURRENCY if caller == CLICKPORT else "")
    put_call = CALLS.get(caller)
    if put_call is None:
        event.name, event.props_json = required_name(fields, "n"), props_field(fields, "p")
    else:
        put_call(event, fields)


def put_revenue(event: IncomingEvent, fields: Fields, default: str) -> None:
    revenue = object_field(fields, "$")
    event.revenue = revenue.get("amount")
    if event.revenue is not None:
        event.currency = text_field(revenue, "currency") or default


def put_clickport_call(event: IncomingEvent, fields: Fields) -> None:
    props = object_field(fields, "p")
    event.name = clickport.read_name(fields)
    event.props_json = clickport.read_props({"mk": list(props), "mv": list(props.values())})


def put_grademypage_call(event: IncomingEvent, fields: Fields) -> None:
    """`n` is the event's type, `en` its name."""
    call = {"eventType": fields.get("n"), "eventName": fields.get("en"), "eventData": fields.get("p")}
    told = grademypage.read_event(call)
    for name in ("kind", "name", "category", "props_json", "scroll_depth", "engagement_ms", *EXPERIMENT):
        setattr(event, name, getattr(told, name))
    if told.revenue is not None:
        event.revenue, event.currency = told.revenue, told.currency


def put_plausible_call(event: IncomingEvent, fields: Fields) -> None:
    name = plausible.read_name(fields)
    event.kind, event.name = (PAGEVIEW, "") if name == PAGEVIEW else (CUSTOM, name)
    event.props_json = plausible.read_props(fields)


def put_umami_call(event: IncomingEvent, fields: Fields) -> None:
    event.name, event.props_json = required_name(fields, "n"), props_field(fields, "p")
    umami.put_revenue(event, object_field(fields, "p"))


def put_vital(event: IncomingEvent, fields: Fields) -> None:
    """Milliseconds, or a score for CLS; `l` says how the page was reached."""
    value = number_value(fields.get("v"))
    if fields.get("n") not in VITALS:
        raise InvalidInput(f"n must be one of {', '.join(VITALS)}", field="n")
    if value is None or value < 0:
        raise InvalidInput("v must be a number from 0 up", field="v")
    event.kind, event.name, event.value = WEB_VITAL, fields["n"], value
    event.label = text_field(fields, "l", LABEL_LENGTH)


def put_engagement(event: IncomingEvent, fields: Fields) -> None:
    depth, engaged = number_value(fields.get("m")), number_value(fields.get("g"))
    if depth is None and engaged is None:
        raise InvalidInput("an engagement has a scroll depth m, or milliseconds g", field="g")
    event.kind = ENGAGEMENT
    event.scroll_depth = None if depth is None else round(min(max(depth, 0), FULL_DEPTH))
    event.engagement_ms = None if engaged is None else round(min(max(engaged, 0), DAY_MS))


def put_exposure(event: IncomingEvent, fields: Fields) -> None:
    shown = fields.get("x")
    if not (isinstance(shown, list) and len(shown) == 2 and all(isinstance(each, str) and each for each in shown)):
        raise InvalidInput("x must be the ids of an experiment and of a variant", field="x")
    event.kind, (event.experiment_id, event.variant_id) = EXPOSURE, shown


def put_identification(event: IncomingEvent, fields: Fields) -> None:
    """Who it is, or properties of a visitor who has no name, as `umami.identify({plan: "pro"})` says them."""
    event.kind, event.props_json = IDENTIFY, props_field(fields, "p")
    if not event.user and event.props_json is None:
        raise InvalidInput("an identification has the visitor's id d, properties p or both", field="d")


def answer(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """What is refused is not to be sent again. Past a quota all is refused: repeats are known by their ids."""
    refusals = refusals_of(verdicts)
    for _, error in refusals:
        if isinstance(error, RateLimited):
            raise error
    if any(verdict in UNKNOWN for verdict in verdicts) and names_site(items):
        raise NotFound("no site has this id, alias, domain or public key", field="s")
    body: dict[str, Any] = {"accepted": len(verdicts) - len(refusals)}
    if refusals:
        body["refused"] = [refusal_as_json(place, error, error.code) for place, error in refusals]
    return Answer(202, orjson.dumps(body))


def names_site(items: Sequence[Item]) -> bool:
    return any(isinstance(item, IncomingEvent) and (item.site_named or item.site_key is not None) for item in items)


UNKNOWN = (DropReason.UNKNOWN_SITE, DropReason.UNKNOWN_KEY)
EXPERIMENT = ("experiment_id", "variant_id")
KINDS: Mapping[str, Callable[[IncomingEvent, Fields], None]] = {
    "p": put_pageview,
    "e": put_custom,
    "v": put_vital,
    "g": put_engagement,
    "x": put_exposure,
    "d": put_identification,
}
CALLS: Mapping[str, Callable[[IncomingEvent, Fields], None]] = {
    CLICKPORT: put_clickport_call,
    GRADEMYPAGE: put_grademypage_call,
    PLAUSIBLE: put_plausible_call,
    UMAMI: put_umami_call,
}
FORMATS = (WireFormat("tracker", PATH, read, answer, body_limit=BODY_BYTES),)
