"""What a system is short of, or does not allow, told from the errors of the system and of libraries."""

import errno
import os
import resource
import sqlite3
from pathlib import Path

from hitkeep_py.errors import DataDamaged, DataDirectoryError
from hitkeep_py.text import first_line

MEMORY = "memory ran out; raise memory_limit, or what this process may have (ulimit -v, the container's limit)"
FILES = "this process may not open enough files; raise the limit, such as with ulimit -n 1024"
THREADS = "this process may not start enough threads; raise the limit (ulimit -u, ulimit -v, the container's limit)"
DISK = "the disk is full"
GROWTH = "the file may not grow (ulimit -f, disk quota)"
PERMISSION = "permission denied"
READ_ONLY = "the file system is read-only"
DISK_ERROR = "the disk reports an input/output error, or a limit on the size of files is reached"
HELD = "it is held by another process"
NEWER = "a newer version of its library wrote it; install that version"

LEAST_ADDRESS_SPACE = 900 * 2**20
"""A report of an empty store needs some 950 MB, most of it reserved only; far below that DuckDB crashes."""

BY_NUMBER = {
    errno.ENOMEM: MEMORY,
    errno.EMFILE: FILES,
    errno.ENFILE: FILES,
    errno.EAGAIN: THREADS,
    errno.ENOSPC: DISK,
    errno.EDQUOT: GROWTH,
    errno.EFBIG: GROWTH,
    errno.EACCES: PERMISSION,
    errno.EPERM: PERMISSION,
    errno.EROFS: READ_ONLY,
    errno.EIO: DISK_ERROR,
}
BY_TEXT = {
    "Could not set lock": HELD,
    "Out of Memory": MEMORY,
    "could not allocate": MEMORY,
    "bad allocation": MEMORY,
    "bad_alloc": MEMORY,
    "failed to map segment": MEMORY,
    "can't start new thread": THREADS,
    "with version number": NEWER,
    "newer version of DuckDB": NEWER,
    "newer DuckDB": NEWER,
    **{os.strerror(number): words for number, words in BY_NUMBER.items()},
}
BY_SQLITE_CODE = {
    sqlite3.SQLITE_NOMEM: MEMORY,
    sqlite3.SQLITE_FULL: DISK,
    sqlite3.SQLITE_PERM: PERMISSION,
    sqlite3.SQLITE_READONLY: PERMISSION,
    sqlite3.SQLITE_AUTH: PERMISSION,
    sqlite3.SQLITE_IOERR: DISK_ERROR,
    sqlite3.SQLITE_BUSY: HELD,
    sqlite3.SQLITE_LOCKED: HELD,
    sqlite3.SQLITE_PROTOCOL: HELD,
}
SQLITE_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def require_address_space() -> None:
    """Raises DataDirectoryError under a limit in which DuckDB may end the process without a word, as with 300 MB."""
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    if most != resource.RLIM_INFINITY and most < LEAST_ADDRESS_SPACE:
        raise DataDirectoryError(
            f"this process may have {most // 2**20} MB of memory, and DuckDB with its threads needs "
            f"{LEAST_ADDRESS_SPACE // 2**20}; raise the limit (ulimit -v). The data is untouched"
        )


def shortage(error: BaseException) -> str | None:
    """In words; None when the error tells of nothing of the kind."""
    if isinstance(error, MemoryError):
        return MEMORY
    if isinstance(error, sqlite3.Error):
        code = sqlite_code(error)
        return no_more_files() if code == sqlite3.SQLITE_CANTOPEN else BY_SQLITE_CODE.get(code)
    if isinstance(error, OSError) and error.errno in BY_NUMBER:
        return BY_NUMBER[error.errno]
    text = str(error)
    return next((words for known, words in BY_TEXT.items() if known in text), None)


def sqlite_code(error: sqlite3.Error) -> int:
    """Without what SQLite adds to it; 0 for an error of Python's own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def no_more_files() -> str | None:
    """SQLite does not say why a file could not be opened."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return BY_NUMBER.get(error.errno or 0)
    return None


def sqlite_damage(error: sqlite3.Error) -> bool:
    return sqlite_code(error) in SQLITE_DAMAGE


def unusable(path: Path | None, error: BaseException, *, damaged: bool) -> DataDirectoryError:
    """The error for a file that could not be opened or read. Damage is said only where it is known."""
    if words := shortage(error):
        return DataDirectoryError(f"cannot use {path}: {words} ({first_line(error)}). The data is untouched")
    if damaged:
        return DataDamaged(f"{path} cannot be read: {first_line(error)}")
    return DataDirectoryError(f"cannot use {path}: {first_line(error)}. The data is untouched")


def unusable_sqlite(path: Path | None, error: sqlite3.Error) -> DataDirectoryError:
    return unusable(path, error, damaged=sqlite_damage(error))
