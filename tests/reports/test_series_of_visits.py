"""Sessions that touch several buckets: nothing counts twice, and a bucket is looked at as a range of its own."""

from collections.abc import Iterator

import pytest

from hitkeep_py.catalog.sites import Site
from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.metrics import metric
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange, read_range
from hitkeep_py.reports.table import Table, table
from tests.product import Product, in_memory
from tests.stored_events import store_rows

SESSION = {"visitor_id": 1, "session_id": 1}


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(product: Product) -> Site:
    """A session from 10:50 to 11:06 that enters at /a, goes on to /b in the next hour and buys there."""
    added = product.add_site("example.com")
    store_rows(
        product.analytics.store,
        added.id,
        {**SESSION, "kind": "pageview", "path": "/a", "time": "2026-11-20T10:50:00"},
        {**SESSION, "kind": "pageview", "path": "/b", "time": "2026-11-20T11:05:00"},
        {**SESSION, "name": "buy", "time": "2026-11-20T11:06:00", "revenue": 500, "currency": "EUR"},
    )
    return added


def asked(product: Product, site: Site, metrics: list[str], dimensions: list[str], *filters: str) -> Table:
    day: TimeRange = read_range("2026-11-20", "2026-11-20", "UTC", product.clock.now_ms())
    query = Query(
        site.id, day, tuple(map(metric, metrics)), tuple(map(dimension, dimensions)), read_filters(list(filters))
    )
    return product.analytics.answer(table, query)


def test_money_of_a_session_of_two_hours_counts_once(product: Product, site: Site) -> None:
    of_day = asked(product, site, ["revenue", "events"], [], "entry_page is /a", "currency is EUR")
    by_hour = asked(product, site, ["revenue", "events"], ["hour"], "entry_page is /b", "currency is EUR")
    assert [row for _, row in of_day.rows] == [(500, 1)]
    assert [row for _, row in by_hour.rows] == [(500, 1)], "in the second hour its first page is /b"
    assert asked(product, site, ["events"], ["hour"], "entry_page is /a", "currency is EUR").rows == []


@pytest.mark.parametrize("filters", [(), ("entry_page is /b",), ("page is /b",)])
def test_a_metric_is_the_same_alone_and_beside_others(filters: tuple[str, ...], product: Product, site: Site) -> None:
    names = ["visitors", "sessions", "pageviews", "events", "bounce_rate", "scroll_depth"]
    together = asked(product, site, names, ["hour", "entry_page"], *filters)
    assert together.rows
    for place, name in enumerate(names):
        alone = asked(product, site, [name], ["hour", "entry_page"], *filters)
        expected = {key: row[place] for key, row in together.rows}
        assert {key: row[0] for key, row in alone.rows} == {key: expected[key] for key, _ in alone.rows}
