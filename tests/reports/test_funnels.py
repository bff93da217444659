"""Funnels by hand, against a reading of their definition event by event, and how they are kept in the catalog."""

import random
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.errors import Conflict, InvalidInput, NotFound
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.matching import matches
from hitkeep_py.query.query import Query
from hitkeep_py.query.step import Step
from hitkeep_py.reports.funnels import FunnelResult, funnel, funnel_series
from tests.behaviour import answered, event, new_site, page, put, query_of
from tests.engines import Engine, opened
from tests.fake_clock import FakeClock
from tests.properties import FEW
from tests.stored_events import milliseconds

STEPS = [page("/pricing"), event("signup"), event("purchase")]
EVENTS = [
    # All three steps, a minute and four minutes apart; what lies between does not matter.
    ("2026-11-20T10:00:00", 1, 101, "/pricing"),
    ("2026-11-20T10:00:30", 1, 101, "/about"),
    ("2026-11-20T10:01:00", 1, 101, "signup"),
    ("2026-11-20T10:05:00", 1, 101, "purchase", {"props": '{"plan": "pro"}'}),
    # The wrong way round.
    ("2026-11-20T10:00:00", 2, 102, "signup"),
    ("2026-11-20T10:10:00", 2, 102, "/pricing"),
    ("2026-11-20T10:20:00", 2, 102, "purchase"),
    # Two steps, and the third in another session of the same visitor.
    ("2026-11-20T11:00:00", 3, 103, "/pricing"),
    ("2026-11-20T11:03:00", 3, 103, "signup"),
    ("2026-11-20T20:00:00", 3, 104, "purchase", {"props": '{"plan": "free"}'}),
    # In the same millisecond, in the order in which they came: signup after pricing, and before it.
    ("2026-11-20T12:00:00", 4, 105, "/pricing"),
    ("2026-11-20T12:00:00", 4, 105, "signup"),
    ("2026-11-20T12:00:00", 5, 106, "signup"),
    ("2026-11-20T12:00:00", 5, 106, "/pricing"),
    # Two starts: within ten minutes only the second leads to a signup.
    ("2026-11-20T13:00:00", 6, 107, "/pricing"),
    ("2026-11-20T13:50:00", 6, 107, "/pricing"),
    ("2026-11-20T13:55:00", 6, 107, "signup"),
    # Nothing of this is the funnel's: a robot, another kind, another day.
    ("2026-11-20T10:00:00", 8, 108, "/pricing", {"flagged": "bot"}),
    ("2026-11-20T10:00:00", 9, 109, "/pricing", {"kind": "engagement"}),
    ("2026-11-20T14:00:00", 9, 110, "signup"),
    ("2026-11-21T00:00:00", 9, 110, "/pricing"),
]


@pytest.fixture(scope="module")
def query(engine: Engine) -> Query:
    site, other = new_site(), new_site()
    put(engine, site, EVENTS)
    put(engine, other, [("2026-11-20T10:00:00", 1, 1, "/pricing")])
    return query_of(site)


def test_sessions_take_steps_in_order(engine: Engine, query: Query) -> None:
    found = answered(engine, funnel(engine.dialect, query, STEPS))
    assert (found.scope, found.entries, found.completions, found.conversion_rate) == ("session", 6, 1, 1 / 6)
    assert [(each.type, each.value) for each in found.steps] == [(each.type, each.value) for each in STEPS]
    assert [each.count for each in found.steps] == [6, 4, 1]
    assert [each.of_first for each in found.steps] == [1.0, 4 / 6, 1 / 6]
    assert [each.of_previous for each in found.steps] == [1.0, 4 / 6, 1 / 4]
    assert [each.drop_off for each in found.steps] == [0, 2, 3]
    # To the signup: 60 s, 180 s, none and 55 minutes.
    assert [each.median_seconds for each in found.steps] == [None, 120, 240]


def test_visitors_steps_may_lie_in_several_sessions(engine: Engine, query: Query) -> None:
    found = answered(engine, funnel(engine.dialect, query, STEPS, scope="visitor"))
    assert [each.count for each in found.steps] == [6, 4, 2]
    assert found.steps[2].median_seconds == (240 + (20 - 11) * 3600 - 180) / 2


