"""One visit is one session, whoever is named in it, and only what a visitor does begins one."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitkeep_py.catalog.sites import Site
from hitkeep_py.event import Event, event_row
from hitkeep_py.ingest.batch import Batch
from hitkeep_py.ingest.inbox import Inbox
from hitkeep_py.ingest.writer import Writer
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.overview import overview
from tests.accepted import send
from tests.fake_clock import FakeClock
from tests.kept_store import new_store
from tests.product import Product, in_memory
from tests.properties import FEW
from tests.stored_events import SITE, START

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
VISIT = "visitor_id, session_id, source, flagged"
PAGE = {"k": "p", "u": "https://example.com/"}
LANDED = {**PAGE, "r": "https://www.google.com/"}
NAMED = {"k": "d", "d": "user-1"}
BOUGHT = {"n": "purchase", "$": {"amount": "20", "currency": "EUR"}}
READ = {"k": "g", "u": "https://example.com/", "g": 9_000}


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory() as opened:
        yield opened


@pytest.fixture
def site(product: Product, request: pytest.FixtureRequest) -> Site:
    return product.add_site(f"s{abs(hash(request.node.name)) % 10**9}.example")


def visit(product: Product, site: Site, *events: tuple[float, dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Visitor, session (numbers from 1 as they come), source and flag of events of one device, at minutes."""
    start = product.clock.now_ms()
    for minute, event in events:
        product.clock.advance((start + minute * MINUTE - product.clock.now_ms()) / 1000)
        assert send(product, "/ingest/batch", {"s": site.id, "e": [event]}).answer.json() == {"accepted": 1}
    rows = product.stored(VISIT, site)
    visitors, sessions = ([*dict.fromkeys(row[place] for row in rows)] for place in (0, 1))
    return [(visitors.index(row[0]) + 1, sessions.index(row[1]) + 1, *row[2:]) for row in rows]


GOOGLES = (1, 1, "Google", None)
MINE = (1, 1, None, None)
ALONE = "no_session"


@pytest.mark.parametrize(
    ("events", "stored"),
    [
        ([(0, LANDED), (1, NAMED), (2, {**BOUGHT, "d": "user-1"})], [GOOGLES] * 3),
        ([(0, LANDED), (1, {**BOUGHT, "d": "user-1"}), (29, PAGE)], [GOOGLES] * 3),
        ([(0, {**LANDED, "d": "user-1"}), (1, PAGE), (2, {**PAGE, "d": "user-1"})], [GOOGLES] * 3),
        (
            [(0, LANDED), (1, {**PAGE, "d": "user-1"}), (2, {**PAGE, "d": "user-2"})],
            [GOOGLES] * 2 + [(2, 2, None, None)],
        ),
        ([(0, {**PAGE, "d": "user-1"}), (1, {**PAGE, "d": "user-2"})], [MINE, (2, 2, None, None)]),
        ([(0, PAGE), (31, {**PAGE, "d": "user-1"})], [MINE, (2, 2, None, None)]),
        ([(0, LANDED), (35, READ)], [GOOGLES] * 2),
        ([(0, LANDED), (35, READ), (36, PAGE)], [GOOGLES] * 3),
        ([(0, LANDED), (31, PAGE), (62, READ)], [GOOGLES, (1, 2, None, None), (1, 2, None, None)]),
        ([(0, READ), (1, LANDED)], [(1, 1, None, ALONE), (1, 2, "Google", None)]),
        ([(0, LANDED), (121, READ)], [GOOGLES, (1, 2, None, ALONE)]),
        ([(0, NAMED), (1, {"k": "v", "n": "LCP", "v": 1})], [(1, 1, None, ALONE), (2, 2, None, ALONE)]),
    ],
    ids=[
        "identified",
        "bought by name",
        "logged out",
        "somebody else's login",
        "two users of one device",
        "named in a later visit",
        "read for long",
        "read for long, then another page",
        "read in the second visit",
        "heard of before",
        "heard of much later",
        "nothing done",
    ],
)
def test_whose_an_event_is(
    events: Sequence[tuple[float, dict[str, Any]]], stored: list[tuple[Any, ...]], product: Product, site: Site
) -> None:
    assert visit(product, site, *events) == stored


