"""Tables of many groups: the groups to look at are named in a form that is quick to plan, or not at all."""

from dataclasses import replace
from typing import Any

import pytest

from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.grouping import among
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Query
from hitkeep_py.query.report import Report
from hitkeep_py.query.sql import Statement
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.compared import compared_table
from hitkeep_py.reports.engagement import engagement_table
from hitkeep_py.reports.revenue import revenue_table
from hitkeep_py.reports.table import MOST_KEYS, Table, table, table_of, weights
from hitkeep_py.reports.web_vitals import web_vitals_table
from tests.engines import ENGINES, Engine, opened
from tests.stored_events import OTHER_SITE, SITE, START, store_rows

GROUPS = 2_000
COUNTRIES = ("DE", None, "", "FR")
SOURCES = ("a'b", "", None)
ASKED = Query(
    SITE,
    TimeRange(START, START + 86_400_000),
    (METRICS["pageviews"], METRICS["visitors"], METRICS["bounce_rate"]),
    dimensions=(dimension("page"), dimension("country")),
    order=(("pageviews", True),),
)


STORED = [
    {
        "kind": "pageview",
        "time": START + number,
        "path": f"/{number % GROUPS}",
        "country": COUNTRIES[number % 4],
        "source": SOURCES[number % 3],
        "visitor_id": number,
        "session_id": number,
    }
    for number in range(GROUPS + 10)
]


def asked(engine: Engine, report: Report[Any]) -> tuple[Any, list[Statement]]:
    """The answer, and what was asked of the store for it."""
    statements = []
    with engine.store.snapshot() as snapshot:
        try:
            statements.append(next(report))
            while True:
                rows = snapshot.select(statements[-1].sql, statements[-1].parameters)
                statements.append(report.send(rows))
        except StopIteration as stop:
            return stop.value, statements


def by_key(found: Table) -> dict[Any, Any]:
    return dict(found.rows)


def most_parameters(statements: list[Statement]) -> int:
    return max(len(each.parameters) for each in statements)


@pytest.mark.parametrize("order", ["pageviews", "visitors"])
@pytest.mark.parametrize("limit", [3, MOST_KEYS, MOST_KEYS + 1, GROUPS])
def test_limit_takes_the_first_rows_however_many(engine: Engine, limit: int, order: str) -> None:
    query = replace(ASKED, order=((order, True),))
    whole, _ = asked(engine, table(engine.dialect, query))
    assert len(whole.rows) == GROUPS
    found, statements = asked(engine, table(engine.dialect, replace(query, limit=limit)))
    assert found == Table(whole.rows[:limit], GROUPS)
    # Of each key two texts and a mark for NULL, once among the events and once among the sessions.
    assert most_parameters(statements) <= 2 * 3 * MOST_KEYS + 20


def test_more_keys_than_can_be_named_are_not_named(engine: Engine) -> None:
    whole, _ = asked(engine, table(engine.dialect, ASKED))
    keys = [key for key, _ in whole.rows]
    some, statements = asked(engine, table_of(engine.dialect, ASKED, keys[: MOST_KEYS + 1]))
    assert by_key(some) == dict(whole.rows[: MOST_KEYS + 1])
    assert some.total_rows == MOST_KEYS + 1
    assert most_parameters(statements) < 20
    found, statements = asked(engine, compared_table(engine.dialect, ASKED, ASKED.range))
    assert [(row.keys, row.figures) for row in found.rows] == [(row.keys, row.comparison) for row in found.rows]
    assert len(found.rows) == GROUPS
    assert most_parameters(statements) < 20


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (("country",), [("DE",), ("FR",)]),
        (("country",), [(None,), ("DE",)]),
        (("country",), [(None,), ("",)]),
        (("country",), [("",)]),
        (("country",), [(None,)]),
        (("country", "source"), [("DE", "a'b"), ("FR", "")]),
        (("country", "source"), [(None, "a'b"), (None, "")]),
        (("country", "source"), [(None, None)]),
        (("country", "source"), [(None, ""), ("", None), ("DE", "a'b")]),
        (("country", "source", "day"), [(None, ""), ("", None), (None, None)]),
    ],
)
def test_nothing_is_a_key_of_its_own(engine: Engine, names: tuple[str, ...], keys: list[tuple[Any, ...]]) -> None:
    query = replace(ASKED, dimensions=tuple(map(dimension, names)), order=())
    whole, _ = asked(engine, table(engine.dialect, query))
    wanted = {key: values for key, values in whole.rows if key[: len(keys[0])] in keys}
    assert len(wanted) == len(keys)
    found, _ = asked(engine, table_of(engine.dialect, query, list(wanted)))
    assert by_key(found) == wanted