def test_window_is_measured_from_the_best_start(engine: Engine, query: Query) -> None:
    within = [answered(engine, funnel(engine.dialect, query, STEPS, seconds)) for seconds in (59, 60, 180, 300)]
    assert [[each.count for each in found.steps] for found in within] == [[6, 1, 0], [6, 2, 0], [6, 3, 0], [6, 4, 1]]
    # The signup five minutes after the second start, not 55 after the first.
    assert within[3].steps[1].median_seconds == (60 + 180) / 2
    assert within[2].window_seconds == 180


def test_conditions_of_a_step_are_on_its_event(engine: Engine, query: Query) -> None:
    pro = Step("event", "purchase", read_filters(["property:plan is pro"]))
    found = answered(engine, funnel(engine.dialect, query, [page("/pricing"), pro], scope="visitor"))
    assert [each.count for each in found.steps] == [6, 1]


def test_pages_are_matched_by_patterns(engine: Engine, query: Query) -> None:
    for pattern, entries in (("*", 6), ("/pri*", 6), ("/*i*g", 6), ("/a*", 1), ("/pricing", 6), ("/Pricing", 0)):
        found = answered(engine, funnel(engine.dialect, query, [page(pattern), event("purchase")]))
        assert found.entries == entries, pattern


@pytest.mark.parametrize(
    ("condition", "counts"),
    [
        ("country is DE", [0, 0, 0]),
        ("page is /about", [1, 1, 1]),
        ("event is purchase", [2, 1, 1]),
        ("entry_page is /pricing", [6, 4, 1]),
        ("entry_page is /about", [0, 0, 0]),
    ],
)
def test_filters_choose_whole_sessions(engine: Engine, query: Query, condition: str, counts: list[int]) -> None:
    asked = query_of(query.site_id, filters=read_filters([condition]))
    assert [each.count for each in answered(engine, funnel(engine.dialect, asked, STEPS)).steps] == counts


def test_nobody_enters_an_empty_funnel(engine: Engine, query: Query) -> None:
    found = answered(engine, funnel(engine.dialect, query_of(query.site_id, "2020-01-01", "2020-01-02"), STEPS))
    assert (found.entries, found.completions, found.conversion_rate) == (0, 0, 0.0)
    assert [(each.count, each.of_previous, each.median_seconds) for each in found.steps] == [(0, 0.0, None)] * 3


def test_points_of_the_series_add_up_to_the_funnel(engine: Engine, query: Query) -> None:
    points = answered(engine, funnel_series(engine.dialect, query, STEPS, "hour"))
    assert {point.time[11:13]: (point.entries, point.completions) for point in points if point.entries} == {
        "10": (2, 1),
        "11": (1, 0),
        "12": (2, 0),
        "13": (1, 0),
    }
    assert len(points) == 24


@pytest.mark.parametrize(("steps", "scope", "field"), [(STEPS[:1], "session", "steps"), (STEPS, "user", "scope")])
def test_what_cannot_be_asked_is_named(engine: Engine, query: Query, steps: list[Step], scope: str, field: str) -> None:
    for report in (
        funnel(engine.dialect, query, steps, None, scope),
        funnel_series(engine.dialect, query, steps, "day", None, scope),
    ):
        with pytest.raises(InvalidInput) as raised:
            answered(engine, report)
        assert raised.value.field == field


def test_a_step_cannot_look_at_whole_sessions(engine: Engine, query: Query) -> None:
    with pytest.raises(InvalidInput):
        matches(Step("path", "/", read_filters(["entry_page is /"])), query, engine.dialect)


def read_event_by_event(
    events: Sequence[tuple[Any, ...]], steps: Sequence[Step], window: int | None, scope: str
) -> tuple[list[int], list[float | None]]:
    """The definition, word by word: counts of the steps, and medians of the seconds between them."""
    units: dict[int, list[tuple[Any, ...]]] = {}
    for each in sorted(events, key=lambda each: each[0]):  # Stable: equal times stay in the order of event_id.
        units.setdefault(each[2 if scope == "session" else 1], []).append(each)
    best = []
    for rows in units.values():
        chains = [chain(rows[place:], steps, window) for place, row in enumerate(rows) if row[3] == steps[0].value]
        if chains:
            best.append(max(chains, key=len))  # The first of the longest.
    counts = [sum(len(each) > place for each in best) for place in range(len(steps))]
    gaps = [[(each[n] - each[n - 1]) / 1000 for each in best if len(each) > n] for n in range(1, len(steps))]
    return counts, [None, *(median(each) if each else None for each in gaps)]