def test_few_events_of_a_named_visit_say_under_which_id_it_began(product: Product, site: Site) -> None:
    """One an hour, so that to forget it changes few rows."""
    visit(product, site, (0, LANDED), *((minute, {**PAGE, "d": "user-1"}) for minute in range(1, 130, 10)))
    said = [place for place, (crossed,) in enumerate(product.stored("crossed_visitor_id", site)) if crossed]
    assert said == [1, 7, 13]


def test_umamis_identifications_and_engagement_are_of_the_visit(product: Product, site: Site) -> None:
    """One visit with one act, so it bounced, whatever is said of it afterwards."""
    page = {"website": site.id, "hostname": site.domain, "url": "/"}
    start = product.clock.now_ms()
    for kind, said in (
        ("event", {"referrer": "https://www.google.com/"}),
        ("identify", {"id": "user-1", "data": {"plan": "pro"}}),
        ("identify", {"data": {"plan": "free"}}),
    ):
        assert send(product, "/api/send", {"type": kind, "payload": {**page, **said}}).answer.status == 200
        product.clock.advance(35 * 60)
    rows = product.stored("visitor_id, session_id, source, flagged, kind", site)
    assert [row[:4] for row in rows] == [rows[0][:4]] * 3
    assert [row[4] for row in rows] == ["pageview", "identify", "identify"]
    found = product.analytics.answer(overview, Query(site.id, TimeRange(start, start + DAY)))
    assert (found.visitors, found.sessions, found.bounce_rate) == (1, 1, 1.0)


def test_no_visitor_of_long_ago_spans_two_days(product: Product, site: Site) -> None:
    """Told by address and User-Agent alone: the salts of those days are gone."""
    midnight = product.clock.now_ms() // DAY * DAY - 40 * DAY
    for minute in (600, 605, 1_439, 1_441, 2_041):
        payload = {"website": site.id, "url": "/", "timestamp": (midnight + minute * MINUTE) // 1000}
        assert send(product, "/api/send", {"type": "event", "payload": payload}).answer.status == 200
    rows = product.stored("visitor_id, session_id", site)
    visitors = [[row[0] for row in rows].index(visitor) for visitor, _ in rows]
    assert visitors == [0, 0, 0, 0, 4], "a visit goes on over midnight"
    assert len({session for _, session in rows}) == 3


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 29, 30, 31, 70, 130]),
        st.sampled_from([None, None, 101, 102]),
        st.sampled_from(["pageview", "event", "engagement", "identify"]),
    ),
    max_size=12,
)


def of_one_device(steps: list[tuple[int, int | None, str]]) -> list[Event]:
    """Steps are minutes since the one before, the user if one is named, the kind."""
    now, events = START, []
    for pause, user, kind in steps:
        now += pause * MINUTE
        event = Event(SITE, now, kind, None, user or 11, user_id=user, anonymous_visitor_id=11 if user else None)
        events.append(event)
    return events


def stored(lives: list[list[Event]]) -> list[tuple[Any, ...]]:
    """What the store has in the end, when each list comes to a writer that has just been started."""
    store = new_store()
    for events in lives:
        inbox = Inbox(None, FakeClock())
        writer = Writer(inbox, store)
        inbox.start(writer.position)
        if events:
            inbox.append(Batch([event_row(event) for event in events], None, Future()))
        inbox.stop()
        writer.start()
        writer.close()
        inbox.close(writer.position)
    found = store.select("SELECT visitor_id, session_id, flagged, kind, time, user_id FROM events ORDER BY event_id")
    store.close()
    return found


@FEW
@example(steps=[(0, None, "engagement"), (0, None, "pageview")], cuts={1})
@given(steps=STEPS, cuts=st.sets(st.integers(0, 12), max_size=2))
def test_restarts_cut_no_visit_and_no_session_is_of_two_users(
    steps: list[tuple[int, int | None, str]], cuts: set[int]
) -> None:
    events = of_one_device(steps)
    edges = [0, *sorted(cut for cut in cuts if cut < len(events)), len(events)]
    rows = stored([events])
    assert stored([events[start:end] for start, end in pairwise(edges)]) == rows
    counted = [row for row in rows if row[2] is None]
    begun: set[int] = set()
    for visitor, session, _, kind, _, _ in counted:
        assert session in begun or kind in ("pageview", "event")
        begun.add(session)
        assert len({row[5] for row in counted if row[1] == session} - {None}) <= 1
        assert {row[0] for row in counted if row[1] == session} == {visitor}
