"""The engine for more than one machine: a ClickHouse server, asked over HTTP, or chdb within the process for tests.

An insert of one block into one partition is all or nothing, and there is no transaction around two. So each event
carries the inbox position that its portion reached, and the newest of these is the store's position.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from hitkeep_py.errors import (
    DataDirectoryError,
    InvalidInput,
    QueryBusy,
    QueryTimeout,
    SettingError,
    StoreUnavailable,
)
from hitkeep_py.query.clickhouse_dialect import ClickHouseDialect
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.stores import MOST_ANSWER_ROWS, RESTATED, Columns, Restated, Restatement
from hitkeep_py.stores.clickhouse_address import Address, read_address
from hitkeep_py.stores.clickhouse_habits import check_engine
from hitkeep_py.stores.clickhouse_parameters import named, with_types
from hitkeep_py.stores.clickhouse_restating import RECORD_COLUMNS, place, restate
from hitkeep_py.stores.migrations.clickhouse import MIGRATIONS
from hitkeep_py.stores.recent_sessions import Recency, recent_sessions
from hitkeep_py.text import first_line

log = logging.getLogger(__name__)

MEGABYTES = {"MB": 10**6, "GB": 10**9}

# Error codes of ClickHouse.
TIMEOUT_CODES = (159, 160)
BUSY_CODES = (202,)
TOO_MANY_ROWS_CODES = (396,)
REFUSED_CODES = (192, 193, 194, 497, 516)

# What the library raises when a value does not fit the type of its column.
UNSENDABLE = (ValueError, TypeError, AttributeError)

SETTINGS: dict[str, Any] = {
    # SQL as DuckDB and the standard mean it: NULL where nothing was found, columns before aliases of the same name.
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
    "cast_keep_nullable": 1,
    "union_default_mode": "DISTINCT",
    "prefer_column_name_to_alias": 1,
    "session_timezone": "UTC",
    "cancel_http_readonly_queries_on_client_close": 1,
    "max_query_size": 1_048_576,
}
INSERT_SETTINGS: dict[str, Any] = {
    # One block whatever its size, stored when the answer comes.
    "async_insert": 0,
    "min_insert_block_size_rows": 1_000_000,
    "min_insert_block_size_bytes": 0,
}
APPEND = "hitkeep-append-"
BACKUP_FILE = "events.clickhouse.sql"

AMONG = "event_id IN (?)"

QUESTION = re.compile(r"[\s(]*(SELECT|WITH)\b", re.IGNORECASE)

Connect = Callable[[dict[str, Any]], Client]


def open_clickhouse(url: str, memory_limit: str) -> "ClickHouseStore":
    """Raises SettingError for a wrong address or a refused user, DataDirectoryError when nobody answers there."""
    address = read_address(url)
    with out_of_reach(address):
        return ClickHouseStore(
            address.connect, address.database, memory_limit=memory_limit, backup_disk=address.backup_disk
        )


def check_clickhouse(url: str) -> None:
    """Raises what `open_clickhouse` raises, EngineUnfit among it; makes nothing there."""
    address = read_address(url)
    with out_of_reach(address), translated(), closing(address.connect(dict(SETTINGS))) as client:
        check_engine(client)


@contextmanager
def out_of_reach(address: Address) -> Iterator[None]:
    try:
        yield
    except StoreUnavailable as error:
        raise DataDirectoryError(
            f"the events are kept at {address.host}:{address.port}, which cannot be used: {error.message}"
        ) from error


class ClickHouseStore:
    """`backup_disk` is the name of a disk for backups in the server's configuration (`backups.allowed_disk`)."""

    def __init__(
        self, connect: Connect, database: str, *, memory_limit: str = "512MB", backup_disk: str | None = None
    ) -> None:
        self.database = database
        self._connect = connect
        self._settings = {**SETTINGS, **memory_settings(memory_limit)}
        self._backup_disk = backup_disk
        self._client: Client | None = None
        self._version = 0
        self._types: dict[str, str] = {}
        self._unsure: str | None = None
        self.dialect: Dialect = ClickHouseDialect()
        self._open()

    def append(self, columns: Mapping[str, list[Any]], position: int) -> None:
        """One insert, so events and position are stored together or not at all.

        The same portion sent again within the table's window is not stored again: the position is its token.
        """
        self._settle()
        present = {name: values for name, values in columns.items() if name in self._types}
        count = len(columns["event_id"])
        if not count:
            self._keep_position(position)
            return
        check_present(present, self._types)
        present["inbox_position"] = [position] * count
        self._insert(present, position)
        self._version += 1

    def position(self) -> int:
        self._settle()
        newest = "SELECT max(inbox_position) AS position FROM events UNION ALL SELECT max(position) FROM kept_position"
        return int(self.select(f"SELECT coalesce(max(position), 0) FROM ({newest})")[0][0])

    def select(
        self, sql: str, parameters: Sequence[object] = (), timeout: float | None = None
    ) -> list[tuple[Any, ...]]:
        limits: dict[str, Any] = {"max_execution_time": timeout} if timeout else {}
        limits |= {"max_result_rows": MOST_ANSWER_ROWS, "result_overflow_mode": "throw"}
        started = time.monotonic()
        try:
            return self._rows(sql, parameters, limits)
        except (StoreUnavailable, QueryTimeout) as error:
            if timeout and (isinstance(error, QueryTimeout) or time.monotonic() - started > timeout):
                raise QueryTimeout(
                    f"the question took longer than {timeout:g} seconds (query_timeout) and was stopped"
                ) from error
            raise

    def _rows(self, sql: str, parameters: Sequence[object], limits: dict[str, Any]) -> list[tuple[Any, ...]]:
        if not QUESTION.match(sql):
            raise StoreUnavailable("the event store answers SELECT and nothing else here")
        with self._asking() as client:
            settings = {"readonly": 1, **limits}
            result = client.query(with_types(sql, parameters), parameters=named(parameters), settings=settings)
            return [tuple(row) for row in result.result_rows]

    @contextmanager
    def snapshot(self) -> Iterator["ClickHouseSnapshot"]:
        """The server holds no state across questions: what is stored meanwhile shows in the later ones."""
        yield ClickHouseSnapshot(self, self._version)

    def recent_sessions(self, recency: Recency) -> Iterator[tuple[Any, ...]]:
        return recent_sessions(self.select, self.dialect, AMONG, recency)

    def rebuild_summaries(self) -> int:
        """Nothing is derived from the events here."""
        sessions = "SELECT DISTINCT site_id, session_id FROM events WHERE flagged IS NULL"
        return int(self.select(f"SELECT count(*) FROM ({sessions})")[0][0])

    def place(self, portions: Iterable[Columns]) -> int:
        with self._asking() as client:
            changed = place(client, portions, self._types)
        self._version += bool(changed)
        return changed

    def restated(self) -> list[Restated]:
        return [Restated(*row) for row in self._rows(RESTATED, [], {})]

    def restate(self, restatement: Restatement, now: int, tell: Callable[[str], None]) -> Restated:
        """What was cut short is done again: of what has its form already nothing changes."""
        with self._asking() as client:
            done = restate(client, restatement, now, tell)
            row = [len(self.restated()) + 1, *done]
            client.insert("restatements", [row], column_names=RECORD_COLUMNS)
        self._version += 1
        return done

    def version(self) -> int:
        """Counts what this process stored; other nodes over the same server do not show in it."""
        return self._version

    def delete_site(self, site_id: str) -> int:
        return self._delete(site_id, "")

    def delete_before(self, site_id: str, before: int) -> int:
        return self._delete(site_id, f" AND time < fromUnixTimestamp64Milli({int(before)}, 'UTC')")

    def delete_user(self, site_id: str, user_id: int) -> int:
        return self._delete(site_id, f" AND (user_id = {int(user_id)} OR visitor_id = {int(user_id)})")

    def _delete(self, site_id: str, more: str) -> int:
        """The rows are hidden at once; the last statement has the server rewrite the files without them."""
        count = int(self.select(f"SELECT count(*) FROM events WHERE site_id = ?::UUID{more}", [site_id])[0][0])
        if count:
            self._keep_position(self.position())
            self._command(f"DELETE FROM events WHERE site_id = {{site:UUID}}{more}", {"site": site_id})
            self._command("ALTER TABLE events APPLY DELETED MASK")
        self._version += 1
        return count

    def forget_crossings(self, before: int) -> None:
        crossed = f"crossed_visitor_id IS NOT NULL AND time < fromUnixTimestamp64Milli({int(before)}, 'UTC')"
        if self.select(f"SELECT count(*) FROM events WHERE {crossed}")[0][0]:
            self._command(
                f"ALTER TABLE events UPDATE crossed_visitor_id = NULL WHERE {crossed} SETTINGS mutations_sync = 1"
            )
        self._version += 1

    def backup(self, target: Path) -> None:
        """Have the server write a backup to its backup disk; a file beside `target` says how to bring it back."""
        if not self._backup_disk:
            raise StoreUnavailable(
                "the events are in ClickHouse, and no backup disk is set: name a disk that the server's configuration"
                " allows for backups (backups.allowed_disk), or back the server up by its own means"
            )
        place = f"Disk('{quoted(self._backup_disk)}', '{quoted(target.parent.name)}-{uuid.uuid4().hex[:8]}.zip')"
        self._command(f"BACKUP DATABASE `{self.database}` TO {place}")
        target.with_name(BACKUP_FILE).write_text(f"RESTORE DATABASE `{self.database}` FROM {place}\n", encoding="utf-8")

    def checkpoint(self) -> None:
        """The server writes its files by itself."""

    def reopen(self) -> None:
        self.close()
        self._open()

    def close(self) -> None:
        client, self._client = self._client, None
        if client:
            with suppress(ClickHouseError):
                client.close()

    def _open(self) -> None:
        with translated():
            client = self._connect(self._settings)
        try:
            with translated():
                check_engine(client)
                self._types = prepare(client, self.database)
        except BaseException:
            client.close()
            raise
        self._client = client
        self._version += 1

    @contextmanager
    def _asking(self) -> Iterator[Client]:
        if self._client is None:
            raise StoreUnavailable("the event store is closed")
        with translated():
            yield self._client

    def _command(self, sql: str, parameters: dict[str, Any] | None = None) -> None:
        with self._asking() as client:
            client.command(sql, parameters=parameters)

    def _insert(self, columns: Mapping[str, list[Any]], position: int) -> None:
        query_id = f"{APPEND}{position}-{uuid.uuid4().hex[:8]}"
        self._unsure = query_id
        with self._asking() as client:
            try:
                client.insert(
                    "events",
                    list(columns.values()),
                    column_names=list(columns),
                    column_type_names=[self._types[name] for name in columns],
                    column_oriented=True,
                    settings={
                        **INSERT_SETTINGS,
                        "insert_deduplication_token": token(columns, position),
                        "query_id": query_id,
                    },
                )
            except UNSENDABLE as error:
                raise StoreUnavailable(f"a value does not fit its column: {error}") from error
        self._unsure = None

    def _settle(self) -> None:
        """End an insert whose answer was lost: from then on it is either stored or never will be."""
        if self._unsure:
            self._command("KILL QUERY WHERE query_id = {query_id:String} SYNC", {"query_id": self._unsure})
            self._unsure = None

    def _keep_position(self, position: int) -> None:
        """A position that outlives its events."""
        with self._asking() as client:
            client.insert("kept_position", [[position]], column_names=["position"], column_type_names=["Int64"])
        self._version += 1


