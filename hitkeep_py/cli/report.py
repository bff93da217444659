"""analytics report"""

from collections.abc import Mapping, Sequence
from typing import Any

import click
import orjson

from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.cli.access import asked, catalog
from hitkeep_py.cli.conditions import address_values, read_conditions
from hitkeep_py.cli.figures import HEADS, UNKNOWN, Figure, column_texts, explanation_text, plain, range_heading
from hitkeep_py.cli.options import Command, data_command, question_options, table
from hitkeep_py.cli.report_list import SHOWN_NAMES, ListedReport, check_options, find_report
from hitkeep_py.cli.rows import Row, rows_of, totals_text, unit_beside
from hitkeep_py.cli.terminal import say, say_json, write_data
from hitkeep_py.config import Settings
from hitkeep_py.errors import InvalidInput
from hitkeep_py.exact_json import json_bytes
from hitkeep_py.export import FORMATS, Column, Kind
from hitkeep_py.query.dimensions import TIME_UNITS
from hitkeep_py.query.filters import Filters, only_currency, read_filters
from hitkeep_py.query.named_range import COMPARED_WITH, COMPARISONS
from hitkeep_py.reports.journeys import DIRECTIONS as WAYS

TABLE, JSON = "table", "json"
FOR_SPREADSHEETS = ("csv", "excel")
EXCEL = "excel is CSV for an Excel with decimal commas"
BETWEEN_DAYS = ".."


REPORT_OPTIONS = (
    click.option("--compare", metavar="RANGE", help=f"{COMPARED_WITH}; or days, 2026-10-01..2026-10-31."),
    click.option("--metric", "metrics", multiple=True, metavar="METRIC", help="What is counted. Repeatable."),
    click.option("--dimension", "dimensions", multiple=True, metavar="DIMENSION", help="Rows by it. Repeatable."),
    click.option("--unit", metavar="UNIT", help=f"Rows over time, by {', '.join(TIME_UNITS)}."),
    click.option("--order", multiple=True, metavar="METRIC:asc|desc", help="Repeatable."),
    click.option("--search", metavar="TEXT", help="Only values that contain it."),
    click.option("--limit", type=int, metavar="NUMBER", help="Most rows. [100; of sessions 50, of journeys 20]"),
    click.option("--offset", type=int, metavar="NUMBER", help="Rows to leave out before."),
    click.option(
        "--goal",
        multiple=True,
        metavar="GOAL",
        help="Only these goals, by id or name; in tables what conversions are of. Repeatable.",
    ),
    click.option("--funnel", metavar="FUNNEL", help="Which funnel, by id or name."),
    click.option("--experiment", metavar="EXPERIMENT", help="Which experiment, by id or name."),
    click.option("--control", metavar="VARIANT", help="Id of the variant to compare with. [the first]"),
    click.option("--event", metavar="EVENT", help="Which event: of properties and numbers, or where journeys start."),
    click.option("--page", metavar="PATH", help="Which page journeys start from."),
    click.option("--number", metavar="NUMBER", help="Which number, such as value or property:KEY."),
    click.option("--direction", metavar="|".join(WAYS), help=f"Where journeys go or come from. [{next(iter(WAYS))}]"),
    click.option("--depth", type=int, metavar="NUMBER", help="Steps of journeys. [3]"),
    click.option("--with-events", is_flag=True, help="Custom events are steps of journeys too."),
    click.option("--identified-only", is_flag=True, help="Retention only of users that the site named itself."),
)


def report_options(command: Command) -> Command:
    """What reports take besides range and filters; each report takes some."""
    for option in reversed(REPORT_OPTIONS):
        command = option(command)
    return command


@click.command(epilog=f"Reports: {SHOWN_NAMES}.")
@click.argument("site")
@click.argument("report")
@click.argument("about", required=False)
@question_options
@report_options
@click.option("--format", "kind", type=click.Choice([TABLE, JSON, *FOR_SPREADSHEETS]), help=f"{EXCEL}. [{TABLE}]")
@click.option("--explain", is_flag=True, help="Also what the numbers mean, the SQL and its time; not in CSV.")
@data_command
def report(
    site: str,
    report: str,
    about: str | None,
    kind: str | None,
    explain: bool,
    settings: Settings,
    as_json: bool,
    **options: Any,
) -> None:
    """Ask for a report of SITE, a site's id or domain.

    ABOUT is what some reports are about: properties EVENT, goals GOAL, funnels FUNNEL, journeys PAGE, experiments
    EXPERIMENT, numbers NUMBER (value, or property:KEY); the options of these names do the same. An option that a report
    does not take is refused with those that it takes.
    """
    kind = shown_as(kind, as_json)
    if explain and kind in FOR_SPREADSHEETS:
        raise InvalidInput("CSV has rows alone: --explain goes with a table or JSON")
    found, named = find_report(report)
    given = given_options(report, found, options, about)
    field = found.rows if kind == JSON else rows_field(found, given)
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        path, values = address_of(opened, site_id, found, given)
        currency = only_currency(all_filters(opened, site_id, given)) or ""
    answer = asked(settings, path, {**values, **named, "explain": "1" if explain else None})
    if kind == JSON:
        say_json(json_bytes(answer, orjson.OPT_INDENT_2))
        return
    rows = rows_of(answer, found, field, given.get("dimensions", ()), currency)
    if kind in FOR_SPREADSHEETS:
        write_data([csv_text(kind, [plain(row) if field else unit_beside(row) for row in rows])])
    else:
        say(table_text(answer, found, field, rows))
        if explain:
            say(f"\n{explanation_text(answer['explain'])}")


