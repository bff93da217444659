"""Stored columns brought to another form by one mutation, which looks new values up in a table of its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from clickhouse_connect.driver.client import Client

from hitkeep_py.stores import Columns, Restated, Restatement, Values

RECORD_COLUMNS = ("number", "name", "time", "changed_values", "changed_events")
PUT_AT_ONCE = 50_000
PLACED_AT_ONCE = 500_000
NEW_VALUES = "restated_values"


def restate(client: Client, restatement: Restatement, now: int, tell: Callable[[str], None]) -> Restated:
    columns = restatement.columns
    changed = list(changes(client, restatement))
    events = 0
    if changed:
        tell(f"{len(changed):,} values change")
        put_new_values(client, columns, changed)
        counted = f"SELECT count() FROM events WHERE {concerned('key', key_of(columns))}"
        events = int(client.query(counted).result_rows[0][0])
        put_in_place(client, columns, "key", key_of(columns))
        tell(f"{events:,} events changed")
    return Restated(restatement.name, now, len(changed), events)


def key_of(columns: Sequence[str]) -> str:
    """Of one row's values, none included; as a text, since keys are not Nullable."""
    return f"toJSONString(tuple({', '.join(columns)}))"


def changes(client: Client, restatement: Restatement) -> Iterator[tuple[str, Values]]:
    """The key of the old values, and the new ones where they differ."""
    columns = restatement.columns
    asked = f"SELECT DISTINCT {key_of(columns)}, {', '.join(columns)} FROM events"
    for key, *old in client.query(asked).result_rows:
        new = restatement.restate(tuple(old))
        if new != tuple(old):
            yield key, new


def put_new_values(client: Client, columns: Sequence[str], changed: Sequence[tuple[str, Values]]) -> None:
    make_new_values(client, {"key": "String", **dict.fromkeys(columns, "Nullable(String)")}, "key")
    for start in range(0, len(changed), PUT_AT_ONCE):
        rows = changed[start : start + PUT_AT_ONCE]
        sent: list[list[Any]] = [[key, *new] for key, new in rows]
        client.insert(NEW_VALUES, sent, column_names=["key", *columns])


def place(client: Client, portions: Iterable[Columns], types: Mapping[str, str]) -> int:
    """Change columns of events by number, PLACED_AT_ONCE in each mutation."""
    changed = waiting = 0
    columns: Columns = {}
    for columns in portions:
        if not waiting:
            make_new_values(client, {name: types[name] for name in columns}, "event_id")
        put_columns(client, columns, types)
        waiting += len(columns["event_id"])
        changed += len(columns["event_id"])
        if waiting >= PLACED_AT_ONCE:
            put_by_number(client, columns)
            waiting = 0
    if waiting:
        put_by_number(client, columns)
    return changed


def make_new_values(client: Client, types: Mapping[str, str], key: str) -> None:
    kinds = ", ".join(f"{name} {kind}" for name, kind in types.items())
    client.command(f"DROP TABLE IF EXISTS {NEW_VALUES} SYNC")
    client.command(f"CREATE TABLE {NEW_VALUES} ({kinds}) ENGINE = Join(ANY, LEFT, {key})")


def put_columns(client: Client, columns: Columns, types: Mapping[str, str]) -> None:
    client.insert(
        NEW_VALUES,
        list(columns.values()),
        column_names=list(columns),
        column_type_names=[types[name] for name in columns],
        column_oriented=True,
    )


def put_by_number(client: Client, names: Iterable[str]) -> None:
    put_in_place(client, [name for name in names if name != "event_id"], "event_id", "event_id")


def put_in_place(client: Client, names: Iterable[str], key: str, of_event: str) -> None:
    """The new values of events whose `of_event` is a `key` there; then there are none any more."""
    place = f"{client.database}.{NEW_VALUES}"
    updates = ", ".join(f"{name} = joinGet('{place}', '{name}', {of_event})" for name in names)
    where = concerned(key, of_event)
    client.command(f"ALTER TABLE events UPDATE {updates} WHERE {where} SETTINGS mutations_sync = 2")
    client.command(f"DROP TABLE {NEW_VALUES} SYNC")


def concerned(key: str, of_event: str) -> str:
    return f"{of_event} IN (SELECT {key} FROM {NEW_VALUES})"
