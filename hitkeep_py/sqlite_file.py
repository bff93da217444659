"""How files of SQLite are opened that this process writes."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from hitkeep_py.shortage import unusable_sqlite

LOCK_SECONDS = 5


def open_sqlite(path: Path | None, prepare: Callable[[sqlite3.Connection], object]) -> sqlite3.Connection:
    """For any thread, without transactions of its own; closed again when `prepare` fails. None: in memory.

    Every commit is synced. Raises DataDirectoryError when it cannot be used, DataDamaged when it cannot be read.
    """
    try:
        connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False, timeout=LOCK_SECONDS
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            prepare(connection)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise unusable_sqlite(path, error) from error
    return connection