class ClickHouseSnapshot:
    def __init__(self, store: ClickHouseStore, version: int) -> None:
        self.version = version
        self.select = store.select


def prepare(client: Client, database: str) -> dict[str, str]:
    """Make the database and its tables what this version needs; the types of the columns of `events`."""
    known = "SELECT count() FROM system.databases WHERE name = {name:String}"
    if not client.query(known, parameters={"name": database}).result_rows[0][0]:
        client.command(f"CREATE DATABASE IF NOT EXISTS `{database}`")
    client.database = database
    # An insert of a process that was killed may still be running; it must not end after the position was asked for.
    leftover = "query_id LIKE {prefix:String} AND current_database = {name:String}"
    client.command(f"KILL QUERY WHERE {leftover} SYNC", parameters={"prefix": f"{APPEND}%", "name": database})
    migrate(client)
    columns = "SELECT name, type FROM system.columns WHERE database = {name:String} AND table = 'events'"
    rows = client.query(columns, parameters={"name": database}).result_rows
    return {name: re.sub(r"LowCardinality\((.+)\)", r"\1", kind) for name, kind in rows}


def migrate(client: Client) -> None:
    """Apply what is missing, and record each change after it: a change cut short is applied again."""
    client.command(
        "CREATE TABLE IF NOT EXISTS migrations (number Int32, name String) ENGINE = MergeTree ORDER BY number"
    )
    done = client.query("SELECT coalesce(max(number), 0) FROM migrations").result_rows[0][0]
    newest = MIGRATIONS[-1][0]
    if done > newest:
        raise DataDirectoryError(
            f"the ClickHouse database has schema {done}, newer than the {newest} that this version knows;"
            " install a newer version"
        )
    for number, name, statements in MIGRATIONS:
        if number > done:
            for statement in statements:
                client.command(statement)
            client.insert("migrations", [[number, name]], column_names=["number", "name"])
            log.info("ClickHouse: applied migration %d %s", number, name)


