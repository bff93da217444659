"""A few hundred sessions of two sites, always the same: what sites have, and what breaks queries."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES
from hitkeep_py.stores import EventStore
from tests.stored_events import OTHER_SITE, SITE, milliseconds, store_rows

Row = dict[str, Any]

SPANS = {
    "spring": ("2026-03-27T00:00:00", "2026-04-07T00:00:00"),
    "newfoundland": ("2026-03-07T00:00:00", "2026-03-10T00:00:00"),
    "samoa": ("2011-12-29T00:00:00", "2012-01-01T00:00:00"),
}
"""In UTC; clocks change in each."""
ZONES = {
    "UTC": "spring",
    "Europe/Berlin": "spring",
    "Asia/Kathmandu": "spring",
    "Australia/Lord_Howe": "spring",
    "America/St_Johns": "newfoundland",
    "Pacific/Apia": "samoa",
}
PATHS = ["/", "/pricing", "/blog/a", "/blog/ä 😀", "/it's", '/"q"', "/a%20b", "/blog/*", "/x\\y", None]
NAMES = ["signup", "purchase", "Download", "it's", 'say "hi"', "ä 😀", "a?b", "{p0:String}"]
CURRENCIES = ["EUR", "USD", "JPY", None]
CATEGORIES = [None, "conversion", "video"]
LABELS = [None, "top", "it's"]
EXPERIMENTS = ["button", "price's"]
VARIANTS = ["a", "b", "c"]
VALUES: list[Any] = [
    "pro",
    "free",
    "it's",
    'q"q',
    "ä 😀",
    "",
    "12.5",
    "1e3",
    None,
    True,
    False,
    0,
    7,
    -3,
    0.1,
    2.5,
    99.995,
    [1, "a"],
    {"b": None},
]
KEYS = ["plan", "price", "with.dot", "a/b", "it's", "ä", "a~b"]
NAMED = 2**63
"""From here on ids are of sessions that their client named."""
VITALS = {"LCP": 2500.0, "INP": 180.0, "CLS": 0.11, "FCP": 1200.0, "TTFB": 400.0}
ATTRIBUTES: dict[str, Sequence[str | None]] = {
    "referrer": [None, "news.example/a", "it's.example", "ä.example"],
    "source": [None, "Google", "newsletter", "ä 😀"],
    "channel": [None, "Organic Search", "Direct", "Email"],
    "country": ["DE", "FR", "US", "NP", None],
    "region": [None, "DE-BE", "US-NY"],
    "city": [None, "Berlin", "St. John's", "काठमाडौँ"],
    "browser": ["Firefox", "Chrome", "Safari", None],
    "device": ["desktop", "mobile", None],
}


def generated(seed: int = 1, sessions: int = 240, unknown: float = 0.0) -> list[Row]:
    """Events in the order in which they arrive, which is nearly but not quite that of their times.

    `unknown` is the part of the sessions of which nothing is known at their first event.
    """
    chance = random.Random(seed)
    edges = list(bucket_edges())
    rows = [row for number in range(1, sessions + 1) for row in session(chance, number, edges, unknown)]
    rows.sort(key=lambda row: row["time"] + chance.choice([0, 0, 0, 0, 3_600_000 * chance.random(), 86_400_000]))
    return numbered(rows)


def numbered(rows: Sequence[Row]) -> list[Row]:
    """As if they came in this order; sessions that have no name are numbered by the first event that came."""
    first: dict[int, int] = {}
    for number, row in enumerate(rows, start=1):
        first.setdefault(row["session_id"], row["session_id"] if row["session_id"] >= NAMED else number)
    return [
        {**row, "event_id": number, "session_id": first[row["session_id"]]} for number, row in enumerate(rows, start=1)
    ]


def bucket_edges() -> Iterator[int]:
    """Where hours and days begin in the zones, so that a session over one lies in two buckets."""
    for zone, name in ZONES.items():
        first = datetime.fromisoformat(SPANS[name][0]).replace(tzinfo=ZoneInfo(zone))
        for days in range(4):
            yield round((first + timedelta(days=days)).timestamp() * 1000)
            yield round((first + timedelta(days=days, hours=2)).timestamp() * 1000)


def session(chance: random.Random, number: int, edges: Sequence[int], unknown: float) -> Iterator[Row]:
    """It has one visitor, and its events have the same attributes but for those before anything was known of it."""
    visitor = chance.choice([chance.randrange(1, 90), 2**63 + chance.randrange(20), 2**64 - 1])
    named = chance.random() < 0.2
    same: Row = {
        "site_id": chance.choice([SITE, SITE, OTHER_SITE]),
        "visitor_id": visitor,
        "session_id": chance.randrange(NAMED, 2**64) if named else number,
        **{name: chance.choice(ATTRIBUTES.get(name, [None, f"{name} 1", f"{name} 2"])) for name in SESSION_ATTRIBUTES},
        "user_id": chance.choice([None, None, visitor]),
        "hostname": chance.choice(["example.com", "shop.example.com", None]),
    }
    flagged = chance.random() < 0.05
    nothing = dict.fromkeys(SESSION_ATTRIBUTES) if chance.random() < unknown else {}
    time = start_of_session(chance, edges)
    for place in range(chance.choice([1, 1, 2, 3, 5, 8])):
        first = nothing if place == 0 else {}
        yield {**same, **first, "time": time, "flagged": "bot" if flagged else None, **event(chance)}
        time += chance.choice([0, 1, chance.randrange(60_000), chance.randrange(1_500_000)])


def start_of_session(chance: random.Random, edges: Sequence[int]) -> int:
    if chance.random() < 0.4:
        return chance.choice(edges) + chance.choice([-1, 0, 1, -20_000, -600_000])
    first, last = SPANS[chance.choice(["spring", "spring", "spring", *SPANS])]
    return chance.randrange(milliseconds(first), milliseconds(last))


def event(chance: random.Random) -> Row:
    kind = chance.choice(["pageview"] * 6 + ["event"] * 4 + ["engagement", "web_vital", "exposure", "identify"])
    row: Row = {"kind": kind, "path": chance.choice(PATHS), "title": chance.choice([None, "Home", "it's ä"])}
    if kind == "event":
        row |= custom_event(chance)
    if kind == "engagement":
        row |= {"scroll_depth": chance.choice([None, 0, 50, 100]), "engagement_ms": chance.choice([None, 0, 1, 45_678])}
    if kind == "web_vital":
        name = chance.choice(list(VITALS))
        row |= {"name": name, "value": round(VITALS[name] * chance.lognormvariate(0, 0.6), 3)}
    if kind == "exposure" or chance.random() < 0.1:
        row |= {"experiment_id": chance.choice(EXPERIMENTS), "variant_id": chance.choice(VARIANTS)}
    return row


def custom_event(chance: random.Random) -> Row:
    currency = chance.choice(CURRENCIES)
    properties = {key: chance.choice(VALUES) for key in KEYS if chance.random() < 0.4}
    name, category, label = (chance.choice(each) for each in (NAMES, CATEGORIES, LABELS))
    return {
        "name": name,
        "category": category,
        "label": label,
        "passive": 1 if label == "top" else None,
        "value": chance.choice([None, 0.0, 1.5, -2.25, 100.0]),
        "currency": currency,
        "revenue": chance.choice([0, 199, 1234, -500]) if currency else None,
        "props": orjson.dumps(properties).decode() if properties else None,
    }


def store_in_portions(store: EventStore, rows: Sequence[Row], size: int = 300) -> None:
    for start in range(0, len(rows), size):
        store_rows(store, SITE, *rows[start : start + size])
