"""analytics report"""

from collections.abc import Iterator, Mapping
from typing import Any

import click
import orjson

from hitkeep_py.cli.access import asked, catalog
from hitkeep_py.cli.options import data_command, table
from hitkeep_py.config import Settings
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import DIMENSIONS, PROPERTY
from hitkeep_py.query.metrics import METRICS, Unit

PLURALS = {
    "pages": "page",
    "entry_pages": "entry_page",
    "exit_pages": "exit_page",
    "hostnames": "hostname",
    "referrers": "referrer",
    "sources": "source",
    "channels": "channel",
    "campaigns": "utm_campaign",
    "countries": "country",
    "regions": "region",
    "cities": "city",
    "languages": "language",
    "browsers": "browser",
    "devices": "device",
    "screens": "screen",
}
"""Breakdowns by their usual names; every dimension is one by its own."""
LISTS = {
    "overview": "",
    "series": "rows",
    "events": "rows",
    "properties": "rows",
    "goals": "goals",
    "funnels": "steps",
    "journeys": "paths",
    "retention": "cohorts",
    "sessions": "rows",
    "realtime": "pages",
    "revenue": "currencies",
    "web-vitals": "vitals",
    "engagement": "engagement",
    "numbers": "numbers",
}
"""Other reports, and where the answer has its rows."""
NAMED = {"properties": "EVENT", "funnels": "FUNNEL", "journeys": "PAGE", "numbers": "NUMBER"}
"""Those about one thing, which has to be named."""
PARAMETERS = {"properties": "event", "journeys": "page", "numbers": "number"}
SHOWN_NAMES = f"{', '.join(LISTS)}, {', '.join(PLURALS)}, and any dimension, also {PROPERTY}KEY"


def question_options(command: Any) -> Any:
    """Range and filters, the same for reports and exports."""
    for option in (
        click.option("--segment", metavar="SEGMENT", help="Adds the filters of a segment."),
        click.option(
            "--filter", "filters", multiple=True, metavar="CONDITION", help='Such as "country is DE, FR". Repeatable.'
        ),
        click.option("--range", "name", metavar="NAME", help="Such as today, 7d or last_month, instead of days."),
        click.option("--to", "end", metavar="DAY", help="Last day, included, or time. [today]"),
        click.option("--from", "start", metavar="DAY", help="First day or time. [30 days before the end]"),
    ):
        command = option(command)
    return command


def question_values(start: str | None, end: str | None, name: str | None, filters: Any, segment: str | None) -> Any:
    return {"from": start, "to": end, "range": name, "filter": list(filters), "segment": segment}


