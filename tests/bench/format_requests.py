"""The same kind of visits as realistic_requests, in the words of each wire format."""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import orjson

from tests.bench.realistic_requests import (
    DOMAIN,
    EVENT_WEIGHTS,
    EVENTS,
    LENGTH_DIGITS,
    PAGE_WEIGHTS,
    PAGES,
    VISITS_AT_A_TIME,
    Visit,
    new_visit,
    properties,
)

BATCH = 50


@dataclass(frozen=True, slots=True)
class Names:
    """How the requests name their site."""

    site_id: str
    public_key: str
    secret_key: str


Request = tuple[str, object, str]
"""(path with query, body or None, further headers)"""
Writer = Callable[[random.Random, Visit, Names], Request]


def page(chance: random.Random) -> str:
    return f"https://{DOMAIN}{chance.choices(PAGES, cum_weights=PAGE_WEIGHTS)[0]}"


def event_name(chance: random.Random) -> str:
    return chance.choices(EVENTS, cum_weights=EVENT_WEIGHTS)[0]


def ingest_event(chance: random.Random, visit: Visit, names: Names) -> Request:
    body = {
        "site_id": names.site_id,
        "name": event_name(chance),
        "url": page(chance),
        "referrer": visit.referrer,
        "props": properties(chance),
    }
    return "/ingest/event", body, ""


def sparklytics_item(chance: random.Random, visit: Visit, names: Names) -> dict[str, object]:
    return {
        "website_id": names.site_id,
        "type": "event",
        "event_name": event_name(chance),
        "url": page(chance),
        "referrer": visit.referrer,
        "event_data": properties(chance),
    }


def sparklytics(chance: random.Random, visit: Visit, names: Names) -> Request:
    return "/api/collect", sparklytics_item(chance, visit, names), ""


def sparklytics_batch(chance: random.Random, visit: Visit, names: Names) -> Request:
    return "/api/collect", [sparklytics_item(chance, visit, names) for _ in range(BATCH)], ""


def clickport(chance: random.Random, visit: Visit, names: Names) -> Request:
    found = properties(chance)
    values = [str(value) for value in found.values()]
    body = {"t": "e", "n": event_name(chance), "d": DOMAIN, "u": page(chance), "mk": list(found), "mv": values}
    return "/api/event", body, ""


def plausible(chance: random.Random, visit: Visit, names: Names) -> Request:
    body = {
        "n": event_name(chance),
        "u": page(chance),
        "d": DOMAIN,
        "r": visit.referrer or None,
        "p": properties(chance),
    }
    return "/api/event", body, ""


def project_key(chance: random.Random, visit: Visit, names: Names) -> Request:
    body = {
        "projectKey": names.public_key,
        "event_name": event_name(chance),
        "event_data": {"category": "shop", "label": "list", "value": 1, **properties(chance)},
        "url": page(chance),
        "referrer": visit.referrer,
    }
    return "/api/events", body, ""


def grademypage(chance: random.Random, visit: Visit, names: Names) -> Request:
    key = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    body = {
        "eventType": "conversion",
        "eventName": event_name(chance),
        "eventData": properties(chance),
        "idempotencyKey": key,
        "visitor": {"id": visit.session},
    }
    return "/api/analytics/server-events", body, f"Authorization: Bearer {names.secret_key}\r\n"


def umami(chance: random.Random, visit: Visit, names: Names) -> Request:
    width, height = visit.screen
    payload = {
        "website": names.site_id,
        "hostname": DOMAIN,
        "url": page(chance).partition(DOMAIN)[2],
        "language": visit.language.partition(",")[0],
        "screen": f"{width}x{height}",
        "title": "A page of the shop",
        "referrer": visit.referrer,
        "name": event_name(chance),
        "data": properties(chance),
    }
    return "/api/send", {"type": "event", "payload": payload}, ""


def goatcounter(chance: random.Random, visit: Visit, names: Names) -> Request:
    width, height = visit.screen
    query = {"p": page(chance).partition(DOMAIN)[2], "t": "A page", "r": visit.referrer, "s": f"{width},{height},1"}
    return f"/count?{urlencode(query)}", None, ""


BASE = "ingest event"
WRITERS: dict[str, Writer] = {
    BASE: ingest_event,
    "sparklytics": sparklytics,
    "clickport": clickport,
    "plausible": plausible,
    "projectkey": project_key,
    "grademypage": grademypage,
    "umami": umami,
    "goatcounter": goatcounter,
    "sparklytics batch": sparklytics_batch,
}


def write_format_requests(path: Path, name: str, names: Names, count: int) -> None:
    with path.open("wb") as file:
        for request in requests(WRITERS[name], names, count):
            file.write(b"%0*d" % (LENGTH_DIGITS, len(request)) + request)


def requests(writer: Writer, names: Names, count: int) -> Iterator[bytes]:
    chance = random.Random(20_261_122)
    visits = [new_visit(chance) for _ in range(VISITS_AT_A_TIME)]
    for _ in range(count):
        visit = visits[chance.randrange(VISITS_AT_A_TIME)]
        target, body, headers = writer(chance, visit, names)
        content = b"" if body is None else orjson.dumps(body)
        yield (
            f"POST {target} HTTP/1.1\r\n{visit.headers}{headers}Content-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