def test_keys_are_named_in_one_list() -> None:
    pairs = [(f"/{number}", None if number % 2 else "DE") for number in range(GROUPS)]
    found = among(["d0", "d1"], pairs)
    assert len(found.parameters) == 3 * GROUPS
    assert found.sql.startswith("(d0, (d1 IS NULL), coalesce(d1, '')) IN ((?, ?, ?), (?, ?, ?)")
    assert " OR " not in found.sql
    assert " OR " not in among(["d0"], [("a",), (None,)]).sql


def test_weights_are_looked_at_only_where_they_decide(engine: Engine) -> None:
    dialect = engine.dialect
    for order, limit, wanted in (("pageviews", 100, 1), ("visitors", 10, 160), ("visitors", 500, MOST_KEYS)):
        query = replace(ASKED, order=((order, True),), limit=limit)
        assert weights(dialect, query).sql.endswith(f" LIMIT {wanted}")
    assert weights(dialect, replace(ASKED, limit=10, offset=5_000)).sql.endswith(" LIMIT 1")


@pytest.mark.parametrize("name", ENGINES)
def test_equal_averages_are_equal_whatever_the_order_of_sessions(name: str) -> None:
    # In seconds as floats, one after the other, the first make less than the second.
    lengths = {"DE": (200, 300, 400, 500), "FR": (200, 400, 300, 500)}
    with opened(name) as engine:
        rows = [
            {
                "kind": "pageview",
                "time": START + later,
                "path": "/",
                "country": country,
                "visitor_id": 10 * place + number,
                "session_id": 10 * place + number,
            }
            for place, (country, durations) in enumerate(lengths.items())
            for number, length in enumerate(durations)
            for later in (0, length)
        ]
        store_rows(engine.store, SITE, *rows)
        query = replace(
            ASKED,
            metrics=(METRICS["average_session_duration"],),
            dimensions=(dimension("country"),),
            order=(("average_session_duration", True),),
        )
        found, _ = asked(engine, table(engine.dialect, query))
    assert [key for key, _ in found.rows] == [("DE",), ("FR",)]
    assert found.rows[0][1] == found.rows[1][1]


PAGES = 25
COUNTED: list[dict[str, Any]] = [
    {"path": f"/{page}", **about, "visitor_id": page, "session_id": 9_000 + page}
    for page in range(PAGES)
    for about in (
        {"kind": "web_vital", "name": "LCP", "value": 1.0},
        {"kind": "engagement", "engagement_ms": 5, "scroll_depth": 5},
        {"kind": "event", "name": "buy", "revenue": 5, "currency": "EUR"},
    )
]


def test_past_the_last_page_every_table_knows_how_many_rows_there_are(engine: Engine) -> None:
    store_rows(engine.store, OTHER_SITE, *COUNTED)
    metrics = (METRICS["visitors"], METRICS["bounce_rate"], METRICS["events"])
    query = Query(OTHER_SITE, ASKED.range, metrics, (dimension("page"),), order=(("visitors", True),))
    for offset in (0, 20, PAGES, 130):
        shown = replace(query, limit=10, offset=offset)
        for order in ("visitors", "events"):
            found, _ = asked(engine, table(engine.dialect, replace(shown, order=((order, True),))))
            assert (len(found.rows), found.total_rows) == (max(0, min(10, PAGES - offset)), PAGES)
        for report, total in (
            (web_vitals_table, PAGES),
            (engagement_table, PAGES),
            (revenue_table, {"EUR": PAGES}),
        ):
            found, _ = asked(engine, report(engine.dialect, replace(shown, metrics=(), order=())))
            assert (len(found.rows), found.total_rows) == (max(0, min(10, PAGES - offset)), total)
