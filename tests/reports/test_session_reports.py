"""The list of sessions and one session's events, by hand."""

from dataclasses import replace

import pytest

from hitkeep_py.errors import NotFound
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.query import Query
from hitkeep_py.reports.sessions import Session, session_events, sessions, visitor_text
from tests.behaviour import answered, new_site, put, query_of
from tests.engines import Engine

LARGEST = 2**64 - 1
ATTRIBUTES = {
    "country": "DE",
    "region": "Berlin",
    "city": "Berlin",
    "source": "Google",
    "channel": "Organic Search",
    "referrer": "google.com/",
    "browser": "Firefox",
    "os": "Linux",
    "device": "desktop",
    "language": "de",
    "screen": "1920x1080",
}
DETAILS = {
    "value": 2.5,
    "revenue": 4999,
    "currency": "EUR",
    "props": '{"plan": "pro", "tags": [1, null]}',
    "title": "T",
}
EVENTS = [
    ("2026-11-20T10:00:00", LARGEST, LARGEST, "/", {**ATTRIBUTES, "hostname": "example.com"}),
    ("2026-11-20T10:02:00", LARGEST, LARGEST, "/pricing", ATTRIBUTES),
    ("2026-11-20T10:02:30.500", LARGEST, LARGEST, "purchase", {**ATTRIBUTES, **DETAILS}),
    ("2026-11-20T10:02:30.500", LARGEST, LARGEST, "after", ATTRIBUTES),
    ("2026-11-20T11:00:00", 2, 7, "signup"),
    # Two that begin together, and one that crosses the end of the range.
    ("2026-11-20T12:00:00", 3, 8, "/a"),
    ("2026-11-20T12:00:00", 4, 9, "/b"),
    ("2026-11-20T23:59:00", 5, 10, "/a"),
    ("2026-11-21T00:09:00", 5, 10, "/late"),
    ("2026-11-20T13:00:00", 6, 11, "/", {"flagged": "bot"}),
]
READING = {"kind": "engagement", "name": None, "path": "/a", "scroll_depth": 80, "engagement_ms": 12_500}


@pytest.fixture(scope="module")
def query(engine: Engine) -> Query:
    site = new_site()
    put(engine, site, EVENTS)
    put(engine, new_site(), [("2026-11-20T10:00:00", 1, 12, "/")])
    return query_of(site, limit=50)


def ids(engine: Engine, query: Query) -> list[str]:
    return [each.session_id for each in answered(engine, sessions(engine.dialect, query)).rows]


def test_sessions_are_listed_newest_first(engine: Engine, query: Query) -> None:
    found = answered(engine, sessions(engine.dialect, query))
    assert (found.total, [each.session_id for each in found.rows]) == (5, ["10", "9", "8", "7", str(LARGEST)])
    assert found.rows[-1] == Session(
        str(LARGEST),
        visitor_text(query.site_id, LARGEST),
        "2026-11-20T10:00:00.000Z",
        150.5,
        2,
        2,
        "/",
        "/pricing",
        *(ATTRIBUTES[name] for name in ("country", "region", "city", "source", "channel", "referrer")),
        *(ATTRIBUTES[name] for name in ("browser", "os", "device", "language", "screen")),
    )
    signup = found.rows[3]
    assert (signup.pageviews, signup.events, signup.entry_page, signup.country) == (0, 1, None, None)


def test_only_what_lies_in_the_range_counts(engine: Engine, query: Query) -> None:
    crossing = answered(engine, sessions(engine.dialect, query)).rows[0]
    assert (crossing.duration_seconds, crossing.pageviews, crossing.exit_page) == (0, 1, "/a")
    late = answered(engine, sessions(engine.dialect, query_of(query.site_id, "2026-11-21", "2026-11-22"))).rows
    assert [(each.session_id, each.start, each.entry_page) for each in late] == [
        ("10", "2026-11-21T00:09:00.000Z", "/late")
    ]


def test_pages_follow_each_other(engine: Engine, query: Query) -> None:
    everything = ids(engine, query)
    paged = [each for start in (0, 2, 4, 6) for each in ids(engine, replace(query, limit=2, offset=start))]
    assert paged == everything
    assert answered(engine, sessions(engine.dialect, replace(query, limit=2, offset=6))).total == 5
    assert ids(engine, replace(query, summaries=False)) == everything


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("country is DE", [str(LARGEST)]),
        ("page is /a", ["10", "8"]),
        ("exit_page is /a", ["10", "8"]),
        ("event is set", ["7", str(LARGEST)]),
        ("property:plan is pro", [str(LARGEST)]),
        ("country is FR", []),
    ],
)
def test_filters_choose_whole_sessions(engine: Engine, query: Query, condition: str, expected: list[str]) -> None:
    found = answered(engine, sessions(engine.dialect, replace(query, filters=read_filters([condition]))))
    assert ([each.session_id for each in found.rows], found.total) == (expected, len(expected))
    assert all(each.pageviews == 2 for each in found.rows if each.session_id == str(LARGEST))


def test_events_of_a_session_in_order(engine: Engine, query: Query) -> None:
    found = answered(engine, session_events(engine.dialect, query, str(LARGEST)))
    assert found.session == answered(engine, sessions(engine.dialect, query)).rows[-1]
    assert found.total == 4
    assert [(each.time[11:23], each.kind, each.name, each.path) for each in found.events] == [
        ("10:00:00.000", "pageview", None, "/"),
        ("10:02:00.000", "pageview", None, "/pricing"),
        ("10:02:30.500", "event", "purchase", None),
        ("10:02:30.500", "event", "after", None),
    ]
    purchase = found.events[2]
    assert (purchase.value, purchase.revenue, purchase.currency, purchase.title) == (2.5, 4999, "EUR", "T")
    assert purchase.props == {"plan": "pro", "tags": [1, None]}
    assert (found.events[0].hostname, found.events[0].props) == ("example.com", None)
    paged = answered(engine, session_events(engine.dialect, query, str(LARGEST), 2, 1))
    assert (paged.total, paged.events) == (4, found.events[1:3])


def test_an_engagement_says_how_far_and_how_long(engine: Engine) -> None:
    site = new_site()
    put(engine, site, [("2026-11-20T10:00:00", 1, 1, "/a"), ("2026-11-20T10:01:00", 1, 1, "/a", READING)])
    found = answered(engine, session_events(engine.dialect, query_of(site), "1"))
    assert [(each.scroll_depth, each.engagement_ms) for each in found.events] == [(None, None), (80, 12_500)]


def test_a_session_is_shown_whole_whatever_the_range(engine: Engine, query: Query) -> None:
    found = answered(engine, session_events(engine.dialect, query, "10"))
    assert (found.total, found.session.duration_seconds, found.session.exit_page) == (2, 600, "/late")


@pytest.mark.parametrize(
    "text", ["12", "11", "99", "", "x", "-1", "1.0", "٣", str(LARGEST + 1), "9" * 5000, "1 OR 1=1"]
)
def test_there_is_no_such_session(engine: Engine, query: Query, text: str) -> None:
    with pytest.raises(NotFound):
        answered(engine, session_events(engine.dialect, query, text))


def test_a_visitor_is_shown_by_a_short_text_of_each_site() -> None:
    texts = {visitor_text(site, visitor) for site in ("one", "two") for visitor in range(500)}
    assert len(texts) == 1_000
    assert {len(each) for each in texts} == {8}
    assert visitor_text("one", 1) == visitor_text("one", 1)