def chain(rows: Sequence[tuple[Any, ...]], steps: Sequence[Step], window: int | None) -> list[int]:
    times = [rows[0][0]]
    for row in rows[1:]:
        if len(times) == len(steps) or (window is not None and row[0] - times[0] > window * 1000):
            break
        if row[3] == steps[len(times)].value:
            times.append(row[0])
    return times


def figures(found: FunnelResult) -> tuple[list[int], list[float | None]]:
    return [each.count for each in found.steps], [each.median_seconds for each in found.steps]


@pytest.fixture(scope="module")
def many(engine: Engine) -> tuple[Query, list[tuple[Any, ...]]]:
    """2,000 events of few names in few seconds, so that times are often equal and steps repeat."""
    chance, start, site = random.Random(7), milliseconds("2026-11-20T10:00:00"), new_site()
    events = []
    for _ in range(2_000):
        session = chance.randrange(150)
        events.append((start + chance.randrange(60) * 1000, session % 60 + 1, session + 1, chance.choice("abcde")))
    put(engine, site, events)
    return query_of(site), events


@pytest.mark.parametrize(
    ("names", "window", "scope"),
    [
        ("aa", None, "session"),
        ("aab", 7, "session"),
        ("abcde", None, "visitor"),
        ("abcde", 30, "session"),
        ("abcdeabc", 45, "visitor"),
        ("aaaaa", 3_600, "visitor"),
    ],
)
def test_funnels_are_what_the_definition_says(
    engine: Engine, many: tuple[Query, list[tuple[Any, ...]]], names: str, window: int | None, scope: str
) -> None:
    query, events = many
    steps = [event(name) for name in names]
    found = figures(answered(engine, funnel(engine.dialect, query, steps, window, scope)))
    assert found == read_event_by_event(events, steps, window, scope)


@FEW
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 2), st.sampled_from("abc")), min_size=1, max_size=14),
    st.text("abc", min_size=2, max_size=4),
    st.one_of(st.none(), st.integers(1, 13)),
)
def test_any_funnel_of_any_events_is_what_the_definition_says(
    duckdb: Engine, rows: list[tuple[int, int, str]], names: str, window: int | None
) -> None:
    start, site = milliseconds("2026-11-20T10:00:00"), new_site()
    events = [(start + seconds * 1000, session, session, name) for seconds, session, name in rows]
    put(duckdb, site, events)
    steps = [event(name) for name in names]
    found = answered(duckdb, funnel(duckdb.dialect, query_of(site), steps, window))
    assert figures(found) == read_event_by_event(events, steps, window, "session")
    assert sorted(figures(found)[0], reverse=True) == figures(found)[0]


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with opened("duckdb") as found:
        yield found


@pytest.fixture
def catalog(clock: FakeClock) -> Iterator[Catalog]:
    opened = Catalog(None, clock)
    yield opened
    opened.close()


TWO = [{"type": "path", "value": "/pricing"}, {"type": "event", "value": "signup"}]


def test_funnel_is_kept_and_shown_in_hitkeeps_shape(catalog: Catalog) -> None:
    site = catalog.sites.add("example.com")
    added = catalog.funnels.add(site.id, " Buyers ", TWO)
    assert added.as_json() == {
        "id": added.id,
        "site_id": site.id,
        "name": "Buyers",
        "steps": TWO,
        "window_seconds": None,
        "scope": "session",
        "created_at": "2026-11-20T12:00:00.000Z",
    }
    assert catalog.funnels.of_site(site.id) == [added]
    assert catalog.funnels.find(site.id, "Buyers") == catalog.funnels.get(site.id, added.id) == added
    assert added.steps == (page("/pricing"), event("signup"))


