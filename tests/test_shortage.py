"""Errors of the system and of libraries: what is short is said in words, damage only where it is known."""

import errno
import sqlite3
from pathlib import Path

import duckdb
import pytest

from hitkeep_py.errors import DataDamaged, DataDirectoryError
from hitkeep_py.shortage import shortage, unusable_sqlite
from hitkeep_py.stores.duckdb_errors import unusable_store

FILE = Path("events.duckdb")


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("what SQLite says")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "memory ran out"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EMFILE, "Too many open files"), "may not open enough files"),
        (RuntimeError("can't start new thread"), "may not start enough threads"),
        (ImportError("x.so: failed to map segment from shared object"), "memory ran out"),
        (duckdb.OutOfMemoryException("Out of Memory Error: Allocation failure"), "memory ran out"),
        (duckdb.IOException('IO Error: Cannot open file "x": Too many open files'), "may not open enough files"),
        (duckdb.IOException('IO Error: Cannot open file "x": Read-only file system'), "read-only"),
        (duckdb.IOException("IO Error: Could not write: No space left on device"), "the disk is full"),
        (duckdb.IOException("IO Error: Could not set lock on file: Conflicting lock"), "held by another process"),
        (
            duckdb.IOException(
                "IO Error: Trying to read a database file with version number 99, but we can only read versions 64-68"
            ),
            "newer version",
        ),
        (of_sqlite(sqlite3.SQLITE_FULL), "the disk is full"),
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), "input/output error"),
        (of_sqlite(sqlite3.SQLITE_BUSY), "held by another process"),
    ],
)
def test_what_is_short_is_said_and_is_no_damage(error: Exception, words: str) -> None:
    assert words in (shortage(error) or "")
    translated = unusable_sqlite if isinstance(error, sqlite3.Error) else unusable_store
    found = translated(FILE, error)  # type: ignore[arg-type]
    assert words in found.message
    assert "untouched" in found.message
    assert "backup" not in found.message


@pytest.mark.parametrize(
    "error",
    [
        duckdb.IOException('The file "x" exists, but it is not a valid DuckDB database file!'),
        duckdb.Error("Corrupt database file: computed checksum 1 does not match stored checksum 2"),
        duckdb.Error('Failure while replaying WAL file "x": Corrupt WAL file: entry at byte position 7'),
        duckdb.IOException('Could not read enough bytes from file "x"'),
    ],
)
def test_damage_of_the_store_is_called_so(error: duckdb.Error) -> None:
    assert isinstance(unusable_store(FILE, error), DataDamaged)


@pytest.mark.parametrize("error", [duckdb.BinderException("no such column"), ValueError("?"), of_sqlite(0)])
def test_what_is_not_known_is_neither(error: Exception) -> None:
    assert shortage(error) is None
    translated = unusable_sqlite if isinstance(error, sqlite3.Error) else unusable_store
    found = translated(FILE, error)  # type: ignore[arg-type]
    assert type(found) is DataDirectoryError
    assert "untouched" in found.message


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB])
def test_damage_of_a_sqlite_file_is_called_so(code: int) -> None:
    assert isinstance(unusable_sqlite(FILE, of_sqlite(code)), DataDamaged)
