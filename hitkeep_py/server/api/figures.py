"""Reports on figures that events carry: money, speed, attention. Each as a whole, by dimensions and over time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass, replace
from typing import Any

from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.export import Column, FileFormat, Kind
from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import from_address
from hitkeep_py.query.report import Report
from hitkeep_py.reports.engagement import Engagement, engagement, engagement_series, engagement_table
from hitkeep_py.reports.numbers import (
    Numbers,
    metrics_of,
    numbers,
    numbers_by_currency,
    numbers_series,
    numbers_table,
)
from hitkeep_py.reports.revenue import Earnings, revenue, revenue_series, revenue_table
from hitkeep_py.reports.web_vitals import WebVital, web_vitals, web_vitals_series, web_vitals_table
from hitkeep_py.server.api.answering import needed, read_unit, shaped
from hitkeep_py.server.api.files import file_result, wanted_file
from hitkeep_py.server.api.query import asked_query
from hitkeep_py.server.api.sheets import (
    TIME,
    Keyed,
    Sheet,
    currency_beside,
    dimension_columns,
    filtered_currency,
    sheet_of,
)
from hitkeep_py.server.call import Call, Result

GROUPING = ("dimensions", "limit", "offset", "search")


@dataclass(frozen=True, slots=True)
class Figures:
    """A report: what asks for its whole, its groups and its points, and how each is rows of `record`.

    `field` is where the answer has the whole. `series_keys` are the columns before a point, `named` fields of the
    record that are among them. `beside` are other fields of the answer.
    """

    name: str
    field: str
    record: type
    meaning: Callable[..., Any] | type
    whole: Callable[..., Report[Any]]
    table: Callable[..., Report[Any]]
    series: Callable[..., Report[Any]]
    of_group: Callable[[Any], Iterable[Any]]
    of_points: Callable[[Any], Iterable[Keyed]]
    series_keys: Sequence[Column] = (TIME,)
    named: tuple[str, ...] = ()
    beside: Mapping[str, Callable[..., Report[Any]]] | None = None


REVENUE = Figures(
    "revenue",
    "currencies",
    Earnings,
    revenue,
    revenue,
    revenue_table,
    revenue_series,
    of_group=lambda group: [group.earnings],
    of_points=lambda found: (((each.time,), each.earnings) for series in found for each in series.points),
)
WEB_VITALS = Figures(
    "web-vitals",
    "vitals",
    WebVital,
    web_vitals,
    web_vitals,
    web_vitals_table,
    web_vitals_series,
    of_group=lambda group: group.vitals,
    of_points=lambda found: (((each.time, series.name), each.vital) for series in found for each in series.points),
    series_keys=(TIME, Column("name", Kind.TEXT)),
    named=("name",),
)
ENGAGEMENT = Figures(
    "engagement",
    "engagement",
    Engagement,
    Engagement,
    engagement,
    engagement_table,
    engagement_series,
    of_group=lambda group: [group.engagement],
    of_points=lambda found: (((each.time,), each.engagement) for each in found),
)


def show_revenue(call: Call) -> Result:
    """Revenue, orders and refunds of each currency; with `dimensions` by their values, with `unit` over time."""
    return answer(call, call.site(), REVENUE)


def show_web_vitals(call: Call) -> Result:
    """Percentiles and ratings of web vitals; with `dimensions` by their values, with `unit` over time."""
    return answer(call, call.site(), WEB_VITALS)


def show_engagement(call: Call) -> Result:
    """Scrolling and time on pages; with `dimensions` by their values, with `unit` over time."""
    return answer(call, call.site(), ENGAGEMENT)


def show_numbers(call: Call) -> Result:
    """Sum, average and percentiles of a number that events carry; with `dimensions` by their values, with `unit` over
    time. It may be money: `currencies` has it apart by the currency that the events say.
    """
    site, number, event = call.site(), needed(call, "number", "number"), call.last("event")
    asked = Figures(
        "numbers",
        "numbers",
        Numbers,
        Numbers,
        lambda dialect, query: numbers(dialect, query, number, event),
        lambda dialect, query: numbers_table(dialect, query, number, event),
        lambda dialect, query, unit: numbers_series(dialect, query, number, unit, event),
        of_group=lambda group: [group.numbers],
        of_points=lambda found: (((each.time,), each.numbers) for each in found),
        beside={"currencies": lambda dialect, query: numbers_by_currency(dialect, query, number, event)},
    )
    return answer(call, site, asked, {"number": number})


def answer(call: Call, site: Site, asked: Figures, head: dict[str, Any] | None = None) -> Result:
    """In JSON the whole, with groups and points where they are asked for; in a file one of the three."""
    wanted = wanted_file(call)
    query = grouped_query(call, site, wanted)
    if wanted:
        return file_result(call, wanted, f"{site.domain}-{asked.name}", sheet(call, query, asked))
    value = {**(head or {}), asked.field: as_json(call.answer(asked.whole, query))}
    value |= {name: as_json(call.answer(ask, query)) for name, ask in (asked.beside or {}).items()}
    if query.dimensions:
        value |= asdict(call.answer(asked.table, query))
    if call.last("unit"):
        value["series"] = as_json(call.answer(asked.series, replace(query, dimensions=()), read_unit(call, query)))
    return shaped(call, query, value, asked.meaning)


def as_json(found: Any) -> Any:
    return asdict(found) if is_dataclass(found) and not isinstance(found, type) else [asdict(each) for each in found]


def sheet(call: Call, query: Query, asked: Figures) -> Sheet:
    if query.dimensions and call.last("unit"):
        raise InvalidInput("a file is either by dimensions or over time: leave out dimensions or unit", field="unit")
    money = replace(query, metrics=metrics_of(call.last("number") or "value")) if asked.record is Numbers else query
    beside, currency = currency_beside(money), filtered_currency(money)
    if query.dimensions:
        groups = call.answer(asked.table, query).rows
        found = [((*each.keys, *currency), one) for each in groups for one in asked.of_group(each)]
        return sheet_of(asked.record, found, [*dimension_columns(query), *beside])
    if call.last("unit"):
        points = asked.of_points(call.answer(asked.series, query, read_unit(call, query)))
        found = [((*keys, *currency), one) for keys, one in points]
        return sheet_of(asked.record, found, [*asked.series_keys, *beside], without=asked.named)
    whole = call.answer(asked.whole, query)
    return sheet_of(
        asked.record, [(currency, each) for each in (whole if isinstance(whole, list) else [whole])], beside
    )


def grouped_query(call: Call, site: Site, wanted: FileFormat | None) -> Query:
    """The address's question with its dimensions and its part of their rows; in a file they are all of them."""
    given = from_address(call.query_values)
    asked_for = {name: given[name] for name in (*GROUPING, "from", "to", "range") if name in given}
    more = (*call.filters(), *call.segment_filters(site))
    asked = asked_query(call, site, asked_for, more, wanted is not None and "limit" not in given)
    return replace(asked.query, metrics=(), order=())
