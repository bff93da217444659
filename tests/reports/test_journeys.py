"""Journeys worked out by hand, and against a walk through each session."""

import random
from collections import Counter
from itertools import groupby
from typing import Any

import pytest

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.query import Query
from hitkeep_py.query.step import Step
from hitkeep_py.reports.journeys import Branches, journeys
from tests.behaviour import answered, event, new_site, page, put, query_of
from tests.engines import Engine
from tests.stored_events import milliseconds

EVENTS = [
    # Reloads count once, and the second visit of the anchor is a step like any other.
    ("2026-11-20T10:00:00", 1, 101, "/"),
    ("2026-11-20T10:01:00", 1, 101, "/a"),
    ("2026-11-20T10:02:00", 1, 101, "/a"),
    ("2026-11-20T10:03:00", 1, 101, "click"),
    ("2026-11-20T10:04:00", 1, 101, "/b"),
    ("2026-11-20T10:05:00", 1, 101, "/a"),
    # The same first step, then something else.
    ("2026-11-20T10:00:00", 2, 102, "/a"),
    ("2026-11-20T10:01:00", 2, 102, "/b"),
    ("2026-11-20T10:02:00", 2, 102, "/c"),
    # Only the anchor, and only the anchor again.
    ("2026-11-20T10:00:00", 3, 103, "/"),
    ("2026-11-20T10:01:00", 3, 103, "/a"),
    ("2026-11-20T10:02:00", 3, 103, "/a", {"country": "DE"}),
    # In the same millisecond, in the order in which they came.
    ("2026-11-20T10:00:00", 4, 104, "/c"),
    ("2026-11-20T10:00:00", 4, 104, "/a"),
    ("2026-11-20T10:00:00", 4, 104, "/d"),
    # No anchor; a robot's; the next day's.
    ("2026-11-20T10:00:00", 5, 105, "/b"),
    ("2026-11-20T10:00:00", 6, 106, "/a", {"flagged": "bot"}),
    ("2026-11-21T00:00:00", 7, 107, "/a"),
]


@pytest.fixture(scope="module")
def query(engine: Engine) -> Query:
    site = new_site()
    put(engine, site, EVENTS)
    return query_of(site)


def taken(found: Branches) -> dict[str, int]:
    return {" ".join(each.name for each in branch.nodes): branch.sessions for branch in found.shown}


def test_steps_after_a_page(engine: Engine, query: Query) -> None:
    found = answered(engine, journeys(engine.dialect, query, page("/a")))
    assert (found.direction, found.sessions) == ("next", 4)
    assert [taken(level) for level in found.levels] == [{"/b": 2, "/d": 1}, {"/b /a": 1, "/b /c": 1}, {}]
    assert [level.ended for level in found.levels] == [1, 2, 4]
    assert taken(found.paths) == {"/b /a": 1, "/b /c": 1, "/d": 1}
    assert [branch.share for branch in found.levels[0].shown] == [0.5, 0.25]
    assert {node.kind for branch in found.paths.shown for node in branch.nodes} == {"pageview"}


def test_steps_before_a_page_are_given_backwards(engine: Engine, query: Query) -> None:
    found = answered(engine, journeys(engine.dialect, query, page("/b"), "previous", 2))
    assert [taken(level) for level in found.levels] == [{"/a": 2}, {"/a /": 1}]
    assert (found.sessions, [level.ended for level in found.levels]) == (3, [1, 2])


def test_events_are_steps_by_option(engine: Engine, query: Query) -> None:
    found = answered(engine, journeys(engine.dialect, query, page("/a"), with_events=True))
    assert taken(found.levels[0]) == {"/b": 1, "/d": 1, "click": 1}
    assert taken(found.levels[2]) == {"click /b /a": 1}
    assert found.levels[2].shown[0].nodes[0].kind == "event"


@pytest.mark.parametrize(("with_events", "direction", "step"), [(False, "next", "/b"), (True, "previous", "/a")])
def test_an_event_can_be_the_anchor(engine: Engine, query: Query, with_events: bool, direction: str, step: str) -> None:
    found = answered(engine, journeys(engine.dialect, query, event("click"), direction, 1, with_events))
    assert (found.sessions, taken(found.levels[0])) == (1, {step: 1})


