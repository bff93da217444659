"""The inbox's file: its schema, and opening it without losing a damaged log."""

import logging
import sqlite3
from functools import partial
from pathlib import Path

from hitkeep_py.data_directory import unused
from hitkeep_py.errors import DataDirectoryError
from hitkeep_py.ingest.inbox_log import read_log
from hitkeep_py.shortage import unusable_sqlite
from hitkeep_py.sqlite_file import open_sqlite

log = logging.getLogger(__name__)

MIGRATIONS = (
    """
    CREATE TABLE groups (
        position INTEGER PRIMARY KEY,
        events INTEGER NOT NULL,
        committed_at INTEGER NOT NULL,
        fields TEXT NOT NULL,
        payload BLOB NOT NULL
    );
    CREATE TABLE idempotency_keys (key TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX idempotency_keys_seen_at ON idempotency_keys (seen_at);
    """,
    """
    ALTER TABLE groups ADD COLUMN usage TEXT NOT NULL DEFAULT '[]';
    CREATE TABLE usage (
        month TEXT NOT NULL, site_id TEXT NOT NULL, events INTEGER NOT NULL, PRIMARY KEY (month, site_id)
    ) WITHOUT ROWID;
    CREATE TABLE drops (
        month TEXT NOT NULL, site_id TEXT NOT NULL, reason TEXT NOT NULL, events INTEGER NOT NULL,
        PRIMARY KEY (month, site_id, reason)
    ) WITHOUT ROWID;
    -- In a trigger, so that a group stays one statement: each more costs two waits for the GIL.
    CREATE TRIGGER count_usage AFTER INSERT ON groups BEGIN
        INSERT INTO usage SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(NEW.usage) WHERE true
        ON CONFLICT (month, site_id) DO UPDATE SET events = events + excluded.events;
    END;
    """,
)
"""Changes of the schema in order; a released one is never edited. Their number is the schema's version."""
SCHEMA_VERSION = len(MIGRATIONS)


def open_with_log_checked(path: Path) -> sqlite3.Connection:
    """Keeps a copy of a damaged log and says so, since SQLite would drop its rest, and then the file, silently."""
    log_path = path.with_name(path.name + "-wal")
    frames = read_log(log_path)
    content = log_path.read_bytes() if frames.commits else b""
    connection = open_database(path)
    try:
        known_frames = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
    except sqlite3.Error as error:
        connection.close()
        raise unusable_sqlite(path, error) from error
    if frames.lost_commits(known_frames):
        kept = unused(log_path.with_name(log_path.name + "-damaged"))
        kept.write_bytes(content)
        log.error("inbox.sqlite-wal is damaged: acknowledged events behind the damage are lost. A copy is in %s", kept)
    return connection


def open_database(path: Path | None) -> sqlite3.Connection:
    return open_sqlite(path, partial(prepare, path))


def prepare(path: Path | None, connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise DataDirectoryError(f"{path} was written by a newer version; install that version")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
