"""Revenue by currency, over time and by dimension, on a data set small enough to be worked out by hand."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.catalog.goals import Goal, GoalRevenue
from hitkeep_py.errors import InvalidInput
from hitkeep_py.money import MOST_MINOR_UNITS
from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.metrics import metric
from hitkeep_py.query.query import Query
from hitkeep_py.query.report import number
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.events import event_properties
from hitkeep_py.reports.goals import goals as goal_report
from hitkeep_py.reports.revenue import Earnings, revenue, revenue_series, revenue_table
from hitkeep_py.reports.table import table
from tests.asked_engine import ask
from tests.engines import Engine, opened
from tests.properties import FEW
from tests.stored_events import OTHER_SITE, SITE, milliseconds, store_rows

DAY = Query(SITE, TimeRange(milliseconds("2026-11-20T00:00:00"), milliseconds("2026-11-21T00:00:00")))
PEN, INK = '{"product": "pen"}', '{"product": "ink"}'
# (time, session, source, revenue, currency, props), a line an event.
EVENTS = [
    ("2026-11-20T08:00:00", 1, "Google", 1000, "EUR", PEN),
    ("2026-11-20T08:30:00", 1, "Google", 500, "EUR", INK),
    ("2026-11-20T09:00:00", 2, None, 0, "EUR", PEN),
    ("2026-11-20T09:30:00", 2, None, -400, "EUR", PEN),
    ("2026-11-20T10:00:00", 3, "Bing", 250, "EUR", None),
    ("2026-11-20T10:00:00", 3, "Bing", 2000, "USD", PEN),
    ("2026-11-20T11:00:00", 4, "Bing", -100, "JPY", INK),
    ("2026-11-20T12:00:00", 5, "Google", None, None, PEN),
    ("2026-11-21T00:00:00", 1, "Google", 9000, "EUR", PEN),
]
NAMES = ("time", "session_id", "source", "revenue", "currency", "props")


STORED = [*(dict(zip(NAMES, each, strict=True)) for each in EVENTS)]


def by(*names: str, filters: tuple[str, ...] = ()) -> Query:
    return replace(DAY, dimensions=tuple(map(dimension, names)), filters=read_filters(filters))


def test_totals_are_by_currency_and_refunds_are_taken_off(engine: Engine) -> None:
    # 1000, 500, 0 and 250 are orders; 400 were given back.
    assert ask(engine, revenue, DAY) == [
        Earnings("EUR", 1350, 4, 1750 / 4, 1, 400),
        Earnings("JPY", -100, 0, None, 1, 100),
        Earnings("USD", 2000, 1, 2000.0, 0, 0),
    ]


def test_filters_choose_events(engine: Engine) -> None:
    assert ask(engine, revenue, by(filters=("property:product is pen", "currency is EUR"))) == [
        Earnings("EUR", 600, 2, 500.0, 1, 400)
    ]
    assert [each.revenue for each in ask(engine, revenue, by(filters=("source is Bing",)))] == [250, -100, 2000]
    assert ask(engine, revenue, by(filters=("country is DE",))) == []


def test_series_of_every_currency_has_every_bucket(engine: Engine) -> None:
    found = ask(engine, revenue_series, DAY, "hour")
    assert [each.currency for each in found] == ["EUR", "JPY", "USD"]
    assert {len(each.points) for each in found} == {24}
    earned = {point.time[11:13]: point.earnings for point in found[0].points if point.earnings.revenue}
    assert {hour: (each.revenue, each.orders, each.refunded) for hour, each in earned.items()} == {
        "08": (1500, 2, 0),
        "09": (-400, 1, 400),
        "10": (250, 1, 0),
    }
    assert found[1].points[0].earnings == Earnings("JPY", 0, 0, None, 0, 0)
    with pytest.raises(InvalidInput):
        ask(engine, revenue_series, replace(DAY, range=TimeRange(0, DAY.range.end)), "minute")


def test_products_are_ranked_within_their_currency_and_add_up(engine: Engine) -> None:
    found = ask(engine, revenue_table, by("property:product"))
    assert [
        (each.earnings.currency, each.keys, each.earnings.revenue, each.earnings.orders) for each in found.rows
    ] == [
        ("EUR", ("pen",), 600, 2),
        ("EUR", ("ink",), 500, 1),
        ("EUR", (None,), 250, 1),
        ("JPY", ("ink",), -100, 0),
        ("USD", ("pen",), 2000, 1),
    ]
    assert found.total_rows == {"EUR": 3, "JPY": 1, "USD": 1}


def test_limit_and_offset_count_within_each_currency(engine: Engine) -> None:
    found = ask(engine, revenue_table, replace(by("property:product"), limit=1, offset=1))
    assert [(each.keys, each.earnings.revenue) for each in found.rows] == [(("ink",), 500)]
    assert found.total_rows == {"EUR": 3}


def test_any_dimensions_group(engine: Engine) -> None:
    def rows(*names: str) -> list[tuple[object, ...]]:
        found = ask(engine, revenue_table, by(*names))
        return [(*each.keys, each.earnings.revenue) for each in found.rows if each.earnings.currency == "EUR"]

    assert rows("source") == [("Google", 1500), ("Bing", 250), (None, -400)]
    assert rows("source", "property:product") == [
        ("Google", "pen", 1000),
        ("Google", "ink", 500),
        ("Bing", None, 250),
        (None, "pen", -400),
    ]
    assert rows("entry_page") == [(None, 1350)]
    assert rows() == [(1350,)]
    with pytest.raises(InvalidInput):
        rows("value")


MONEY = st.tuples(st.sampled_from(["EUR", "USD"]), st.sampled_from(["pen", "ink", None]), st.integers(-999, 999))


@FEW
@given(events=st.lists(MONEY, max_size=20))
def test_groups_and_points_add_up_to_the_total(events: list[tuple[str, str | None, int]]) -> None:
    expected: dict[str, int] = defaultdict(int)
    for currency, _, amount in events:
        expected[currency] += amount
    with opened("duckdb") as engine:
        if events:
            store_rows(
                engine.store,
                SITE,
                *(
                    {"time": DAY.range.start + place, "revenue": amount, "currency": currency, "label": label}
                    for place, (currency, label, amount) in enumerate(events)
                ),
            )
        total = {each.currency: each for each in ask(engine, revenue, DAY)}
        table, series = ask(engine, revenue_table, by("label")), ask(engine, revenue_series, DAY, "hour")
    assert {code: each.revenue for code, each in total.items()} == expected
    for code, each in total.items():
        groups = [row.earnings for row in table.rows if row.earnings.currency == code]
        (points,) = [[point.earnings for point in one.points] for one in series if one.currency == code]
        for parts in (groups, points):
            assert sum(part.revenue for part in parts) == each.revenue
            assert sum(part.orders for part in parts) == each.orders
            assert sum(part.refunded for part in parts) == each.refunded


def test_sums_past_64_bits_are_exact(engine: Engine) -> None:
    count, paid = 2_100, {"time": "2026-11-20T08:00:00", "name": "buy", "currency": "EUR", "props": '{"n": 1}'}
    store_rows(engine.store, OTHER_SITE, *([{**paid, "revenue": MOST_MINOR_UNITS}] * count))
    whole = replace(DAY, site_id=OTHER_SITE)
    total = count * MOST_MINOR_UNITS
    assert total > 2**64
    assert ask(engine, revenue, whole) == [Earnings("EUR", total, count, number(float(MOST_MINOR_UNITS)), 0, 0)]
    sums = replace(
        whole, metrics=(metric("revenue:EUR"), metric("sum:revenue")), filters=read_filters(["currency is EUR"])
    )
    assert ask(engine, table, sums).rows == [((), (total, total))]
    goals = [Goal("1", OTHER_SITE, "Buy", "event", "buy", (), GoalRevenue("event"), 0)]
    (_, (found,)) = ask(engine, goal_report, whole, goals)
    assert found.revenue == {"EUR": total}
    (shown,) = ask(engine, event_properties, whole, "buy").rows
    assert shown.values[0].revenue == {"EUR": total}
