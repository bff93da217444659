"""The general question: any metrics by any dimensions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hitkeep_py.catalog.sites import Site
from hitkeep_py.export import Column, FileFormat, Kind
from hitkeep_py.query.filters import Filters
from hitkeep_py.query.metrics import REVENUE_OF, Metric, Unit
from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import ABOUT_THE_ANSWER, AskedQuery, from_address, read_flag, read_query, texts
from hitkeep_py.query.step import Step
from hitkeep_py.reports.compared import Answer, Row, compared
from hitkeep_py.reports.goals import step_of
from hitkeep_py.server.api.answering import comparison_range, explained, range_json
from hitkeep_py.server.api.files import ROWS_ALONE, file_result, read_file_format, refuse_besides
from hitkeep_py.server.api.sheets import Sheet, currency_beside, dimension_columns, filtered_currency
from hitkeep_py.server.call import Call, Result

KINDS = {Unit.COUNT: Kind.WHOLE, Unit.MINOR: Kind.AMOUNT}
"""Of the units of metrics; of all others numbers."""


def query(call: Call) -> Result:
    site = call.site()
    given = {name: value for name, value in call.body.items() if name not in ABOUT_THE_ANSWER}
    wanted = read_file_format(call.body.get("format"))
    refuse_besides(wanted, [name for name in ROWS_ALONE if call.body.get(name)])
    whole = wanted is not None and "limit" not in given
    asked = asked_query(call, site, given, call.segment_filters(site, given.get("segment")), whole)
    explain = read_flag(call.body.get("explain"), "explain")
    return answered(call, site, asked, "query", wanted, explain)


def asked_of_address(call: Call, site: Site, defaults: Mapping[str, Any], wanted: FileFormat | None) -> AskedQuery:
    """The question of a GET route, whose `defaults` hold for what the address leaves out."""
    given = {**defaults, **from_address(call.query_values)}
    more = (*call.filters(), *call.segment_filters(site))
    return asked_query(call, site, given, more, wanted is not None and "limit" not in given)


def asked_query(call: Call, site: Site, given: Mapping[str, Any], more: Filters, whole: bool) -> AskedQuery:
    now, first = call.analytics.clock.now_ms(), lambda: call.began(site)
    goals = goal_steps(call, site, texts(given, "goal"))
    return read_query(given, site.id, site.time_zone, now, more=more, goals=goals, whole=whole, first=first)


def goal_steps(call: Call, site: Site, named: Sequence[str]) -> list[Step]:
    """What conversions are of: the goals of these ids or names, else all. Raises NotFound."""
    catalog = call.analytics.catalog.goals
    wanted = [catalog.find(site.id, each) for each in named] or catalog.of_site(site.id)
    return [step_of(each) for each in wanted]


def answered(
    call: Call, site: Site, asked: AskedQuery, name: str, wanted: FileFormat | None, explain: bool | None = None
) -> Result:
    """As JSON, or as a file of the rows alone."""
    found = call.answer(compared, asked)
    if wanted is not None:
        return file_result(call, wanted, f"{site.domain}-{name}", Sheet(columns_of(asked), file_rows(asked, found)))
    value = answer_json(asked, found)
    return explained(call, value, definitions(asked.query.metrics), explain)


def answer_json(asked: AskedQuery, found: Answer) -> dict[str, Any]:
    named = names(asked.query)
    return {
        "rows": [row_json(asked, row) for row in found.rows],
        "total_rows": found.total_rows,
        "totals": None if found.totals is None else dict(zip(named, found.totals, strict=True)),
        "comparison_totals": None
        if found.compared_totals is None
        else dict(zip(named, found.compared_totals, strict=True)),
        **range_json(asked.query.range),
        "comparison_range": comparison_range(asked.compared_with),
    }


def row_json(asked: AskedQuery, row: Row) -> dict[str, Any]:
    named = names(asked.query)
    shown: dict[str, Any] = {
        "dimensions": dict(zip((each.name for each in asked.query.dimensions), row.keys, strict=True)),
        "metrics": dict(zip(named, row.figures, strict=True)),
    }
    if row.comparison is not None:
        shown["comparison"] = dict(zip(named, row.comparison, strict=True))
    if row.compared_time is not None:
        shown["comparison_time"] = row.compared_time
    return shown


def columns_of(asked: AskedQuery) -> list[Column]:
    """Of the rows as a file."""
    columns = [*dimension_columns(asked.query), *currency_beside(asked.query)]
    figures = [Column(column_name(each.name), KINDS.get(each.unit, Kind.NUMBER)) for each in asked.query.metrics]
    before = [Column(f"comparison_{each.name}", each.kind) for each in figures] if asked.compared_with else []
    return [*columns, *figures, *before]


def column_name(metric: str) -> str:
    """Of revenue in a currency revenue_minor_EUR, as amounts by currency are called in every file."""
    return metric.replace(REVENUE_OF, "revenue_minor_") if metric.startswith(REVENUE_OF) else metric


def file_rows(asked: AskedQuery, found: Answer) -> Iterable[Sequence[Any]]:
    currency = filtered_currency(asked.query)
    for row in found.rows:
        yield (*row.keys, *currency, *row.figures, *(row.comparison or ()))


def names(query: Query) -> list[str]:
    return [each.name for each in query.metrics]


def definitions(metrics: Iterable[Metric]) -> dict[str, str]:
    return {each.name: each.description for each in metrics}
