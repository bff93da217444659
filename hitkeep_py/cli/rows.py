"""Answers of reports as rows, for tables and CSV."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hitkeep_py.cli.figures import Figure, figure
from hitkeep_py.cli.report_list import ListedReport
from hitkeep_py.query.metrics import METRICS, Unit

Row = dict[str, Any]
MERGED = ("dimensions", "metrics", "earnings", "engagement", "numbers", "vital")
"""Objects whose fields are columns."""
SPREAD = ("points", "vitals", "values")
"""Lists whose objects are rows of their own."""


def rows_of(
    answer: Mapping[str, Any], found: ListedReport, field: str, dimensions: Sequence[str], currency: str
) -> list[Row]:
    """`field` is where the answer has them; money is in `currency` where the answer does not say."""
    if not field:
        return list(overview_rows(answer))
    several = field == "numbers" and len(answer["currencies"]) > 1
    listed = answer["currencies" if several else field]
    if isinstance(listed, dict):
        listed = listed.get("shown", [{field: listed}])
    rows = (flat for each in listed for flat in flattened(each, dimensions, answer))
    return [with_units({found.renamed.get(name, name): value for name, value in row.items()}, currency) for row in rows]


def flattened(row: Mapping[str, Any], dimensions: Sequence[str], answer: Mapping[str, Any]) -> Iterator[Row]:
    fields: Row = {}
    spread: list[Any] | None = None
    for name, value in row.items():
        if name in SPREAD:
            spread = value
        else:
            fields |= columns_of(name, row, dimensions, answer)
    if spread is None:
        yield fields
        return
    for each in spread:
        yield from ({**fields, **flat} for flat in flattened(each, dimensions, answer))


def columns_of(name: str, row: Mapping[str, Any], dimensions: Sequence[str], answer: Mapping[str, Any]) -> Row:
    """What one field of a row brings."""
    value = row[name]
    if name == "comparison" and "variants" in answer:
        return compared_columns(value)
    if name == "numbers" and answer["number"] == "revenue":
        return {each if each == "count" else f"{each}:revenue": number for each, number in value.items()}
    if name in MERGED:
        return value or {}
    match name:
        case "keys":
            return dict(zip(dimensions, value, strict=True))
        case "comparison":
            return {f"{each} before": number for each, number in value.items()}
        case "nodes":
            return {"path": " > ".join(each["name"] for each in value)}
        case "retained":
            return {}
        case "fractions":
            parts = [part_of_cohort(row["visitors"], each) for each in value]
            return {f"{answer['unit']} {number}": part for number, part in enumerate(parts)}
    return {name: value}


def compared_columns(comparison: Mapping[str, Any] | None) -> Row:
    """Of a variant; the control, which is compared with nothing, has empty ones. The bounds hold however often one
    looks.
    """
    found = comparison or {}
    bounds = ((found.get("always_valid") or {}).get("interval")) or {}
    difference = {
        "difference": found.get("difference"),
        "at least": bounds.get("lower"),
        "at most": bounds.get("upper"),
    }
    return {**difference, "uplift": found.get("uplift"), "outcome": found.get("outcome")}


def part_of_cohort(visitors: int, fraction: float | None) -> Figure:
    """None of nobody; of others what is null is not known."""
    if visitors == 0:
        return Figure(None, Unit.FRACTION)
    return Figure(fraction, Unit.FRACTION, unknown=fraction is None)


def with_units(row: Row, currency: str) -> Row:
    beside = row.get("currency", currency) or ""
    return {name: figure(name, value, beside) for name, value in row.items()}


def overview_rows(answer: Mapping[str, Any]) -> Iterator[Row]:
    now = overview_figures(answer)
    before = overview_figures(answer["comparison"]) if answer["comparison"] else {}
    for key, found in {**before, **now}.items():
        # What only one of the two ranges has, such as a currency, is nothing in the other.
        nothing = Figure(0, found.unit, found.currency)
        row = {"metric": key[0], "value": now.get(key, nothing)}
        yield {**row, "before": before.get(key, nothing)} if before else row


def overview_figures(part: Mapping[str, Any]) -> dict[tuple[str, str], Figure]:
    """By name and currency."""
    found = {(name, ""): Figure(value, METRICS[name].unit) for name, value in part["metrics"].items()}
    found |= {("revenue", code): Figure(amount, Unit.MINOR, code) for code, amount in part["revenue"].items()}
    return found | {
        (f"conversions of {goal['name']}", ""): Figure(goal["conversions"], Unit.COUNT) for goal in part["goals"]
    }


def unit_beside(row: Row) -> Row:
    """Of an overview, whose figures have different units."""
    name, *figures = row.items()
    return {name[0]: name[1], "unit": row["value"].unit_name(), **{each: found.number() for each, found in figures}}


def totals_text(answer: Mapping[str, Any], found: ListedReport) -> str:
    """Figures of the answer that are in no row."""
    nested = answer[found.rows] if found.rows and isinstance(answer[found.rows], dict) else {}
    values = {**nested, **answer}
    shown = {words: figure(name, values[name]) for name, words in found.totals.items()}
    return ", ".join(f"{words}: {each.text() if isinstance(each, Figure) else each}" for words, each in shown.items())
