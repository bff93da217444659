"""What DuckDB keeps beside the events, in the same transaction: a number for each visitor, and a row for each session.

Numbers count up from 1 in each site, so that different visitors can be counted with a bit for each (see
DuckDBDialect.distinct_visitors). A row of `sessions` says what the session's events say together (query/visits.py).
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import orjson

from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES
from hitkeep_py.query.visits import visit_columns
from hitkeep_py.stores.duckdb_habits import (
    DIALECT,
    among,
    earlier,
    from_milliseconds,
    insert_statement,
    temporary_table,
)

REMEMBERED = 100_000
"""Numbers of visitors kept in memory, some 15 MB."""
VIEWED = "CASE WHEN kind = 'pageview' AND path IS NOT NULL THEN {} END"
AGGREGATES: dict[str, str] = {
    "site_id": "site_id",
    "session_id": "session_id",
    **visit_columns(DIALECT),
    "entered": f"min({VIEWED.format('time')})",
    "entry_event": f"arg_min({VIEWED.format('event_id')}, (time, event_id))",
    "exited": f"max({VIEWED.format('time')})",
    "exit_event": f"arg_max({VIEWED.format('event_id')}, (time, event_id))",
}
MERGES: dict[str, str] = {
    "site_id": "site_id",
    "session_id": "session_id",
    "visitor_id": "min(visitor_id)",
    "visitor_number": "min(visitor_number)",
    "start": "min(start)",
    "last": "max(last)",
    "duration_ms": DIALECT.milliseconds_between("min(start)", "max(last)"),
    "pageviews": "sum(pageviews)",
    "events": "sum(events)",
    "passive_events": "sum(passive_events)",
    "entry_page": "arg_min(entry_page, (entered, entry_event))",
    "entered": "min(entered)",
    "entry_event": "arg_min(entry_event, (entered, entry_event))",
    "exit_page": "arg_max(exit_page, (exited, exit_event))",
    "exited": "max(exited)",
    "exit_event": "arg_max(exit_event, (exited, exit_event))",
    **{name: f"min({name})" for name in SESSION_ATTRIBUTES},
}
COLUMNS = tuple(AGGREGATES)


def named(aggregates: Mapping[str, str]) -> str:
    return ", ".join(f"{aggregates[name]} AS {name}" for name in COLUMNS)


FRESH = temporary_table(
    "fresh_sessions",
    f"SELECT {named(AGGREGATES)} FROM events"
    " WHERE event_id BETWEEN ? AND ? AND flagged IS NULL GROUP BY site_id, session_id",
)
NEAR_MS = 2 * 60 * 60 * 1000
"""Sessions that go on have mostly ended within so long before; so only few of the table's row groups are read."""
NEAR = f"""
SELECT rowid, CAST(site_id AS VARCHAR), session_id FROM sessions
WHERE last >= {earlier("(SELECT min(start) FROM fresh_sessions)")}
    AND session_id IN (SELECT session_id FROM fresh_sessions)
"""
FAR = f"""
SELECT rowid, CAST(site_id AS VARCHAR), session_id FROM sessions
WHERE {among("session_id", "UBIGINT")}
"""
MERGED = temporary_table(
    "merged_sessions",
    f"""
SELECT {named(MERGES)} FROM (
    SELECT {", ".join(COLUMNS)} FROM fresh_sessions
    UNION ALL
    SELECT {", ".join(COLUMNS)} FROM sessions WHERE {among("rowid", "BIGINT")}
) GROUP BY site_id, session_id ORDER BY min(start)
""",
)
REBUILT = f"""
INSERT INTO sessions ({", ".join(COLUMNS)})
SELECT {named(AGGREGATES)} FROM events WHERE flagged IS NULL GROUP BY site_id, session_id ORDER BY min(time)
"""
MOMENT = from_milliseconds("?")
CUT = temporary_table(
    "cut_sessions", f"SELECT session_id FROM sessions WHERE site_id = ? AND start < {MOMENT} AND last >= {MOMENT}"
)
OF_USER = "site_id = ? AND (user_id = ? OR visitor_id = ?)"
TOUCHED = temporary_table("cut_sessions", f"SELECT DISTINCT session_id FROM events WHERE {OF_USER}")
RENEWED = f"""
INSERT INTO sessions ({", ".join(COLUMNS)})
SELECT {named(AGGREGATES)} FROM events
WHERE site_id = ? AND flagged IS NULL AND session_id IN (SELECT session_id FROM cut_sessions)
GROUP BY site_id, session_id ORDER BY min(time)
"""
LEFT = temporary_table(
    "cut_sessions",
    """
SELECT DISTINCT site_id, unnest([events.session_id, placed.session_id]) AS session_id
FROM events JOIN placed USING (event_id)
""",
)
REPLACED = f"""
INSERT INTO sessions ({", ".join(COLUMNS)})
SELECT {named(AGGREGATES)} FROM events
WHERE flagged IS NULL AND (site_id, session_id) IN (FROM cut_sessions)
GROUP BY site_id, session_id ORDER BY min(time)
"""
UNSEEN = """
DELETE FROM visitors WHERE site_id = ? AND visitor_id NOT IN (SELECT visitor_id FROM events WHERE site_id = ?)
"""
NUMBERED = """
INSERT INTO visitors SELECT site_id, visitor_id, min(visitor_number) FROM events GROUP BY site_id, visitor_id
"""
MISNUMBERED = """
SELECT
    (SELECT count(*) FROM visitors WHERE visitor_number IS NULL)
    + (SELECT count(*) - count(DISTINCT (site_id, visitor_number)) FROM visitors)
    + (SELECT count(*) FROM events JOIN visitors USING (site_id, visitor_id)
       WHERE events.visitor_number IS DISTINCT FROM visitors.visitor_number)
"""
RENUMBERED = temporary_table(
    "numbers",
    """
SELECT site_id, visitor_id,
    CAST(row_number() OVER (PARTITION BY site_id ORDER BY min(event_id)) AS INTEGER) AS visitor_number
FROM events GROUP BY site_id, visitor_id
""",
)
KNOWN = f"""
SELECT CAST(site_id AS VARCHAR), visitor_id, visitor_number FROM visitors
WHERE {among("visitor_id", "UBIGINT")}
"""
LAST = f"""
SELECT CAST(site_id AS VARCHAR), max(visitor_number) FROM visitors
WHERE {among("site_id", "UUID")} GROUP BY site_id
"""
ADDED = "INSERT INTO visitors SELECT unnest(?::UUID[]), unnest(?::UBIGINT[]), unnest(?::INTEGER[])"


