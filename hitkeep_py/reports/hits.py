"""Single events, a page of them at a time."""

from dataclasses import dataclass, fields, replace
from typing import Any

from hitkeep_py.clock import utc_text
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.query import Query, in_range, matching_events
from hitkeep_py.query.report import Report, Rows
from hitkeep_py.query.sql import Statement, filled

ORDERS = ("time", "path", "referrer")


@dataclass(frozen=True, slots=True)
class Hit:
    """`time` is RFC 3339 in UTC. Ids are texts, since JSON's numbers do not hold them."""

    event_id: str
    session_id: str
    time: str
    kind: str
    name: str | None
    hostname: str | None
    path: str | None
    referrer: str | None
    language: str | None
    country: str | None
    region: str | None
    city: str | None
    browser: str | None
    os: str | None
    device: str | None
    screen: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None


@dataclass(frozen=True, slots=True)
class Hits:
    """`total` counts all that match, `rows` are those of the page."""

    total: int
    rows: list[Hit]


COLUMNS = tuple(each.name for each in fields(Hit))


def hits(dialect: Dialect, query: Query, order: str = "time", largest: bool = True) -> Report[Hits]:
    """The page of the query's limit and offset, by one of ORDERS; equal ones in the order in which they came."""
    assert order in ORDERS
    asked = replace(query, dimensions=())
    # Also tells when there is no page to look for, which would take as long again.
    total = (yield filled("SELECT count(*) FROM ({}) AS matching", matching(dialect, asked, "event_id")))[0][0]
    if total <= query.offset:
        return Hits(int(total), [])
    direction = "DESC" if largest else "ASC"
    limit = f" LIMIT {int(query.limit)} OFFSET {int(query.offset)}" if query.limit is not None else ""
    # Twice: to sort the ids alone and then to look at a few events is much faster than to sort whole rows.
    page = yield filled(
        f"SELECT event_id, {dialect.milliseconds('time')} FROM ({{}}) AS matching"
        f" ORDER BY {order} {direction} NULLS LAST, event_id {direction}{limit}",
        matching(dialect, asked, *dict.fromkeys(("event_id", "time", order))),
    )
    if not page:
        return Hits(int(total), [])
    rows = yield of_page(dialect, asked, page)
    found = {int(row[0]): hit_of(row) for row in rows}
    return Hits(int(total), [found[int(event_id)] for event_id, _ in page])


def of_page(dialect: Dialect, query: Query, page: Rows) -> Statement:
    """The whole rows of these ids; the times tell where to look."""
    times = [int(time) for _, time in page]
    columns = ", ".join(dialect.milliseconds(name) if name == "time" else name for name in COLUMNS)
    return filled(
        f"SELECT {columns} FROM events WHERE {{}} AND event_id IN ({{}})",
        in_range(query.over(replace(query.range, start=min(times), end=max(times) + 1)), dialect),
        Statement(", ".join("?" * len(page)), tuple(int(event_id) for event_id, _ in page)),
    )


def matching(dialect: Dialect, query: Query, *columns: str) -> Statement:
    return matching_events(query, dialect, [Statement(name) for name in columns])


def hit_of(row: tuple[Any, ...]) -> Hit:
    event_id, session_id, time, *texts = row
    return Hit(str(event_id), str(session_id), utc_text(time), *texts)
