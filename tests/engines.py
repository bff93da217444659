"""Both engines for tests: DuckDB in memory, and ClickHouse as chdb in memory, started once per run."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client

from hitkeep_py.errors import StoreUnavailable
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.stores import EventStore
from hitkeep_py.stores.clickhouse import ClickHouseStore
from hitkeep_py.stores.duckdb import DuckDBStore
from tests.tiers import NEEDS_CHDB

ENGINES = ["duckdb", pytest.param("clickhouse", marks=NEEDS_CHDB)]
"""For `pytest.mark.parametrize` and the parameters of fixtures."""

NUMBERS = itertools.count(1)
QUICK = {
    # Of few rows most of the time is preparation.
    "max_threads": 1,
    "compile_expressions": 0,
    "compile_aggregate_expressions": 0,
    "compile_sort_description": 0,
}


@dataclass(frozen=True, slots=True)
class Engine:
    store: EventStore

    @property
    def dialect(self) -> Dialect:
        return self.store.dialect


@contextmanager
def opened(name: str) -> Iterator[Engine]:
    """An empty store. Of ClickHouse, one at a time."""
    if name == "duckdb":
        store: EventStore = DuckDBStore(None, memory_limit="256MB")
        try:
            yield Engine(store)
        finally:
            store.close()
    else:
        with emptied_store() as clickhouse:
            yield Engine(clickhouse)


@contextmanager
def emptied_store() -> Iterator[ClickHouseStore]:
    """One and the same store, empty: making a new one takes ten times as long. One at a time."""
    store = kept_store()
    for table in ("events", "kept_position", "restatements"):
        chdb().command(f"TRUNCATE TABLE {store.database}.{table} SYNC")
    yield store
    if store._client is None:
        store.reopen()
    # After an error chdb begins its next answer with what it had of the last one.
    with suppress(StoreUnavailable):
        store.select("SELECT 1")


@cache
def kept_store() -> ClickHouseStore:
    return ClickHouseStore(connect_to_chdb, new_database(), memory_limit="1GB")


@contextmanager
def clickhouse_store(**arguments: Any) -> Iterator[ClickHouseStore]:
    database = new_database()
    store = ClickHouseStore(connect_to_chdb, database, **arguments)
    try:
        yield store
    finally:
        store.close()
        drop(database)


def new_database() -> str:
    return f"test_{next(NUMBERS)}"


def drop(database: str) -> None:
    chdb().command(f"DROP DATABASE IF EXISTS {database}")


def connect_to_chdb(settings: dict[str, Any]) -> Client:
    chdb()
    return clickhouse_connect.get_client(interface="chdb", settings={**settings, **QUICK})


@cache
def chdb() -> Client:
    """What keeps the embedded engine and its data alive; it ends with its last client."""
    return clickhouse_connect.get_client(interface="chdb")
