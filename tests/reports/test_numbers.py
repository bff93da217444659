"""Numbers of events: which values are numbers, and what they add up to."""

import uuid
from dataclasses import asdict, fields, replace
from decimal import Decimal
from statistics import quantiles
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.metrics import AGGREGATES
from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import from_address
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.numbers import Numbers, numbers, numbers_by_currency, numbers_series, numbers_table
from tests.asked_engine import ask
from tests.engines import Engine, opened
from tests.properties import FEW
from tests.stored_events import OTHER_SITE, SITE, milliseconds, store_rows

DAY = Query(SITE, TimeRange(milliseconds("2026-11-20T00:00:00"), milliseconds("2026-11-21T00:00:00")))
NOTHING = Numbers(0, None, None, None, None, None, None, None, None, 0)
# A property's value and the number that it is.
VALUES: list[tuple[object, float | None]] = [
    (12, 12),
    ("12", 12),
    (12.5, 12.5),
    ("12.50", 12.5),
    (" 7 ", 7),
    ("+5", 5),
    ("-0.25", -0.25),
    (".5", 0.5),
    (1e3, 1000),
    ("1e3", 1000),
    ("1E-2", 0.01),
    ("0.12345678905", 0.1234567891),
    (10**16 - 1, 10**16 - 1),
    (10**16, None),
    ("1e400", None),
    ("abc", None),
    ("", None),
    ("1_000", None),
    ("1,000", None),
    ("12 EUR", None),
    ("0x1F", None),
    ("NaN", None),
    ("Infinity", None),
    (True, None),
    (False, None),
    (None, None),
    ([12], None),
    ({"n": 12}, None),
]


def stored() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"name": f"value {place}", "props": orjson.dumps({"n": value}).decode()}
        for place, (value, _) in enumerate(VALUES)
    ]
    rows += [
        {"name": "buy", "value": value, "label": label, "props": props}
        for value, label, props in (
            (1.0, "a", '{"n": 0.1}'),
            (2.0, "a", '{"n": "0.2"}'),
            (4.0, "b", '{"n": 0.3}'),
            (None, "b", '{"n": "many"}'),
            (10.0, None, None),
        )
    ]
    hours = [8, 8, 9, 9, 10]
    times = ["12"] * len(VALUES) + [f"{hour:02}" for hour in hours]
    return [{**row, "time": f"2026-11-20T{hour}:00:00"} for row, hour in zip(rows, times, strict=True)]


STORED = stored()


def test_fields_are_the_aggregates() -> None:
    assert [each.name for each in fields(Numbers)] == list(AGGREGATES)


@pytest.mark.parametrize(("place", "number"), [(place, found) for place, (_, found) in enumerate(VALUES)])
def test_one_rule_says_what_is_a_number(place: int, number: float | None, engine: Engine) -> None:
    found = ask(engine, numbers, DAY, "property:n", f"value {place}")
    if number is None:
        assert found == NOTHING
    else:
        assert asdict(found) == {**dict.fromkeys(asdict(found), pytest.approx(number, rel=1e-12)), "count": 1}


def test_aggregates_of_a_column_and_of_a_property(engine: Engine) -> None:
    # 1, 2, 4, 10: the 75th percentile is a quarter of the way from 4 to 10.
    assert ask(engine, numbers, DAY, "value", "buy") == Numbers(17, 4.25, 1, 10, 3, 5.5, 8.2, 9.1, 9.82, 4)
    # Decimals add up exactly: 0.1 + 0.2 + 0.3 is 0.6.
    assert ask(engine, numbers, DAY, "property:n", "buy") == Numbers(
        0.6, 0.2, 0.1, 0.3, 0.2, 0.25, 0.28, 0.29, 0.298, 3
    )
    assert ask(engine, numbers, DAY, "property:nothing") == NOTHING
    assert ask(engine, numbers, replace(DAY, filters=read_filters(["label is b"])), "value", "buy").sum == 4


def test_series_and_groups(engine: Engine) -> None:
    points = ask(engine, numbers_series, DAY, "value", "hour", "buy")
    assert len(points) == 24
    assert {point.time[11:13]: (point.numbers.sum, point.numbers.count) for point in points if point.numbers.count} == {
        "08": (3, 2),
        "09": (4, 1),
        "10": (10, 1),
    }
    assert points[0].numbers == NOTHING
    table = ask(engine, numbers_table, replace(DAY, dimensions=(dimension("label"),), limit=1), "value", "buy")
    assert [(each.keys, each.numbers.sum, each.numbers.count) for each in table.rows] == [(("b",), 4, 1)]
    assert table.total_rows == 2


