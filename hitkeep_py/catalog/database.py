"""The SQLite file under the catalog. Any process may open it, so the CLI works beside a running server."""

import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from hitkeep_py import catalog
from hitkeep_py.catalog.migrations import MIGRATIONS
from hitkeep_py.errors import Conflict, DataDirectoryError, NotFound, Unavailable
from hitkeep_py.shortage import sqlite_damage
from hitkeep_py.sqlite_file import open_sqlite

log = logging.getLogger(__name__)


class Database:
    """One connection behind a lock: catalog questions take well under a millisecond."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._own_changes = 0
        self._connection = open_sqlite(path, prepare)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock, _translating():
            return self._connection.execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self, conflict: str = "this exists already") -> Iterator[sqlite3.Connection]:
        """Changes that happen together. Raises Conflict with the given text when a value must be unique and is
        not, NotFound when what it belongs to is gone, Unavailable when the file cannot be written.
        """
        with self._lock, _translating(conflict):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._own_changes += 1

    def version(self) -> tuple[int, int]:
        """Changes whenever this or another process has changed the catalog."""
        with self._lock, _translating():
            return self._connection.execute("PRAGMA data_version").fetchone()[0], self._own_changes

    def forget_deleted(self) -> bool:
        """Empty the log, so that what was deleted (salts) is in no file any more; secure_delete did the table."""
        with self._lock, _translating():
            return bool(self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)

    def backup(self, target: Path) -> None:
        with _translating(), closing(sqlite3.connect(target)) as copy, self._lock:
            self._connection.backup(copy)

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    migrate(connection)


def migrate(connection: sqlite3.Connection) -> None:
    newest = MIGRATIONS[-1][0]
    connection.execute("BEGIN IMMEDIATE")
    if not schema_of(connection):
        make(connection)
    done = schema_of(connection)
    if done > newest:
        connection.execute("ROLLBACK")
        raise DataDirectoryError(
            f"catalog.sqlite has schema {done}, newer than the {newest} that this version knows; "
            "install a newer version"
        )
    apply_from(connection, done)
    connection.execute("COMMIT")


def schema_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def make(connection: sqlite3.Connection) -> None:
    """What all migrations would make of nothing."""
    for statement in files(catalog).joinpath("schema.sql").read_text("utf-8").split(";\n"):
        connection.execute(statement)


def apply_from(connection: sqlite3.Connection, done: int) -> None:
    """The changes that are missing."""
    for number, name, statements in MIGRATIONS:
        if number > done:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            log.info("catalog.sqlite: applied migration %d %s", number, name)


@contextmanager
def _translating(conflict: str = "") -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        if "FOREIGN KEY" in str(error):
            raise NotFound("what this belongs to was removed meanwhile") from error
        raise Conflict(conflict) from error
    except sqlite3.Error as error:
        raise Unavailable(f"the catalog could not be used: {error}", damaged=sqlite_damage(error)) from error
