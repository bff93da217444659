"""What the tests of behaviour reports share: events in one line each, and reports asked of an engine."""

import itertools
import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

from hitkeep_py.query.query import Query
from hitkeep_py.query.report import Report
from hitkeep_py.query.step import Step
from hitkeep_py.query.time_range import TimeRange
from tests.engines import Engine
from tests.stored_events import milliseconds, store_rows

Answer = TypeVar("Answer")
NUMBERS = itertools.count(1_000)
NAMES = ("time", "visitor_id", "session_id", "kind", "name", "path")


def new_site() -> str:
    return str(uuid.UUID(int=next(NUMBERS)))


def put(engine: Engine, site: str, events: Sequence[tuple[Any, ...]], **same: Any) -> None:
    """Events as (time, visitor, session, what), where what is a path that begins with / or the name of an event."""
    rows = []
    for time, visitor, session, what, *more in events:
        page = what is not None and what.startswith("/")
        kind, name, path = ("pageview", None, what) if page else ("event", what, None)
        values = (time, visitor, session, kind, name, path)
        rows.append({**dict(zip(NAMES, values, strict=True)), **same, **(more[0] if more else {})})
    store_rows(engine.store, site, *rows)


def query_of(site: str, start: str = "2026-11-20", end: str = "2026-11-21", zone: str = "UTC", **more: Any) -> Query:
    """The range is given in UTC."""
    return Query(site, TimeRange(milliseconds(start), milliseconds(end), zone), **more)


def answered(engine: Engine, report: Report[Answer]) -> Answer:
    with engine.store.snapshot() as snapshot:
        try:
            statement = next(report)
            while True:
                statement = report.send(snapshot.select(statement.sql, statement.parameters))
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]


def page(path: str) -> Step:
    return Step("path", path)


def event(name: str) -> Step:
    return Step("event", name)