class VisitorNumbers:
    """Gives the numbers of an append's visitors. After a failed transaction `forget` what it gave."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._last: dict[str, int] = {}

    def forget(self) -> None:
        self._known.clear()
        self._last.clear()

    def assign(
        self, connection: duckdb.DuckDBPyConnection, site_ids: Sequence[str], visitor_ids: Sequence[int]
    ) -> list[int]:
        pairs = list(zip(map(str, site_ids), visitor_ids, strict=True))
        unknown = list(dict.fromkeys(pair for pair in pairs if pair not in self._known))
        if unknown:
            self._look_up(connection, unknown)
            self._number([pair for pair in unknown if pair not in self._known], connection)
        numbers = [self._known[pair] for pair in pairs]
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return numbers

    def _look_up(self, connection: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[str, int]]) -> None:
        found = connection.execute(KNOWN, [[visitor_id for _, visitor_id in pairs]]).fetchall()
        self._known.update(((site_id, visitor_id), number) for site_id, visitor_id, number in found)

    def _number(self, pairs: Sequence[tuple[str, int]], connection: duckdb.DuckDBPyConnection) -> None:
        """The next numbers of their sites for new visitors."""
        if not pairs:
            return
        unseen = list({site_id for site_id, _ in pairs} - set(self._last))
        if unseen:
            self._last.update(dict.fromkeys(unseen, 0))
            self._last.update(connection.execute(LAST, [unseen]).fetchall())
        for site_id, visitor_id in pairs:
            self._last[site_id] += 1
            self._known[site_id, visitor_id] = self._last[site_id]
        sites, visitors = zip(*pairs, strict=True)
        connection.execute(ADDED, [list(sites), list(visitors), [self._known[pair] for pair in pairs]])


def renew_sessions(connection: duckdb.DuckDBPyConnection, first_event: int, last_event: int) -> None:
    """Bring the sessions of newly inserted events up to date.

    Rows are found first and read then: 30 ms instead of 300 with 2.5 M sessions, since a join reads all their columns.
    """
    connection.execute(FRESH, [first_event, last_event])
    rows = known_rows(connection, first_event, last_event)
    if not rows:
        columns = ", ".join(COLUMNS)
        connection.execute(f"INSERT INTO sessions ({columns}) SELECT {columns} FROM fresh_sessions ORDER BY start")
        return
    connection.execute(MERGED, [rows])
    connection.execute(f"DELETE FROM sessions WHERE {among('rowid', 'BIGINT')}", [rows])
    connection.execute(f"INSERT INTO sessions ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS)} FROM merged_sessions")


def known_rows(connection: duckdb.DuckDBPyConnection, first_event: int, last_event: int) -> list[int]:
    """Rows of the fresh sessions that are in the table. Those numbered by one of the new events cannot be."""
    pairs = connection.execute("SELECT CAST(site_id AS VARCHAR), session_id FROM fresh_sessions").fetchall()
    missing = {pair for pair in pairs if not first_event <= pair[1] <= last_event}
    rows: list[int] = []
    for question, parameters in ((NEAR, lambda: [NEAR_MS]), (FAR, lambda: [[session for _, session in missing]])):
        if not missing:
            break
        for row, *pair in connection.execute(question, parameters()).fetchall():
            if tuple(pair) in missing:
                missing.remove((pair[0], pair[1]))
                rows.append(row)
    return rows


def place(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, list[Any]]) -> None:
    """Change columns of stored events, and make the sessions anew that they were of, or are of now."""
    names = list(columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE placed AS SELECT {', '.join(names)} FROM events LIMIT 0")
    connection.execute(insert_statement(names, [], "placed"), [orjson.dumps(columns).decode()])
    connection.execute(LEFT)
    updates = ", ".join(f"{name} = placed.{name}" for name in names if name != "event_id")
    connection.execute(f"UPDATE events SET {updates} FROM placed WHERE placed.event_id = events.event_id")
    connection.execute("DELETE FROM sessions WHERE (site_id, session_id) IN (FROM cut_sessions)")
    connection.execute(REPLACED)


def delete_before(connection: duckdb.DuckDBPyConnection, site_id: str, before: int) -> int:
    """Delete a site's events before a time with what was derived from them; gives how many events there were.

    Sessions that cross it are made anew of the events that stay.
    """
    connection.execute(CUT, [site_id, before, before])
    gone = connection.execute(f"DELETE FROM events WHERE site_id = ? AND time < {MOMENT}", [site_id, before])
    count = int(gone.fetchall()[0][0])
    connection.execute(f"DELETE FROM sessions WHERE site_id = ? AND start < {MOMENT}", [site_id, before])
    renew_cut(connection, site_id)
    return count


def delete_user(connection: duckdb.DuckDBPyConnection, site_id: str, user_id: int) -> int:
    """Delete the events of a user whom a site named; gives how many there were. Their sessions are made anew."""
    connection.execute(TOUCHED, [site_id, user_id, user_id])
    gone = connection.execute(f"DELETE FROM events WHERE {OF_USER}", [site_id, user_id, user_id])
    count = int(gone.fetchall()[0][0])
    connection.execute(
        "DELETE FROM sessions WHERE site_id = ? AND session_id IN (SELECT session_id FROM cut_sessions)", [site_id]
    )
    renew_cut(connection, site_id)
    return count


def renew_cut(connection: duckdb.DuckDBPyConnection, site_id: str) -> None:
    """Of `cut_sessions` what is left of their events, and of visitors those that have any."""
    connection.execute(RENEWED, [site_id])
    connection.execute(UNSEEN, [site_id, site_id])


def rebuild(connection: duckdb.DuckDBPyConnection) -> int:
    """Make all anew from the events; gives how many sessions there are."""
    connection.execute("DELETE FROM visitors")
    connection.execute(NUMBERED)
    if connection.execute(MISNUMBERED).fetchall()[0][0]:
        renumber(connection)
    connection.execute("DELETE FROM sessions")
    return int(connection.execute(REBUILT).fetchall()[0][0])


def renumber(connection: duckdb.DuckDBPyConnection) -> None:
    """Only after work on the file by hand: numbers that are wrong in the events themselves."""
    connection.execute(RENUMBERED)
    connection.execute("DELETE FROM visitors")
    connection.execute("INSERT INTO visitors SELECT site_id, visitor_id, visitor_number FROM numbers")
    connection.execute(
        "UPDATE events SET visitor_number = numbers.visitor_number FROM numbers"
        " WHERE numbers.site_id = events.site_id AND numbers.visitor_id = events.visitor_id"
    )
