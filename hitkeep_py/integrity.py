"""Reads everything in a data directory that no process uses, and tells what is damaged."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hitkeep_py.data_directory import DataDirectory
from hitkeep_py.errors import AnalyticsError, DataDamaged, InvalidInput, NotFound, Unavailable
from hitkeep_py.ingest.inbox_file import open_database
from hitkeep_py.shortage import sqlite_damage, unusable_sqlite
from hitkeep_py.stores.duckdb import DuckDBStore

TABLE = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
SALTS = "SELECT count(*) FROM salts"
SITES, USERS = "SELECT count(*) FROM sites", "SELECT count(*) FROM users"
WAITING = "SELECT coalesce(sum(min(events, position - ?)), 0) FROM groups WHERE position > ?"


@dataclass(frozen=True, slots=True)
class Contents:
    """How much there is; events that still wait in the inbox count."""

    sites: int
    users: int
    events: int


def contents(directory: DataDirectory) -> Contents:
    """Of a directory without problems that no process uses. Raises Unavailable, DataDirectoryError."""
    store = DuckDBStore(directory.events)
    try:
        stored, position = store.select("SELECT count(*) FROM events")[0][0], store.position()
    finally:
        store.close()
    try:
        sites, users = (number(directory.catalog, sql, mode="rw") for sql in (SITES, USERS))
        return Contents(sites, users, stored + number(directory.inbox, WAITING, (position, position), "rw"))
    except sqlite3.Error as error:
        raise unusable_sqlite(directory.path, error) from error


def why_no_backup(directory: DataDirectory) -> AnalyticsError | None:
    """None for a backup, and for files that cannot be read, whose problems tell more."""
    needed = directory.events, directory.catalog, directory.inbox
    if not all(each.exists() for each in needed):
        return NotFound(f"{directory.path} is not a backup: it needs events.duckdb, catalog.sqlite and inbox.sqlite")
    try:
        for file, table in ((directory.catalog, "sites"), (directory.inbox, "groups")):
            if not number(file, TABLE, (table,)):
                return NotFound(f"{directory.path} is not a backup: {file.name} in it is of something else")
        if number(directory.catalog, SALTS):
            return InvalidInput(
                f"{directory.path} is a data directory, not a backup. Back it up, and restore that: "
                f"`analytics backup TARGET --data-dir {directory.path}`"
            )
    except sqlite3.Error:
        pass
    return None


def number(path: Path, sql: str, parameters: Sequence[object] = (), mode: str = "ro") -> int:
    """Read-only it changes nothing, and may leave an empty log beside the file. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True)) as connection:
        return int(connection.execute(sql, parameters).fetchone()[0])


def problems(directory: DataDirectory, *, events_elsewhere: bool = False) -> list[str]:
    """One sentence for each damaged file, or for files that do not fit together; [] when all is well.

    Raises DataDirectoryError, Unavailable when it cannot be told, as when memory runs out.
    """
    found = [text for text in (sqlite_problem(directory.catalog), sqlite_problem(directory.inbox)) if text]
    if events_elsewhere:
        return found
    if not directory.events.exists():
        return [*found, f"{directory.events} is missing"]
    try:
        stored = verified_position(directory.events)
        found += gap_problem(directory.inbox, stored) if not found else []
    except DataDamaged as error:
        found.append(error.problem)
    except Unavailable as error:
        if not error.damaged:
            raise
        found.append(error.message)
    return found


def sqlite_problem(path: Path) -> str | None:
    if not path.exists():
        return f"{path} is missing"
    try:
        with closing(sqlite3.connect(path)) as connection:
            answer = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        if not sqlite_damage(error):
            raise unusable_sqlite(path, error) from error
        return f"{path} cannot be read: {error}"
    return None if answer == "ok" else f"{path} is damaged: {answer}"


def verified_position(path: Path) -> int:
    """The store's inbox position, after every stored value was read: DuckDB checks each block's checksum."""
    store = DuckDBStore(path)
    try:
        columns = [
            name for (name,) in store.select("SELECT column_name FROM duckdb_columns() WHERE table_name = 'events'")
        ]
        store.select("SELECT " + ", ".join(f"min(hash({name}))" for name in columns) + " FROM events")
        return store.position()
    finally:
        store.close()


def gap_problem(path: Path, stored: int) -> list[str]:
    try:
        connection = open_database(path)
        try:
            oldest, newest = connection.execute("SELECT min(position - events), max(position) FROM groups").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise unusable_sqlite(path, error) from error
    if (newest or 0) < stored:
        return ["inbox.sqlite is older than events.duckdb: accepted events and idempotency keys may be gone from it"]
    if (oldest or 0) > stored:
        return [f"events.duckdb lacks {oldest - stored} events that had been stored: its files were cut or are older"]
    return []
