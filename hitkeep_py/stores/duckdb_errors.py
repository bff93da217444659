"""DuckDB's errors as ours: what is damaged, what is short, and after what the instance must be opened again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb

from hitkeep_py.errors import DataDirectoryError, StoreDead, StoreUnavailable
from hitkeep_py.shortage import shortage, unusable

Result = TypeVar("Result")

DEADLY = (duckdb.FatalException, duckdb.InternalException, duckdb.ConnectionException)
DAMAGE = (
    "Corrupt database file",
    "Corrupt WAL file",
    "Failure while replaying WAL",
    "not a valid DuckDB database file",
    "Could not read enough bytes",
)
"""Said of a file whose content is wrong, and of nothing else."""


def damaged(error: duckdb.Error) -> bool:
    return shortage(error) is None and any(words in str(error) for words in DAMAGE)


def unusable_store(path: Path | None, error: duckdb.Error) -> DataDirectoryError:
    return unusable(path, error, damaged=damaged(error))


@contextmanager
def translating() -> Iterator[None]:
    try:
        yield
    except DEADLY as error:
        raise StoreDead(f"the event store's instance failed: {error}", damaged=damaged(error)) from error
    except duckdb.Error as error:
        raise StoreUnavailable(f"the event store failed: {error}", damaged=damaged(error)) from error


def translated(call: Callable[[], Result]) -> Result:
    with translating():
        return call()