def test_a_pattern_can_be_the_anchor(engine: Engine, query: Query) -> None:
    found = answered(engine, journeys(engine.dialect, query, page("*"), depth=1))
    assert (found.sessions, taken(found.levels[0])) == (5, {"/a": 3, "/b": 1})


@pytest.mark.parametrize(("condition", "sessions"), [("page is /c", 2), ("entry_page is /", 2), ("country is DE", 1)])
def test_filters_choose_sessions(engine: Engine, query: Query, condition: str, sessions: int) -> None:
    asked = query_of(query.site_id, filters=read_filters([condition]))
    assert answered(engine, journeys(engine.dialect, asked, page("/a"))).sessions == sessions


def test_what_is_not_shown_is_added_up(engine: Engine, query: Query) -> None:
    found = answered(engine, journeys(engine.dialect, query, page("/a"), limit=1))
    first, second, _ = found.levels
    assert (taken(first), first.others, first.other_branches) == ({"/b": 2}, 1, 1)
    assert (taken(second), second.others, second.other_branches) == ({"/b /a": 1}, 1, 1)
    assert (found.paths.others, found.paths.other_branches, found.paths.ended) == (2, 2, 1)


def test_an_anchor_that_nobody_met_has_no_branches(engine: Engine, query: Query) -> None:
    found = answered(engine, journeys(engine.dialect, query, page("/nowhere")))
    assert (found.sessions, found.levels, found.paths) == (0, [Branches([], 0, 0, 0)] * 3, Branches([], 0, 0, 0))


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"direction": "up"}, "direction"), ({"depth": 0}, "depth"), ({"depth": 6}, "depth"), ({"limit": 0}, "limit")],
)
def test_what_cannot_be_asked_is_named(engine: Engine, query: Query, arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        answered(engine, journeys(engine.dialect, query, page("/a"), **arguments))
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("anchor", "direction", "with_events"),
    [
        (page("/a"), "next", False),
        (page("/a"), "previous", True),
        (event("x"), "next", False),
        (event("x"), "next", True),
    ],
)
def test_journeys_are_what_a_walk_through_each_session_finds(
    engine: Engine, anchor: Step, direction: str, with_events: bool
) -> None:
    chance, start, site = random.Random(3), milliseconds("2026-11-20T10:00:00"), new_site()
    events = [
        (start + chance.randrange(20) * 1000, 1, chance.randrange(1, 90), chance.choice(["/a", "/b", "/c", "x", "y"]))
        for _ in range(600)
    ]
    put(engine, site, events)
    sessions: dict[int, list[str]] = {}
    for _, _, session, what in sorted(events, key=lambda each: each[0]):
        sessions.setdefault(session, []).append(what)
    paths: Counter[tuple[str, ...]] = Counter()
    for rows in sessions.values():
        if anchor.value in rows:
            paths[walked(rows, anchor.value, direction, with_events)] += 1
    found = answered(engine, journeys(engine.dialect, query_of(site), anchor, direction, 4, with_events, 100))
    assert found.sessions == paths.total()
    whole = {tuple(node.name for node in branch.nodes): branch.sessions for branch in found.paths.shown}
    assert found.paths.other_branches == max(0, len(paths) - (() in paths) - 100)
    assert all(paths[each] == count for each, count in whole.items())
    for depth, level in enumerate(found.levels, start=1):
        prefixes: Counter[tuple[str, ...]] = Counter()
        for path, count in paths.items():
            prefixes[path[:depth]] += count if len(path) >= depth else 0
        assert sum(branch.sessions for branch in level.shown) + level.others + level.ended == found.sessions
        for branch in level.shown:
            assert branch.sessions == prefixes[tuple(node.name for node in branch.nodes)]


def walked(rows: list[str], anchor: str, direction: str, with_events: bool) -> tuple[str, ...]:
    place = rows.index(anchor)
    seen = rows[place:] if direction == "next" else rows[place::-1]
    steps = [seen[0], *(each for each in seen[1:] if with_events or each.startswith("/"))]
    return tuple(each for each, _ in groupby(steps))[1:5]
