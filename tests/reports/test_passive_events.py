"""Custom events that happen without their visitor doing anything: counted, but they end no bounce."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.overview import overview
from hitkeep_py.stores.duckdb import DuckDBStore
from hitkeep_py.stores.migrations.duckdb import MIGRATIONS
from tests.accepted import send
from tests.asked_engine import ask
from tests.engines import ENGINES, Engine, opened
from tests.product import Product, in_memory
from tests.stored_events import SITE, milliseconds, store_rows

DAY = Query(SITE, TimeRange(milliseconds("2026-11-20T00:00:00"), milliseconds("2026-11-21T00:00:00")))
# (time, session, kind, passive), a line an event.
EVENTS = [
    ("2026-11-20T08:00:00", 1, "pageview", None),
    ("2026-11-20T08:01:00", 1, "event", 1),
    ("2026-11-20T09:00:00", 2, "pageview", None),
    ("2026-11-20T09:01:00", 2, "event", 1),
    ("2026-11-20T09:02:00", 2, "event", None),
    ("2026-11-20T10:00:00", 3, "event", 1),
    ("2026-11-20T11:00:00", 4, "pageview", None),
    ("2026-11-20T11:01:00", 4, "pageview", None),
    ("2026-11-20T11:02:00", 4, "event", 1),
]


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory() as found:
        found.add_site("example.com")
        yield found


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with opened(request.param) as found:
        for event in EVENTS:  # one by one, so that sessions go on from portion to portion
            store_rows(found.store, SITE, dict(zip(("time", "session_id", "kind", "passive"), event, strict=True)))
        yield found


@pytest.mark.parametrize("summaries", [True, False])
def test_passive_events_count_but_end_no_bounce(engine: Engine, summaries: bool) -> None:
    found = ask(engine, overview, replace(DAY, summaries=summaries))
    assert (found.sessions, found.pageviews, found.events) == (4, 4, 5)
    assert found.bounce_rate == 1 / 4


def test_events_of_an_older_version_end_bounces_as_before() -> None:
    with duckdb.connect() as connection:
        for _, _, statements in MIGRATIONS[:3]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(
            "INSERT INTO sessions (site_id, session_id, visitor_id, visitor_number, start, last, duration_ms,"
            " pageviews, events) VALUES (uuid(), 1, 1, 1, epoch_ms(0), epoch_ms(0), 0, 1, 1)"
        )
        for statement in MIGRATIONS[3][2]:
            connection.execute(statement)
        assert connection.execute("SELECT events, passive_events FROM sessions").fetchall() == [(1, 0)]


@pytest.mark.parametrize(
    ("path", "body", "passive"),
    [
        ("/api/event", {"n": "Seen", "i": False}, 1),
        ("/api/event", {"n": "Seen", "interactive": False}, 1),
        ("/api/event", {"n": "Seen", "i": True}, None),
        ("/api/event", {"n": "Seen", "i": 0}, None),
        ("/api/event", {"n": "Seen"}, None),
        ("/api/event", {"n": "pageview", "i": False}, None),
        ("/api/event", {"n": "engagement", "sd": 5, "i": False}, None),
        ("/ingest/batch", {"n": "Seen", "q": False}, 1),
        ("/ingest/batch", {"n": "Seen", "c": "plausible", "q": False}, 1),
        ("/ingest/batch", {"n": "Seen", "q": 0}, None),
        ("/ingest/batch", {"n": "Seen"}, None),
        ("/ingest/batch", {"k": "p", "q": False}, None),
    ],
    ids=str,
)
def test_a_wire_format_says_whether_an_event_is_passive(
    path: str, body: dict[str, Any], passive: int | None, product: Product
) -> None:
    event = {"u": "https://example.com/", "d": "example.com", **body}
    outcome = send(product, path, {"e": [event]} if path == "/ingest/batch" else event)
    assert outcome.answer.status == 202
    assert [each["passive"] for each in outcome.events] == [passive]


def test_what_a_page_told_reaches_events_and_sessions() -> None:
    with in_memory() as product:
        site = product.add_site("example.com")
        page = {"u": "https://example.com/", "d": "example.com"}
        for event in ({"n": "pageview"}, {"n": "Seen", "i": False}):
            send(product, "/api/event", {**page, **event})
        assert product.stored("kind, passive", site) == [("pageview", None), ("event", 1)]
        assert isinstance(product.analytics.store, DuckDBStore)
        assert product.analytics.store.select("SELECT events, passive_events FROM sessions") == [(1, 1)]
