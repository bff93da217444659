"""Reads everything in a data directory that no process uses, and tells what is damaged."""

import sqlite3
from contextlib import closing
from pathlib import Path

from hitkeep_py.data_directory import DataDirectory
from hitkeep_py.errors import DataDamaged, Unavailable
from hitkeep_py.ingest.inbox_file import open_database
from hitkeep_py.shortage import sqlite_damage, unusable_sqlite
from hitkeep_py.stores.duckdb import DuckDBStore


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