def test_numbers_of_events_that_say_a_currency_are_kept_apart_by_it() -> None:
    beside = [("EUR", "8"), ("EUR", "2.5"), ("USD", "3"), (None, "7")]
    rows = [
        {
            "name": "buy",
            "revenue": 1 if code else None,
            "currency": code,
            "props": orjson.dumps({"price": price}).decode(),
        }
        for code, price in beside
    ]
    rows += [
        {"name": "look", "props": orjson.dumps({"price": price, "currency": code}).decode()}
        for code, price in (("USD", 4), ("USD", 5), ("eur", 6), ("gold", 7), (None, 8))
    ]
    rows += [{"name": "call", "props": '{"price": 1}', "scroll_depth": 50}]
    with opened("duckdb") as own:
        store_rows(own.store, SITE, *({"time": DAY.range.start, **row} for row in rows))

        def sums(number: str, event: str) -> list[tuple[str | None, float | None]]:
            found = ask(own, numbers_by_currency, DAY, number, event)
            return [(each.currency, each.numbers.sum) for each in found]

        assert sums("property:price", "buy") == [("EUR", 10.5), (None, 7), ("USD", 3)]
        assert sums("property:price", "look") == [(None, 15), ("USD", 9), ("EUR", 6)]
        assert sums("property:price", "call") == sums("scroll_depth", "call") == sums("value", "buy") == []


@pytest.mark.engines
def test_a_currency_is_said_beside_the_revenue_or_else_as_a_property() -> None:
    rows: list[dict[str, object]] = [
        {"revenue": 100, "currency": "EUR", "props": '{"price": 1, "currency": "USD"}'},
        {"props": '{"price": 2, "currency": "usd"}'},
        {"props": '{"price": 4, "currency": "CHF"}'},
    ]
    for each in opened("duckdb"), opened("clickhouse"):
        with each as own:
            store_rows(own.store, SITE, *({"time": DAY.range.start, "name": "buy", **row} for row in rows))
            found = ask(own, numbers_by_currency, DAY, "property:price", "buy")
            assert [(each.currency, each.numbers.sum) for each in found] == [("CHF", 4), ("EUR", 1), ("USD", 2)]


def test_numbers_that_do_not_exist_are_named(engine: Engine) -> None:
    for wrong in ("path", "property:", "nothing", "visitors"):
        with pytest.raises(InvalidInput, match="scroll_depth"):
            ask(engine, numbers, DAY, wrong)


def test_huge_numbers_do_not_stop_the_sum(engine: Engine) -> None:
    with opened("duckdb") as own:
        huge = orjson.dumps({"n": "9e27"}).decode()
        store_rows(own.store, SITE, *({"time": DAY.range.start, "props": each} for each in (huge, huge, '{"n": 1}')))
        assert ask(own, numbers, DAY, "property:n").sum == 1


@FEW
@given(amounts=st.lists(st.decimals(-10_000, 10_000, places=2), min_size=2, max_size=30))
def test_aggregates_are_those_of_python(amounts: list[Decimal]) -> None:
    with opened("duckdb") as engine:
        rows = ({"time": DAY.range.start, "props": orjson.dumps({"n": str(each)}).decode()} for each in amounts)
        store_rows(engine.store, SITE, *rows)
        found = ask(engine, numbers, DAY, "property:n")
    assert found.sum == float(sum(amounts))
    assert (found.minimum, found.maximum, found.count) == (float(min(amounts)), float(max(amounts)), len(amounts))
    cuts = [float(each) for each in quantiles(amounts, n=100, method="inclusive")]
    expected = [cuts[49], cuts[74], cuts[89], cuts[94], cuts[98]]
    assert [found.median, found.p75, found.p90, found.p95, found.p99] == pytest.approx(expected)


def test_values_that_would_make_a_sum_infinite_count_for_nothing(engine: Engine) -> None:
    values = (1e308, 1.7e308, -1.7e308, 1e18, -1e18, 999_999_999_999_999_872.0, 1.0)
    store_rows(engine.store, OTHER_SITE, *({"time": "2026-11-20T08:00:00", "value": value} for value in values))
    found = ask(engine, numbers, replace(DAY, site_id=OTHER_SITE), "value")
    assert (found.count, found.maximum, found.sum) == (2, 1e18, 1e18)
    above = replace(DAY, site_id=OTHER_SITE, filters=read_filters(["value > 1"]))
    assert ask(engine, numbers, above, "value").count == 1


def test_a_sum_of_nothing_is_0_and_stands_before_what_is_below(engine: Engine) -> None:
    site = str(uuid.UUID(int=77))
    rows: list[dict[str, Any]] = [{"path": "/none"}, {"path": "/loss", "value": -5.0}, {"path": "/gain", "value": 5.0}]
    store_rows(engine.store, site, *({"time": "2026-11-20T08:00:00", **row} for row in rows))
    found = ask(engine, numbers_table, replace(DAY, site_id=site, dimensions=(dimension("page"),)), "value")
    assert [(each.keys, each.numbers.sum) for each in found.rows] == [
        (("/gain",), 5),
        (("/none",), 0),
        (("/loss",), -5),
    ]


def test_a_blank_at_the_end_of_a_key_is_part_of_it_in_addresses() -> None:
    given = {"metrics": ["visitors , sum:property:price ,sum:property:a\\,b"], "dimensions": [" property:plan , page "]}
    assert from_address(given) == {
        "metrics": ["visitors", "sum:property:price ", "sum:property:a,b"],
        "dimensions": ["property:plan ", "page"],
    }
