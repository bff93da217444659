"""The embedded engine: one DuckDB file, written by one thread, read by a cursor per question.

Its rules were paid for (docs/storage.md): nothing but DuckDB opens the file, every migration ends with a checkpoint,
and after a fatal error the instance is closed and opened again.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import orjson

from hitkeep_py.errors import InvalidInput, QueryTimeout, StoreDead, StoreUnavailable
from hitkeep_py.priority import give_way
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.stores import MOST_ANSWER_ROWS, RESTATED, Columns, Restated, Restatement
from hitkeep_py.stores.duckdb_errors import translated, translating, unusable_store
from hitkeep_py.stores.duckdb_habits import DIALECT, among, check_engine, from_milliseconds, insert_statement
from hitkeep_py.stores.duckdb_restating import restate
from hitkeep_py.stores.duckdb_schema import migrate
from hitkeep_py.stores.recent_sessions import Recency, recent_sessions
from hitkeep_py.stores.summaries import VisitorNumbers, delete_before, delete_user, place, rebuild, renew_sessions

MEMORY = ":memory:"
log = logging.getLogger(__name__)

AMONG = among("event_id", "BIGINT")

STOP_AGAIN_SECONDS = 0.01


class DuckDBStore:
    def __init__(self, path: Path | None, *, memory_limit: str = "512MB", backups: Path | None = None) -> None:
        self.path = path
        self._memory_limit = memory_limit
        self._backups = backups
        self._lock = threading.Lock()
        self._version = 0
        self._names: set[str] = set()
        self._visitors = VisitorNumbers()
        self.dialect: Dialect = DIALECT
        self._open()

    def append(self, columns: Mapping[str, list[Any]], position: int) -> None:
        # One JSON text, a list a column: DuckDB parses it with Python's lock released. 4,000 events of 17 columns took
        # 9.7 µs each, rows instead of columns 10.9, columns of one value as parameters 5.5; lists as parameters 22.
        present = {name: values for name, values in columns.items() if name in self._names}
        with self._writing() as connection:
            numbers = self._visitors.assign(connection, columns["site_id"], columns["visitor_id"])
            self._insert(connection, {**present, "visitor_number": numbers})
            renew_sessions(connection, min(columns["event_id"]), max(columns["event_id"]))
            connection.execute("UPDATE inbox_position SET position = ?", [position])

    def _insert(self, connection: duckdb.DuckDBPyConnection, present: Mapping[str, list[Any]]) -> None:
        alike = {name: values[0] for name, values in present.items() if values.count(values[0]) == len(values)}
        alike.pop("event_id", None)
        varying = {name: values for name, values in present.items() if name not in alike}
        constant = {name: value for name, value in alike.items() if value is not None}
        connection.execute(
            insert_statement(list(varying), list(constant)), [*constant.values(), orjson.dumps(varying).decode()]
        )

    def position(self) -> int:
        return int(self.select("SELECT max(position) FROM inbox_position")[0][0])

    def select(
        self, sql: str, parameters: Sequence[object] = (), timeout: float | None = None
    ) -> list[tuple[Any, ...]]:
        with self.snapshot() as snapshot:
            return snapshot.select(sql, parameters, timeout)

    @contextmanager
    def snapshot(self) -> Iterator["DuckDBSnapshot"]:
        with self._lock:
            cursor = translated(self._connection.cursor)
            version = self._version
            try:
                # A transaction begins with its first question, not with BEGIN.
                translated(lambda: cursor.execute("BEGIN TRANSACTION READ ONLY"))
                translated(lambda: cursor.execute("SELECT position FROM inbox_position").fetchall())
            except BaseException:
                cursor.close()
                raise
        try:
            yield DuckDBSnapshot(cursor, version)
        finally:
            cursor.close()

    def recent_sessions(self, recency: Recency) -> Iterator[tuple[Any, ...]]:
        with self.snapshot() as snapshot:
            yield from recent_sessions(snapshot.select, self.dialect, AMONG, recency)

    def rebuild_summaries(self) -> int:
        self._visitors.forget()
        with self._writing() as connection:
            return rebuild(connection)

    def place(self, portions: Iterable[Columns]) -> int:
        """Each portion in one transaction with the sessions that it concerns."""
        changed = 0
        for columns in portions:
            with self._writing() as connection:
                place(connection, columns)
            changed += len(columns["event_id"])
        return changed

    def restated(self) -> list[Restated]:
        return [Restated(*row) for row in self.select(RESTATED)]

    def restate(self, restatement: Restatement, now: int, tell: Callable[[str], None]) -> Restated:
        self._visitors.forget()
        with self._writing() as connection:
            done = restate(connection, restatement, now, tell)
        if done.events:
            self.checkpoint()
        return done

    def version(self) -> int:
        return self._version

    def delete_site(self, site_id: str) -> int:
        self._visitors.forget()
        with self._writing() as connection:
            connection.execute("DELETE FROM sessions WHERE site_id = ?", [site_id])
            connection.execute("DELETE FROM visitors WHERE site_id = ?", [site_id])
            return int(connection.execute("DELETE FROM events WHERE site_id = ?", [site_id]).fetchall()[0][0])

    def delete_before(self, site_id: str, before: int) -> int:
        self._visitors.forget()
        with self._writing() as connection:
            return delete_before(connection, site_id, before)

    def delete_user(self, site_id: str, user_id: int) -> int:
        self._visitors.forget()
        with self._writing() as connection:
            return delete_user(connection, site_id, user_id)

    def forget_crossings(self, before: int) -> None:
        with self._writing() as connection:
            connection.execute(
                "UPDATE events SET crossed_visitor_id = NULL"
                f" WHERE crossed_visitor_id IS NOT NULL AND time < {from_milliseconds('?')}",
                [before],
            )

    def backup(self, target: Path) -> None:
        with self._lock:
            cursor = translated(self._connection.cursor)
        name = str(target).replace("'", "''")
        source = cursor.execute("SELECT current_database()").fetchall()[0][0]
        try:
            translated(lambda: cursor.execute(f"ATTACH '{name}' AS backup"))
            try:
                translated(lambda: cursor.execute(f'COPY FROM DATABASE "{source}" TO backup'))
            finally:
                translated(lambda: cursor.execute("DETACH backup"))
        finally:
            cursor.close()

    def checkpoint(self) -> None:
        translated(lambda: self._connection.execute("CHECKPOINT"))

    def reopen(self) -> None:
        with suppress(duckdb.Error):  # A dead instance may refuse to close; its handle is dropped all the same.
            self.close()
        self._open()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._connection
        try:
            with translating():
                # Here, so that what an earlier failure left open is rolled back.
                connection.execute("BEGIN")
                yield connection
                with self._lock:  # A version always names the same events.
                    connection.execute("COMMIT")
                    self._version += 1
        except StoreDead:
            self._visitors.forget()
            raise
        except BaseException:
            self._visitors.forget()
            _roll_back(connection)
            raise

    def _open(self) -> None:
        with self._lock:
            # DuckDB's own threads have the priority of the one that opens it.
            with ThreadPoolExecutor(1, initializer=give_way) as opener:
                self._connection = opener.submit(_connect, self.path).result()
            try:
                self._configure()
            except duckdb.Error as error:
                self._connection.close()
                raise unusable_store(self.path, error) from error
            except BaseException:
                self._connection.close()
                raise
        # duckdb_columns() builds a list of the engine's own tables first, which takes 20 ms.
        self._names = {name for name, *_ in self._connection.execute("DESCRIBE events").fetchall()}
        self._version += 1

    def _configure(self) -> None:
        run = self._connection.execute
        run(f"SET memory_limit = '{self._memory_limit}'")
        run("SET autoinstall_known_extensions = false")
        run("SET autoload_known_extensions = false")
        run("SET allow_community_extensions = false")
        run("SET python_enable_replacements = false")
        if self.path:
            check_engine(self._connection)
        migrate(self._connection)
        if self.path:
            temporary = self.path.with_suffix(".tmp")
            run("SET temp_directory = ?", [str(temporary)])
            run("SET max_temp_directory_size = '4GB'")
        else:
            run("SET temp_directory = ''")
        if self._backups:
            run("SET allowed_directories = [?]", [str(self._backups.resolve())])
        run("SET enable_external_access = false")
        run("SET lock_configuration = true")


class DuckDBSnapshot:
    """A read-only transaction of a cursor of its own."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, version: int) -> None:
        self.version = version
        self._cursor = cursor

    def select(
        self, sql: str, parameters: Sequence[object] = (), timeout: float | None = None
    ) -> list[tuple[Any, ...]]:
        stopped, over = threading.Event(), threading.Event()
        timer = threading.Timer(timeout, _stop, (self._cursor, stopped, over)) if timeout else None
        try:
            if timer:
                timer.start()
            rows = translated(lambda: self._cursor.execute(sql, list(parameters)).fetchmany(MOST_ANSWER_ROWS + 1))
        except StoreUnavailable as error:
            if stopped.is_set():
                raise QueryTimeout(
                    f"the question took longer than {timeout:g} seconds (query_timeout) and was stopped"
                ) from error
            raise
        finally:
            over.set()
            if timer:
                timer.cancel()
                timer.join()  # It stops nothing that comes after.
        if len(rows) > MOST_ANSWER_ROWS:
            raise InvalidInput(f"the answer has more than {MOST_ANSWER_ROWS} rows; ask for less at once, or export it")
        return rows