def shown_as(kind: str | None, as_json: bool) -> str:
    """Raises InvalidInput when the two options contradict each other."""
    if as_json and kind not in (None, JSON):
        raise InvalidInput(f"give either --json or --format {kind}")
    return JSON if as_json else kind or TABLE


def given_options(report: str, found: ListedReport, options: Mapping[str, Any], about: str | None) -> dict[str, Any]:
    """The options that were given, by their names in the API. Raises InvalidInput for one that the report has not."""
    given = {name: value for name, value in options.items() if value is not None and value is not False and value != ()}
    context = click.get_current_context()
    known = {each.name or "": each.opts[0] for each in context.command.params}
    flags = {name: flag for name, flag in known.items() if name in options}
    if about is not None and not found.about:
        raise InvalidInput(f'analytics {context.info_name} SITE {report} takes no name after it: leave out "{about}"')
    if about is not None and found.about in given:
        raise InvalidInput(f'give either "{about}" or {flags[found.about]}')
    given |= {} if about is None else {found.about: about}
    check_options(context.info_name or "", report, found, given, flags)
    return given


def rows_field(found: ListedReport, given: Mapping[str, Any]) -> str:
    """The field of the answer that a table shows. Raises InvalidInput."""
    if found.over_time and "unit" in given:
        if "dimensions" in given:
            raise InvalidInput("a table is either over time (--unit) or by --dimension; JSON has both")
        return found.over_time
    return "rows" if "dimensions" in given else found.rows


def address_of(
    opened: Catalog, site_id: str, found: ListedReport, given: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Path and parameters of the API. Funnels and experiments go by their ids, since a name may have a slash."""
    values = {name: "1" if value is True else value for name, value in address_values(given).items()}
    path = f"/api/sites/{site_id}/{found.path}"
    if funnel := values.pop("funnel", None):
        path += f"/{opened.funnels.find(site_id, funnel).id}"
    if experiment := values.pop("experiment", None):
        path += f"/{opened.experiments.find(site_id, experiment).id}"
    path += found.path_end
    if compared := values.pop("compare", None):
        values |= compare_values(compared)
    return path, values


def compare_values(text: str) -> dict[str, str]:
    """The range to compare with, by its name or its days. Raises InvalidInput."""
    if text in COMPARISONS:
        return {"compare": text}
    start, between, end = text.partition(BETWEEN_DAYS)
    if not (start and between and end):
        raise InvalidInput(
            f"--compare takes {', '.join(COMPARISONS)}, or the first and the last day, such as 2026-10-01..2026-10-31"
        )
    return {"compare_from": start, "compare_to": end}


def all_filters(opened: Catalog, site_id: str, given: Mapping[str, Any]) -> Filters:
    """Those of the segment included. Raises InvalidInput, NotFound."""
    more = opened.segments.find(site_id, given["segment"]).filters if "segment" in given else ()
    return (*read_filters(read_conditions(given.get("filter", ()), "--filter"), "--filter"), *more)


def csv_text(kind: str, rows: Sequence[Row]) -> bytes:
    """Nothing at all without rows, whose columns nobody knows."""
    if not rows:
        return b""
    names = columns_of(rows)
    cells = ([row.get(name) for name in names] for row in rows)
    return b"".join(FORMATS[kind].pieces([Column(name, Kind.TEXT) for name in names], cells))


def table_text(answer: Mapping[str, Any], found: ListedReport, field: str, rows: Sequence[Row]) -> str:
    heads = {name: HEADS.get(name, name) for name in columns_of(rows)}
    columns = {head: column_texts([row.get(name) for row in rows]) for name, head in heads.items()}
    shown = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    lines = (
        range_heading(answer),
        totals_text(answer, found),
        table(list(heads.values()), shown, "Nothing in this range."),
        rest_text(answer, found, field),
        verdicts_text(answer),
        unknown_text(answer, rows),
    )
    return "\n".join(line for line in lines if line)


def columns_of(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def rest_text(answer: Mapping[str, Any], found: ListedReport, field: str) -> str:
    """What tells that there is more than the table shows."""
    if answer.get("truncated"):
        return "Only the most frequent are shown."
    total = answer.get("total_rows", answer.get("total", 0))
    total = sum(total.values()) if isinstance(total, dict) else total
    shown = len(answer[field]) if field == "rows" else total
    return f"{shown} of {total} rows; --limit shows more" if "limit" in found.options and total > shown else ""


def verdicts_text(answer: Mapping[str, Any]) -> str:
    """What comparing an experiment's variants shows, in words."""
    compared = [each for each in answer.get("variants", ()) if each["comparison"]]
    if not compared:
        return ""
    return "\n".join([*(each["comparison"]["verdict"] for each in compared), answer["sample_ratio"]["verdict"]])


def unknown_text(answer: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """What tells why some cells of retention have no number."""
    if not any(isinstance(each, Figure) and each.unknown for row in rows for each in row.values()):
        return ""
    return (
        f"{UNKNOWN}: visitors without an account get new ids every {answer['visitor_period']}, so nobody can know; "
        "--identified-only counts users that the site named"
    )
