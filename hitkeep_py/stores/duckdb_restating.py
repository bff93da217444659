"""Stored columns brought to another form: each set of values that there is looked at once, then its events changed.

What is derived from the events is made anew then, in the same transaction.
"""

from collections.abc import Callable, Iterator, Sequence

import duckdb
import orjson

from hitkeep_py.stores import Restated, Restatement, Values
from hitkeep_py.stores.duckdb_habits import insert_statement
from hitkeep_py.stores.summaries import rebuild

RECORD = "INSERT INTO restatements SELECT count(*) + 1, ?, ?, ?, ? FROM restatements"
READ_AT_ONCE = 50_000
PUT_AT_ONCE = 10_000


def restate(
    connection: duckdb.DuckDBPyConnection, restatement: Restatement, now: int, tell: Callable[[str], None]
) -> Restated:
    """Within the caller's transaction."""
    changed = list(changes(connection, restatement, tell))
    events = 0
    if changed:
        tell(f"{len(changed):,} values change")
        events = changed_events(connection, restatement.columns, changed)
        tell(f"{events:,} events changed; making the sessions anew")
        rebuild(connection)
    connection.execute(RECORD, [restatement.name, now, len(changed), events])
    return Restated(restatement.name, now, len(changed), events)


def changes(
    connection: duckdb.DuckDBPyConnection, restatement: Restatement, tell: Callable[[str], None]
) -> Iterator[tuple[Values, Values]]:
    """Old and new values where they differ."""
    found = connection.execute(f"SELECT DISTINCT {', '.join(restatement.columns)} FROM events")
    read = 0
    while rows := found.fetchmany(READ_AT_ONCE):
        for old in rows:
            new = restatement.restate(old)
            if new != old:
                yield old, new
        read += len(rows)
        if read > READ_AT_ONCE:
            tell(f"{read:,} values read")


def changed_events(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[str], changed: Sequence[tuple[Values, Values]]
) -> int:
    places = range(len(columns))
    names = [*(f"old_{place}" for place in places), *(f"new_{place}" for place in places)]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE restated ({', '.join(f'{name} VARCHAR' for name in names)})")
    put = insert_statement(names, [], "restated")
    for start in range(0, len(changed), PUT_AT_ONCE):
        rows = changed[start : start + PUT_AT_ONCE]
        columns_of_rows = zip(*((*old, *new) for old, new in rows), strict=True)
        connection.execute(put, [orjson.dumps(dict(zip(names, columns_of_rows, strict=True))).decode()])
    updates = ", ".join(f"{name} = restated.new_{place}" for place, name in enumerate(columns))
    same = " AND ".join(
        f"events.{name} IS NOT DISTINCT FROM restated.old_{place}" for place, name in enumerate(columns)
    )
    found = connection.execute(f"UPDATE events SET {updates} FROM restated WHERE {same}").fetchall()
    connection.execute("DROP TABLE restated")
    return int(found[0][0])
