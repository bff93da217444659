"""Whether an engine's version still does what is asked of it: small questions with known answers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from hitkeep_py.query.dialect import Bounds, Dialect
from hitkeep_py.shortage import shortage
from hitkeep_py.text import first_line

Refusals = tuple[type[Exception], ...]
Ask = Callable[[str, Sequence[object]], list[tuple[object, ...]]]

FIRST, SECOND, THIRD = 1_767_222_000_123, 1_767_312_000_456, 1_767_312_000_457
"""23:00 UTC on 31 December 2025, the first of January at +01:00; two of the day after it, of which one is deleted."""
DAY, HOUR = 86_400_000, 3_600_000
OFFSETS = [(0, HOUR)]
KEY = "'a/b'"
MOST_TOLD = 300
COLUMNS: dict[str, list[Any]] = {
    "event_id": [1, 2, 3],
    "time": [FIRST, SECOND, THIRD],
    "visitor_id": [1, 2, 2],
    "visitor_number": [1, 2, 2],
    "path": ["/Ä", "/b", "/gone"],
    "props": ['{"plan": "pro", "a/b": 2}', '{"plan": "free"}', None],
    "label": ["1.5", "2.25", "none"],
    "value": [1.0, 2.0, 3.0],
}


KEPT = 2
"""Of these rows only the first are left when questions are asked."""


def rows() -> str:
    return orjson.dumps(COLUMNS).decode()


@dataclass(frozen=True, slots=True)
class Check:
    """`expected` are the rows; without any the statement just must not fail. `parts` say which of it does."""

    name: str
    sql: str
    parameters: Sequence[object] = ()
    expected: list[list[object]] | None = None
    parts: "tuple[Check, ...]" = ()


def failures(checks: Iterable[Check], ask: Ask, refusals: Refusals) -> list[str]:
    """What does not work, a sentence each; [] when all does.

    `refusals` is what the engine's library raises when it will not do something; what else goes wrong is raised.
    """
    found = []
    for check in checks:
        if problem := failure(check, ask, refusals):
            found += failures(check.parts, ask, refusals) or [problem]
    return found


def failure(check: Check, ask: Ask, refusals: Refusals) -> str | None:
    try:
        answer = plain(ask(check.sql, check.parameters))
    except refusals as problem:
        if shortage(problem):
            raise
        return f"{check.name} ({first_line(problem)[:MOST_TOLD]})"
    if check.expected is None or answer == check.expected:
        return None
    return f"{check.name} (gave {str(answer)[:MOST_TOLD]} instead of {str(check.expected)[:MOST_TOLD]})"


def plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


def of_dialect(dialect: Dialect, source: str, given: Sequence[object] = ()) -> Iterator[Check]:
    """What questions ask, of the first KEPT rows of COLUMNS: all at once, and only if that fails one by one.

    `source` is a table, or a question with its parameters.
    """
    asked = list(expressions(dialect, source, given))
    yield Check(
        "questions",
        f"SELECT {', '.join(each.sql for each in asked)} FROM {source}",
        [*(value for each in asked for value in each.parameters), *given],
        [[each.expected for each in asked]],
        tuple(
            Check(each.name, f"SELECT {each.sql} FROM {source}", [*each.parameters, *given], [[each.expected]])
            for each in asked
        ),
    )


@dataclass(frozen=True, slots=True)
class Expression:
    name: str
    sql: str
    expected: object
    parameters: Sequence[object] = ()


def expressions(dialect: Dialect, source: str, given: Sequence[object]) -> Iterator[Expression]:
    yield from of_times(dialect)
    yield from of_texts(dialect)
    yield from of_aggregates(dialect)
    names = f"SELECT {dialect.each_key('props')} AS name FROM {source}"
    yield Expression("keys of properties", f"(SELECT count(*) FROM ({names}) AS named)", 3, given)
    if dialect.summarised:
        seen = f"SELECT {dialect.bucket('day', OFFSETS)} AS bucket, visitor_number AS visitor FROM {source}"
        again = dialect.met_again("visitor", Bounds(1, 2)).format(seen)
        met = f"(SELECT CAST(sum(there) AS BIGINT) FROM ({again}) AS met(cohort, bucket, there))"
        yield Expression("visitors met again", met, 2, given)


def of_times(dialect: Dialect) -> Iterator[Expression]:
    yield Expression("times in milliseconds", f"max({dialect.milliseconds('time')})", SECOND)
    yield Expression("milliseconds of a latest time", dialect.milliseconds("max(time)"), SECOND)
    between = dialect.milliseconds_between("min(time)", "max(time)")
    yield Expression("milliseconds between times", between, SECOND - FIRST)
    yield Expression("times of a parameter", counted(f"time >= {dialect.moment()}"), 1, [SECOND])
    buckets = {"hour": FIRST // HOUR * HOUR, "day": 20_454 * DAY, "week": 20_451 * DAY, "month": 20_454 * DAY}
    for unit, first in buckets.items():
        yield Expression(f"buckets of a {unit}", f"min({dialect.bucket(unit, OFFSETS)})", first)


def of_texts(dialect: Dialect) -> Iterator[Expression]:
    yield Expression("values of properties", f"min({dialect.value_text('props', KEY)})", "2")
    yield Expression("decimal numbers", f"sum({dialect.number('label')})", 3.75)
    yield Expression("minor units", f"max({dialect.minor_units(dialect.number('label'), 2)})", 225)
    yield Expression("regular expressions", counted(dialect.matches("path")), 1, ["^/b$"])
    yield Expression("small letters", f"max({dialect.lowered('path')})", "/ä")


def of_aggregates(dialect: Dialect) -> Iterator[Expression]:
    yield Expression("smallest rows", dialect.smallest(1, "value", "path"), [[1.0, "/Ä"]])
    yield Expression("earliest values", dialect.earliest("path", "time", "event_id"), "/Ä")
    yield Expression("latest values", dialect.latest("path", "time", "event_id"), "/b")
    yield Expression("percentiles", dialect.percentile("value", 0.5), 1.5)
    yield Expression("several percentiles", dialect.percentiles("value", (0.5, 1.0)), [1.5, 2.0])
    yield Expression("counting visitors", dialect.distinct_visitors(Bounds(1, 2)), 2)


def counted(condition: str) -> str:
    return f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"