def test_funnel_keeps_conditions_window_and_scope(catalog: Catalog) -> None:
    site = catalog.sites.add("example.com")
    steps = [{"type": "path", "value": "/docs/*"}, {**TWO[1], "filters": ["property:plan is pro, team", ["value > 3"]]}]
    added = catalog.funnels.add(site.id, "Buyers", steps, window_seconds=3_600, scope="visitor")
    assert (added.window_seconds, added.scope) == (3_600, "visitor")
    assert added.steps[1].filters == read_filters(["property:plan is pro, team", "value > 3"])
    assert catalog.funnels.get(site.id, added.id) == added
    assert catalog.funnels.change(site.id, added.id, {"steps": added.as_json()["steps"]}) == added


def test_funnel_changes_and_goes(catalog: Catalog) -> None:
    site, other = catalog.sites.add("example.com"), catalog.sites.add("other.example")
    added = catalog.funnels.add(site.id, "Buyers", TWO, window_seconds=60)
    changed = catalog.funnels.change(site.id, added.id, {"name": "All", "window_seconds": None, "scope": "visitor"})
    assert (changed.name, changed.window_seconds, changed.scope, changed.steps) == ("All", None, "visitor", added.steps)
    assert catalog.funnels.of_site(site.id) == [changed]
    for use in (catalog.funnels.get, catalog.funnels.remove, catalog.funnels.find):
        with pytest.raises(NotFound):
            use(other.id, added.id)
    with pytest.raises(NotFound):
        catalog.funnels.get(site.id, "All")
    with pytest.raises(InvalidInput):
        catalog.funnels.change(site.id, added.id, {"created_at": 0})
    catalog.funnels.remove(site.id, added.id)
    assert catalog.funnels.of_site(site.id) == []


def test_funnels_go_with_their_site_and_names_are_taken_once(catalog: Catalog) -> None:
    site = catalog.sites.add("example.com")
    catalog.funnels.add(site.id, "Buyers", TWO)
    other = catalog.funnels.add(site.id, "Others", TWO)
    with pytest.raises(Conflict):
        catalog.funnels.add(site.id, "Buyers", TWO)
    with pytest.raises(Conflict):
        catalog.funnels.change(site.id, other.id, {"name": "Buyers"})
    catalog.sites.remove(site.id)
    assert catalog.funnels.of_site(site.id) == []
    with pytest.raises(NotFound):
        catalog.funnels.add(site.id, "Buyers", TWO)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"steps": None}, "steps"),
        ({"steps": TWO[:1]}, "steps"),
        ({"steps": TWO * 5}, "steps"),
        ({"steps": ["/a", "/b"]}, "steps"),
        ({"steps": [TWO[0], {"type": "click", "value": "x"}]}, "steps"),
        ({"steps": [TWO[0], {"type": [], "value": "x"}]}, "steps"),
        ({"steps": [TWO[0], {"type": "event"}]}, "steps"),
        ({"steps": [TWO[0], {"type": "event", "value": "x" * 256}]}, "steps"),
        ({"steps": [TWO[0], {"type": "path", "value": "thanks"}]}, "steps"),
        ({"steps": [TWO[0], {**TWO[1], "filter": []}]}, "steps"),
        ({"steps": [TWO[0], {**TWO[1], "filters": "country"}]}, "steps"),
        ({"steps": [TWO[0], {**TWO[1], "filters": ["weather is bad"]}]}, "steps"),
        ({"steps": [TWO[0], {**TWO[1], "filters": ["entry_page is /"]}]}, "steps"),
        ({"window_seconds": 0}, "window_seconds"),
        ({"window_seconds": True}, "window_seconds"),
        ({"window_seconds": 1.5}, "window_seconds"),
        ({"scope": "user"}, "scope"),
        ({"scope": []}, "scope"),
    ],
)
def test_bad_funnel_is_refused_and_the_field_named(catalog: Catalog, given: dict[str, Any], field: str) -> None:
    site = catalog.sites.add("example.com")
    good: dict[str, Any] = {"name": "Buyers", "steps": TWO}
    add: Callable[..., Any] = catalog.funnels.add
    with pytest.raises(InvalidInput) as raised:
        add(site.id, **{**good, **given})
    assert raised.value.field == field