def _connect(path: Path | None) -> duckdb.DuckDBPyConnection:
    if path is None:
        return duckdb.connect(MEMORY)
    try:
        return duckdb.connect(str(path))
    except duckdb.Error as error:
        if "replaying WAL" in str(error) and "default database" in str(error):
            log.warning("events.duckdb: the log could not be replayed on opening; recovering it by attaching")
            _replay_by_attaching(path)
            return duckdb.connect(str(path))
        raise unusable_store(path, error) from error


def stored_position(path: Path) -> int:
    """Of a store that nobody has open, without changing it; 0 where it cannot be read."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return int(connection.execute("SELECT max(position) FROM inbox_position").fetchall()[0][0])
    except duckdb.Error:
        return 0


def stored_restatements(path: Path) -> list[Restated] | None:
    """Of a store that nobody has open, without changing it; None where it cannot be read."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return [Restated(*row) for row in connection.execute(RESTATED).fetchall()]
    except duckdb.CatalogException:  # Of a version that had no such table.
        return []
    except duckdb.Error:
        return None


def _replay_by_attaching(path: Path) -> None:
    """A log with schema changes replays when its database is attached to another (duckdb PR 21608)."""
    name = str(path).replace("'", "''")
    try:
        with duckdb.connect(MEMORY) as connection:
            connection.execute(f"ATTACH '{name}' AS damaged")
            connection.execute("CHECKPOINT damaged")
            connection.execute("DETACH damaged")
    except duckdb.Error as error:
        raise unusable_store(path, error) from error


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        log.debug("nothing to roll back")


def _stop(cursor: duckdb.DuckDBPyConnection, stopped: threading.Event, over: threading.Event) -> None:
    """Again and again: a question that is only about to begin forgets that it was interrupted."""
    stopped.set()
    while not over.wait(STOP_AGAIN_SECONDS):
        with suppress(duckdb.Error):  # The question may have ended this very moment.
            cursor.interrupt()
