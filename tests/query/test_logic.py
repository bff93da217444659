"""Conditions nested by and, or and not mean the same once they are an AND of ORs; sessions chosen by what they did."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import MOST_CONDITIONS, Condition, Filters, checked_condition, read_filters
from hitkeep_py.query.logic import OPPOSITES, AllOf, Logic, Not, OneOf, filters_of
from hitkeep_py.query.query import Did, Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.overview import overview
from tests.stored_events import milliseconds, store_rows

NAMES = ("country", "browser", "os")
DAY = TimeRange(milliseconds("2026-11-20T00:00:00"), milliseconds("2026-11-21T00:00:00"))
Values = dict[str, str | None]


def condition(name: str, operator: str = "is") -> Condition:
    return checked_condition(name, operator, () if operator.startswith("is set") else ["x"], "filters")


LEAVES = st.builds(condition, st.sampled_from(NAMES), st.sampled_from(["is", "is not", "is set"]))
TREES: st.SearchStrategy[Logic] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda parts: AllOf(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: OneOf(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


def holds(one: Condition, values: Values) -> bool:
    value = values[one.dimension.name]
    return {
        "is": value == "x",
        "is not": value != "x",
        "is set": value is not None,
        "is not set": value is None,
    }[one.operator]


def means(logic: Logic, values: Values) -> bool:
    if isinstance(logic, Condition):
        return holds(logic, values)
    if isinstance(logic, Not):
        return not means(logic.part, values)
    parts = [means(each, values) for each in logic.parts]
    return all(parts) if isinstance(logic, AllOf) else any(parts)


def passes(filters: Filters, values: Values) -> bool:
    return all(any(holds(each, values) for each in group) for group in filters)


@given(TREES, st.fixed_dictionaries({name: st.sampled_from(["x", "y", None]) for name in NAMES}))
def test_filters_mean_what_was_written(logic: Logic, values: Values) -> None:
    try:
        filters = filters_of(logic)
    except InvalidInput:
        return
    assert passes(filters, values) == means(logic, values)


def test_filters_are_no_longer_than_they_must_be() -> None:
    country, browser, os = map(condition, NAMES)
    assert filters_of(OneOf((AllOf((country, browser)), os))) == ((country, os), (browser, os))
    assert filters_of(AllOf((country, country))) == ((country,),)
    assert filters_of(Not(OneOf((country, browser)))) == (
        (condition("country", "is not"),),
        (condition("browser", "is not"),),
    )


def test_opposites_are_each_others() -> None:
    assert {name: OPPOSITES[OPPOSITES[name]] for name in OPPOSITES} == {name: name for name in OPPOSITES}


def test_what_takes_too_many_conditions_is_refused() -> None:
    pair = AllOf((condition("country"), condition("browser")))
    others = [AllOf((condition("os"), checked_condition("page", "is", [str(each)], "x"))) for each in range(6)]
    with pytest.raises(InvalidInput, match=f"more than {MOST_CONDITIONS} conditions"):
        filters_of(OneOf((pair, *others)))


def test_a_number_has_no_opposite() -> None:
    with pytest.raises(InvalidInput, match="cannot be negated"):
        filters_of(Not(checked_condition("value", ">", [1], "filters")))


@pytest.fixture
def visits(analytics: Analytics, site: Site) -> None:
    """Session 1 sees a page and signs up, 2 sees the page, 3 another one; 4 signs up a day before it sees a page."""
    rows: list[dict[str, Any]] = [
        {"session_id": 1, "kind": "pageview", "path": "/"},
        {"session_id": 1, "name": "signup", "path": "/in"},
        {"session_id": 2, "kind": "pageview", "path": "/"},
        {"session_id": 3, "kind": "pageview", "path": "/b"},
        {"session_id": 4, "name": "signup", "time": "2026-11-19T23:59:00"},
        {"session_id": 4, "kind": "pageview", "path": "/b", "time": "2026-11-20T00:01:00"},
    ]
    store_rows(
        analytics.store,
        site.id,
        *({"time": "2026-11-20T10:00:00", "visitor_id": row["session_id"], **row} for row in rows),
    )


@pytest.mark.usefixtures("visits")
@pytest.mark.parametrize(
    ("did", "filters", "sessions"),
    [
        ([("event is signup", False)], [], 1),
        ([("event is signup", True)], [], 3),
        ([("event is signup", False), ("page is /", False)], [], 1),
        ([("event is signup", True), ("page is /", False)], [], 1),
        ([("event is signup", False)], ["page is /"], 1),
        ([("event is signup", False)], ["page is /b"], 0),
        ([("event is nothing", True)], ["page is /b"], 2),
        ([("event is nothing", False)], [], 0),
    ],
)
def test_sessions_are_chosen_by_what_they_did_in_the_range(
    did: list[tuple[str, bool]], filters: list[str], sessions: int, analytics: Analytics, site: Site
) -> None:
    chosen = tuple(Did(read_filters([text]), never) for text, never in did)
    query = Query(site.id, DAY, filters=read_filters(filters), did=chosen)
    found = analytics.answer(overview, query)
    assert found.sessions == found.visitors == sessions
    assert analytics.answer(overview, replace(query, summaries=False)) == found


def test_what_a_session_did_is_not_its_first_page(analytics: Analytics, site: Site) -> None:
    with pytest.raises(InvalidInput, match="entry_page"):
        analytics.answer(overview, Query(site.id, DAY, did=(Did(read_filters(["entry_page is /"])),)))
