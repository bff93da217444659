"""Runs the real `analytics` with its connections watched, so that faults happen at exact stages.

The product has no failpoints on purpose. Here sqlite3 and duckdb connections report every statement before and after
it runs, and so do the acknowledgement and the HTTP answer. What happens then is in `stages`.
"""

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import duckdb

import hitkeep_py.ingest.batch as batch_module
import hitkeep_py.ingest.inbox as inbox_module
import hitkeep_py.server.ingest as ingest_module
import hitkeep_py.stores.duckdb as store_module
from hitkeep_py.cli import guarded_protocol, main
from hitkeep_py.ingest.batch import Waiter
from hitkeep_py.ingest.inbox import Inbox
from tests.torture.stages import PLANS, reach, step_of

CAPACITY_VARIABLE = "TORTURE_CAPACITY"
CHECKPOINT_VARIABLE = "TORTURE_CHECKPOINT_SIZE"
OPENED_VARIABLE = "TORTURE_OPENED_FILES"
PATIENCE_VARIABLE = "TORTURE_WAITING_SECONDS"
SLOW_QUESTION_VARIABLE = "TORTURE_SLOW_QUESTIONS"
SLOW_SQL = "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b"
BREAKING = [each for each in PLANS if each.action == "break_store"]
Result = TypeVar("Result")


def watched(label: str, sql: str, run: Callable[[], Result], break_store: Callable[[], None] | None = None) -> Result:
    step = step_of(sql)
    reach(f"{label}.statement")
    if step:
        reach(f"{label}.before_{step}", break_store)
    result = run()
    if step:
        reach(f"{label}.after_{step}", break_store)
    reach(f"{label}.statement")
    return result


class WatchedSQLite(sqlite3.Connection):
    """Reports its statements under the name of its file: inbox or catalog."""

    label = "sqlite"

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        return watched(self.label, sql, lambda: super(WatchedSQLite, self).execute(sql, parameters))

    def executescript(self, script: str) -> sqlite3.Cursor:
        cursor = self.cursor()
        statement = ""
        for line in script.splitlines(keepends=True):
            statement += line
            if statement.strip() and sqlite3.complete_statement(statement):
                cursor = self.execute(statement)
                statement = ""
        return cursor


def watch_sqlite() -> None:
    connect = sqlite3.connect

    def connect_watched(database: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(database, *arguments, factory=WatchedSQLite, **options)
        assert isinstance(connection, WatchedSQLite)
        connection.label = Path(str(database)).stem
        return connection

    sqlite3.connect = connect_watched  # type: ignore[assignment]


class WatchedDuckDB:
    """Stands before the store's writing connection. Cursors for reading report `store.select`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Any = None) -> Any:
        if sql.startswith("SET lock_configuration"):
            self._unlock_breaking()
        return watched("store", sql, lambda: self._connection.execute(sql, parameters), self.break_store)

    def cursor(self) -> Any:
        reach("store.select", self.break_store)
        cursor = self._connection.cursor()
        return SlowCursor(cursor) if SLOW_QUESTION_VARIABLE in os.environ else cursor

    def break_store(self) -> None:
        """Make DuckDB itself declare its instance dead, as a failing checkpoint does."""
        with suppress(duckdb.Error), self._connection.cursor() as cursor:
            cursor.execute("CREATE OR REPLACE TEMP TABLE anything AS SELECT 1")
            cursor.execute("FORCE CHECKPOINT")

    def close(self) -> None:
        self._connection.close()

    def _unlock_breaking(self) -> None:
        """Once: the instance that is opened after the dead one must be sound."""
        if BREAKING:
            BREAKING.clear()
            self._connection.execute("SET debug_checkpoint_abort = 'before_truncate'")


class SlowCursor:
    """A reading cursor whose questions on sessions take for ever, in the real engine."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def execute(self, sql: str, parameters: Any = None) -> Any:
        if "FROM sessions" in sql:
            return self._cursor.execute(SLOW_SQL)
        return self._cursor.execute(sql, parameters)

    def interrupt(self) -> None:
        self._cursor.interrupt()

    def close(self) -> None:
        self._cursor.close()


def watch_duckdb() -> None:
    connect = store_module._connect

    def connect_watched(path: Path | None) -> Any:
        reach("store.connect")
        connection = connect(path)
        if size := os.environ.get(CHECKPOINT_VARIABLE):
            connection.execute(f"SET wal_autocheckpoint = '{size}'")
        return WatchedDuckDB(connection)

    store_module._connect = connect_watched


def watch_answers() -> None:
    acknowledge, respond = batch_module.acknowledge, ingest_module.respond

    def acknowledge_watched(waiters: list[Waiter]) -> None:
        reach("acknowledge.before")
        acknowledge(waiters)
        reach("acknowledge.after")

    async def respond_watched(*arguments: Any) -> None:
        reach("answer.before")
        await respond(*arguments)
        reach("answer.after")

    inbox_module.acknowledge = acknowledge_watched  # type: ignore[attr-defined]
    ingest_module.respond = respond_watched  # type: ignore[assignment]


def shrink_queue() -> None:
    if capacity := os.environ.get(CAPACITY_VARIABLE):
        defaults = Inbox.__init__.__kwdefaults__
        assert defaults is not None
        defaults["capacity"] = int(capacity)


def shorten_patience() -> None:
    """So that a short test need not wait the ten seconds that a client may take."""
    if seconds := os.environ.get(PATIENCE_VARIABLE):
        guarded_protocol.REQUEST_SECONDS = float(seconds)
        guarded_protocol.READING_SECONDS = float(seconds)


def record_opened_files() -> None:
    """Write down every file that Python code opens; DuckDB's own opening does not pass here."""
    if name := os.environ.get(OPENED_VARIABLE):
        target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

        def note(event: str, arguments: tuple[Any, ...]) -> None:
            if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
                os.write(target, os.fsencode(arguments[0]) + b"\n")

        sys.addaudithook(note)


def watch_renames() -> None:
    """Python tells before it renames a file."""

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.rename":
            reach("rename")

    if any(each.stage == "rename" for each in PLANS):
        sys.addaudithook(note)


if __name__ == "__main__":
    watch_renames()
    record_opened_files()
    shrink_queue()
    shorten_patience()
    watch_sqlite()
    watch_duckdb()
    watch_answers()
    main()