@click.command(epilog=f"Reports: {SHOWN_NAMES}.")
@click.argument("site")
@click.argument("report")
@click.argument("about", required=False)
@question_options
@click.option("--metric", "metrics", multiple=True, metavar="METRIC", help="What is counted. Repeatable.")
@click.option("--order", multiple=True, metavar="METRIC:asc|desc", help="Repeatable.")
@click.option("--search", metavar="TEXT", help="Only values that contain it.")
@click.option("--limit", type=int, metavar="NUMBER", help="Most rows. [100]")
@click.option("--compare", metavar="RANGE", help="previous_period or previous_year.")
@click.option("--unit", metavar="UNIT", help="minute, hour, day, week or month.")
@click.option("--format", "kind", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@data_command
def report(
    site: str, report: str, about: str | None, kind: str, settings: Settings, as_json: bool, **options: Any
) -> None:
    """Ask for a report of SITE, a site's id or domain.

    ABOUT is what some reports are about: properties EVENT, funnels FUNNEL, journeys PAGE, numbers NUMBER (value, or
    property:KEY).
    """
    with catalog(settings) as opened:
        found = opened.sites.find(site)
        if report == "funnels" and about:
            about = opened.funnels.find(found.id, about).id
    path, named = path_of(report, about)
    answer = asked(settings, f"/api/sites/{found.id}/reports/{path}", {**values_of(options), **named})
    show_answer(answer, report, "json" if as_json else kind)


def values_of(options: Mapping[str, Any]) -> dict[str, Any]:
    names = ("start", "end", "name", "filters", "segment")
    values = question_values(*(options[name] for name in names))
    values.update({name: list(options[name]) for name in ("metrics", "order")})
    return {**values, **{name: options[name] for name in ("search", "limit", "compare", "unit")}}


def path_of(report: str, about: str | None) -> tuple[str, dict[str, str]]:
    """Raises InvalidInput with the reports that exist."""
    dimension = PLURALS.get(report, report)
    if report not in LISTS and (dimension in DIMENSIONS or dimension.startswith(PROPERTY)):
        return "breakdown", {"dimension": dimension}
    if report not in LISTS:
        raise InvalidInput(f"there is no report {report!r}; there are {SHOWN_NAMES}")
    if report in NAMED and not about:
        raise InvalidInput(f"say which: analytics report SITE {report} {NAMED[report]}")
    if report == "funnels":
        return f"{report}/{about}", {}
    return report, {PARAMETERS[report]: about} if about and report in PARAMETERS else {}


def show_answer(answer: dict[str, Any], report: str, kind: str) -> None:
    if kind == "json":
        click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2))
        return
    rows = list(rows_of(answer, report))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if kind == "csv":
        # Imported here: it brings duckdb, which takes 130 ms that a table does not need.
        from hitkeep_py.export import Column, Kind, csv_pieces  # noqa: PLC0415

        pieces = csv_pieces(
            [Column(name, Kind.TEXT) for name in columns], ([row.get(name) for name in columns] for row in rows)
        )
        click.echo(b"".join(pieces), nl=False)
        return
    shown = [{name: cell(name, row.get(name)) for name in columns} for row in rows]
    click.echo(f"{answer['from']} to {answer['to']}, {answer['time_zone']}")
    click.echo(table(columns, shown, "Nothing in this range."))
    total = answer.get("total_rows", answer.get("total", 0))
    if report != "properties" and isinstance(total, int) and total > len(rows):
        click.echo(f"{len(rows)} of {total} rows; --limit shows more")


def rows_of(answer: dict[str, Any], report: str) -> Iterator[dict[str, Any]]:
    """The answer as a table has it."""
    if report == "overview":
        yield from overview_rows(answer)
        return
    listed = answer[LISTS.get(report, "rows")]
    for row in listed.get("shown", [listed]) if isinstance(listed, dict) else listed:
        if "metrics" in row:
            before = {f"{name} before": value for name, value in row.get("comparison", {}).items()}
            yield {**row["dimensions"], **row["metrics"], **before}
        elif report == "properties":
            yield from ({"property": row["key"], **each} for each in row["values"])
        elif report == "journeys":
            yield {**row, "nodes": " > ".join(each["name"] for each in row["nodes"])}
        else:
            yield {name: text_of(value) for name, value in row.items()}


def overview_rows(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    other = answer["comparison"]
    for name, value in answer["metrics"].items():
        before = {"before": cell(name, other["metrics"][name])} if other else {}
        yield {"metric": name, "value": cell(name, value), **before}
    for currency, amount in answer["revenue"].items():
        before = {"before": other["revenue"].get(currency, 0)} if other else {}
        yield {"metric": f"revenue, minor units of {currency}", "value": amount, **before}
    for place, goal in enumerate(answer["goals"]):
        before = {"before": other["goals"][place]["conversions"]} if other else {}
        yield {"metric": f"conversions of {goal['name']}", "value": goal["conversions"], **before}


def text_of(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def cell(name: str, value: Any) -> str:
    """As people read it: fractions as percentages, durations as minutes and seconds."""
    if value is None:
        return "-"
    found = METRICS.get(name.removesuffix(" before"))
    unit = found.unit if found else None
    if unit is Unit.FRACTION or name.endswith(("_rate", "share")) or name.startswith("of_"):
        return f"{value * 100:.1f} %"
    if unit is Unit.SECONDS:
        return f"{int(value) // 60}:{int(value) % 60:02} min"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
