"""The key figures of a range (docs/definitions.md)."""

from dataclasses import dataclass, replace

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Query
from hitkeep_py.query.report import Report
from hitkeep_py.reports.table import table


@dataclass(frozen=True, slots=True)
class Overview:
    """Rates are fractions 0..1, durations are seconds, both None without a session. The fields are names of metrics."""

    visitors: int
    sessions: int
    pageviews: int
    events: int
    bounce_rate: float | None
    average_session_duration: float | None
    pages_per_session: float | None


OVERVIEW_METRICS = tuple(METRICS[name] for name in Overview.__dataclass_fields__)


def overview(dialect: Dialect, query: Query) -> Report[Overview]:
    asked = replace(query, metrics=OVERVIEW_METRICS, dimensions=(), order=(), limit=None, offset=0)
    found = yield from table(dialect, asked)
    return Overview(*found.rows[0][1])


def visitors(dialect: Dialect, query: Query) -> Report[int]:
    """Visitors of the range; with a range of the last five minutes, those who are here now."""
    asked = replace(query, metrics=(METRICS["visitors"],), dimensions=(), order=(), limit=None, offset=0)
    found = yield from table(dialect, asked)
    return int(found.rows[0][1][0])
