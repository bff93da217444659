"""HitKeep's questions about purchases and web vitals, in its shapes; amounts are whole units of one currency."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import DIMENSIONS, dimension
from hitkeep_py.query.filters import AnyOf, Filters, checked_condition
from hitkeep_py.query.metrics import METRICS, metric
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import unit_for
from hitkeep_py.reports.purchases import gross_amount, is_refund, net_amount, order_count
from hitkeep_py.reports.series import series
from hitkeep_py.reports.table import table, table_of
from hitkeep_py.reports.web_vitals import THRESHOLDS, WebVital, web_vitals, web_vitals_series, web_vitals_table
from hitkeep_py.server.api.hitkeep_question import label, of_events, query_of, read_whole, required, top
from hitkeep_py.server.call import Call, Result

PURCHASES, CHECKOUTS = ("purchase", "order_completed"), ("begin_checkout", "checkout_started")
CURRENCY = "property:currency"
AMOUNTS = ("property:value", "property:amount")
ROWS, MOST_LISTED = 10, 50
PRODUCTS = ("item_id", "item_name")
QUANTITY = "sum:property:quantity"
PLACES = 10
"""That numbers of properties have at most."""
SOURCES = ("utm_source", "utm_medium", "utm_campaign", "referrer")
VITAL_ROWS, MOST_VITAL_ROWS = 25, 1_000
VITAL_DIMENSIONS = ("country", "language", "browser", "device", "city")
RATINGS = {"good": "good", "needs improvement": "needs_improvement", "poor": "poor"}


def summary(call: Call) -> Result:
    query = query_of(call, call.site())
    purchases, amount, currency = purchases_of(call, query)
    asked = replace(purchases, metrics=(*purchases.metrics, gross_amount(amount)))
    orders, revenue, brought = (figure or 0 for figure in call.answer(table, asked).rows[0][1])
    checkouts = replace(query, filters=(*query.filters, *of_events(call, CHECKOUTS), *of_item(call)))
    started = call.answer(table, replace(checkouts, metrics=(METRICS["events"],))).rows[0][1][0]
    return Result(
        {
            "revenue": revenue,
            "orders": orders,
            "average_order_value": brought / orders if orders else 0,
            "checkout_starts": started,
            "checkout_conversion_rate": orders / started * 100 if started else 0,
            "currency": currency,
            "top_cities": top(call, checkouts, "city", "events", read_whole(call, "limit", ROWS, MOST_LISTED)),
            "top_providers": [],
            "top_asns": [],
        }
    )


def timeseries(call: Call) -> Result:
    purchases, *_ = purchases_of(call, query_of(call, call.site()))
    points = call.answer(series, purchases, unit_for(purchases.range))
    return Result(
        [{"time": point.time, "revenue": point.figures[1] or 0, "orders": point.figures[0] or 0} for point in points]
    )


def products(call: Call) -> Result:
    """Of purchases that name one product; lists of items are not taken apart."""
    purchases, amount, _ = purchases_of(call, query_of(call, call.site()))
    asked = by_revenue(call, purchases, [f"property:{name}" for name in PRODUCTS])
    rows = call.answer(table, asked).rows
    keys = [keys for keys, _ in rows]
    counted = replace(asked, metrics=(metric(QUANTITY),), order=())
    sold = dict(call.answer(table_of, counted, keys).rows)
    refunds = replace(counted, filters=(*counted.filters, is_refund(amount, "event_name")))
    returned = dict(call.answer(table_of, refunds, keys).rows)
    return Result(
        [
            {
                **dict(zip(PRODUCTS, keys, strict=True)),
                "revenue": revenue or 0,
                "orders": orders,
                "quantity": quantity(sold.get(keys), returned.get(keys)) or orders,
            }
            for keys, (orders, revenue) in rows
        ]
    )


def quantity(sold: tuple[Any, ...] | None, returned: tuple[Any, ...] | None) -> float:
    """Of the orders: that of all purchases without that of the refunds."""
    all_of_them, back = ((found[0] or 0) if found else 0 for found in (sold, returned))
    return round(all_of_them - back, PLACES)


def sources(call: Call) -> Result:
    purchases, *_ = purchases_of(call, query_of(call, call.site()))
    asked = by_revenue(call, purchases, SOURCES)
    return Result(
        [
            {
                **{name: label(name, key) for name, key in zip(SOURCES, keys, strict=True)},
                "revenue": revenue or 0,
                "orders": orders,
            }
            for keys, (orders, revenue) in call.answer(table, asked).rows
        ]
    )


def by_revenue(call: Call, purchases: Query, names: Sequence[str]) -> Query:
    """By these dimensions, those that brought the most first."""
    orders, revenue = purchases.metrics
    return replace(
        purchases,
        dimensions=tuple(dimension(name) for name in names),
        order=((revenue.name, True), (orders.name, True)),
        limit=read_whole(call, "limit", ROWS, MOST_LISTED),
    )


def purchases_of(call: Call, query: Query) -> tuple[Query, str, str]:
    """Purchases in `currency`, or the one that most of them have, or without any; the amount and the currency.

    What they brought is their property `value`, or `amount` where more of them have that. They are asked for the
    number of orders and for what these brought after refunds.
    """
    asked = replace(query, filters=(*query.filters, *of_events(call, PURCHASES), *of_item(call)))
    currency = call.last("currency") or most_frequent(call, asked)
    given = ("is", [currency]) if currency else ("is not set", [])
    asked = replace(asked, filters=(*asked.filters, (checked_condition(CURRENCY, *given, "currency"),)))
    counts = call.answer(table, replace(asked, metrics=tuple(metric(f"count:{name}") for name in AMOUNTS))).rows[0][1]
    amount = AMOUNTS[1] if (counts[1] or 0) > (counts[0] or 0) else AMOUNTS[0]
    return replace(asked, metrics=(order_count(amount), net_amount(amount))), amount, currency


def most_frequent(call: Call, purchases: Query) -> str:
    asked = replace(
        purchases, metrics=(METRICS["events"],), dimensions=(dimension(CURRENCY),), order=(("events", True),), limit=1
    )
    rows = call.answer(table, asked).rows
    return str(rows[0][0][0]) if rows else ""


def of_item(call: Call) -> Filters:
    """`item_id` and `item_name` of the address."""
    found: list[AnyOf] = []
    for name in PRODUCTS:
        value = call.last(name)
        if value:
            found.append((checked_condition(f"property:{name}", "is", [value], name),))
    return tuple(found)


def vitals_summary(call: Call) -> Result:
    query = vitals_query(call)
    return Result([{"metric": each.name, **vital_json(each)} for each in call.answer(web_vitals, query)])


def vitals_timeseries(call: Call) -> Result:
    query = vitals_query(call, metric_required=True)
    unit = unit_for(query.range)
    found = call.answer(web_vitals_series, query, unit)
    points = found[0].points if found else []
    return Result([{"time": point.time, **vital_json(point.vital, rated=False)} for point in points])


def vitals_pages(call: Call) -> Result:
    """The pages with most measurements of the metric; `metrics` are all that was measured there."""
    query = vitals_query(call, metric_required=True)
    rows = call.answer(web_vitals_table, by(call, query, "page")).rows
    (name,) = required(call, "metric")
    pages = [row.keys[0] for row in rows]
    every: dict[Any, list[WebVital]] = {}
    if pages:
        shown = replace(by(call, vitals_query(call, named=False), "page"), limit=None)
        shown = replace(shown, filters=(*shown.filters, (checked_condition("page", "is", pages, "path"),)))
        every = {row.keys[0]: row.vitals for row in call.answer(web_vitals_table, shown).rows}
    return Result(
        [
            {
                "path": row.keys[0],
                **vital_json(next(each for each in row.vitals if each.name == name)),
                "metrics": {each.name: vital_json(each) for each in every.get(row.keys[0], [])},
            }
            for row in rows
        ]
    )


def vitals_breakdown(call: Call) -> Result:
    query = vitals_query(call, metric_required=True)
    name = (call.last("dimension") or "").strip()
    if name not in VITAL_DIMENSIONS:
        raise InvalidInput(f"Invalid dimension; there are {', '.join(VITAL_DIMENSIONS)}", field="dimension")
    rows = call.answer(web_vitals_table, by(call, query, name)).rows
    return Result([{"name": label(name, row.keys[0]), **vital_json(row.vitals[0])} for row in rows])


def by(call: Call, query: Query, name: str) -> Query:
    return replace(query, dimensions=(DIMENSIONS[name],), limit=read_whole(call, "limit", VITAL_ROWS, MOST_VITAL_ROWS))


def vitals_query(call: Call, metric_required: bool = False, named: bool = True) -> Query:
    """With `metric`, `path` and `rating`. Raises InvalidInput in HitKeep's words."""
    query, name = query_of(call, call.site()), (call.last("metric") or "").strip()
    if name and name not in THRESHOLDS:
        raise InvalidInput(f"Invalid metric; there are {', '.join(THRESHOLDS)}", field="metric")
    if metric_required and not name:
        raise InvalidInput("metric is required", field="metric")
    groups: list[AnyOf] = []
    if name and named:
        groups.append((checked_condition("web_vital", "is", [name], "metric"),))
    if path := (call.last("path") or "").strip():
        groups.append((checked_condition("page", "is", [path], "path"),))
    if rating := (call.last("rating") or "").strip():
        groups += rated(rating, name) if named else ()
    return replace(query, filters=(*query.filters, *groups))


def rated(rating: str, name: str) -> list[AnyOf]:
    """Measurements of one metric that are rated so."""
    if rating not in RATINGS.values():
        raise InvalidInput(f"Invalid rating; there are {', '.join(RATINGS.values())}", field="rating")
    if not name:
        raise InvalidInput("metric is required with a rating", field="metric")
    good, poor = THRESHOLDS[name]
    bounds = {
        "good": [("<=", good)],
        "needs_improvement": [(">", good), ("<=", poor)],
        "poor": [(">", poor)],
    }
    return [(checked_condition("value", operator, [bound], "rating"),) for operator, bound in bounds[rating]]


def vital_json(found: WebVital | None, rated: bool = True) -> dict[str, Any]:
    """Counts of measurements; 0 where there are none."""
    if found is None:
        return dict.fromkeys(("p75", "samples", "good", "needs_improvement", "poor"), 0)
    shown = {
        "p75": found.p75,
        "samples": found.measurements,
        "good": round(found.good * found.measurements),
        "needs_improvement": round(found.needs_improvement * found.measurements),
        "poor": round(found.poor * found.measurements),
    }
    return {**shown, "rating": RATINGS[found.rating]} if rated else shown