def token(columns: Mapping[str, list[Any]], position: int) -> str:
    """By which the server knows the same portion again; position 0 is of no portion, and always stored."""
    numbers = columns["event_id"]
    return f"{position}-{numbers[0]}-{numbers[-1]}" if position else uuid.uuid4().hex


def memory_settings(limit: str) -> dict[str, int]:
    """A question may use so much; it goes to disk before."""
    found = re.fullmatch(r"(\d+)\s*(MB|GB)", limit.upper())
    if not found:
        raise SettingError(f"the memory limit must be like 512MB or 2GB, not {limit}")
    limited = int(found[1]) * MEGABYTES[found[2]]
    return {
        "max_memory_usage": limited,
        "max_bytes_before_external_group_by": limited // 2,
        "max_bytes_before_external_sort": limited // 2,
    }


def check_present(columns: Mapping[str, list[Any]], types: Mapping[str, str]) -> None:
    """What must be there is there, in full; the library would store zeros instead."""
    for name, kind in types.items():
        needed = not kind.startswith("Nullable") and name != "inbox_position"
        if needed and (name not in columns or None in columns[name]):
            raise StoreUnavailable(f"an event without {name} cannot be stored")


def quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except ClickHouseError as error:
        code, text = getattr(error, "code", None), first_line(error)[:500]
        if code in TIMEOUT_CODES:
            raise QueryTimeout(f"ClickHouse stopped the question: {text}") from error
        if code in TOO_MANY_ROWS_CODES:
            raise InvalidInput(
                f"the answer has more than {MOST_ANSWER_ROWS} rows; ask for less at once, or export it"
            ) from error
        if code in BUSY_CODES:
            raise QueryBusy("ClickHouse is answering too many questions at once") from error
        if code in REFUSED_CODES:
            raise SettingError(f"ClickHouse refuses the user of its address: {text}") from error
        raise StoreUnavailable(f"ClickHouse failed: {text}") from error
