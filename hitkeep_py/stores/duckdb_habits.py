"""What the store asks of DuckDB beyond plain SQL, in one place, and what shows at the start whether it still works.

Patches have broken such things: 2.0.1 lost `epoch_ms` of a TIMESTAMP_MS. What questions ask is DuckDBDialect's.
"""

import sys
from collections.abc import Sequence

import duckdb

from hitkeep_py.errors import EngineUnfit
from hitkeep_py.query.dialect import DuckDBDialect
from hitkeep_py.stores.engine_check import COLUMNS, Check, failures, of_dialect, rows

DIALECT = DuckDBDialect()
ENGINE = f"DuckDB {duckdb.__version__}"
LOWEST_VERSION = "2.0.0"
"""The lowest that pyproject.toml allows; tests run with it."""

STORED_TYPES = {
    "event_id": "BIGINT",
    "site_id": "UUID",
    "visitor_id": "UBIGINT",
    "session_id": "UBIGINT",
    "session_key": "UBIGINT",
    "crossed_visitor_id": "UBIGINT",
    "user_id": "UBIGINT",
    "visitor_number": "INTEGER",
    "value": "DOUBLE",
    "revenue": "BIGINT",
    "scroll_depth": "UTINYINT",
    "engagement_ms": "UINTEGER",
    "passive": "UTINYINT",
}


def insert_statement(varying: Sequence[str], constant: Sequence[str], table: str = "events") -> str:
    """One INSERT: values of the constant columns as parameters, then a JSON object with a list for each varying one."""
    lists = ", ".join(f'"{name}": ["{sent_type(name)}"]' for name in varying)
    values = [stored_value(name, f"unnest(sent.{name})") for name in varying]
    values += [stored_value(name, f"?::{sent_type(name)}") for name in constant]
    return (
        f"INSERT INTO {table} ({', '.join([*varying, *constant])}) SELECT {', '.join(values)}"
        f" FROM (SELECT from_json(?, '{{{lists}}}') AS sent)"
    )


def sent_type(name: str) -> str:
    return "BIGINT" if name == "time" else STORED_TYPES.get(name, "VARCHAR")


def stored_value(name: str, value: str) -> str:
    return from_milliseconds(value) if name == "time" else value


def from_milliseconds(number: str) -> str:
    return f"epoch_ms({number})"


def earlier(time: str) -> str:
    """A time less milliseconds from a parameter."""
    return f"{time} - to_milliseconds(?)"


def among(column: str, kind: str) -> str:
    """Whether a column is in the list of a parameter."""
    return f"{column} IN (SELECT unnest(?::{kind}[]))"


def temporary_table(name: str, question: str) -> str:
    return f"CREATE OR REPLACE TEMP TABLE {name} AS {question}"


def check_engine(connection: duckdb.DuckDBPyConnection) -> None:
    """Try all of it on temporary tables. Raises EngineUnfit, naming the version and what fails; duckdb.Error."""

    def ask(sql: str, parameters: Sequence[object]) -> list[tuple[object, ...]]:
        return connection.execute(sql, list(parameters)).fetchall()

    failing = failures((*HABITS, *of_dialect(DIALECT, SCRATCH)), ask, REFUSALS)
    connection.execute(f"DROP TABLE IF EXISTS {SCRATCH}; DROP TABLE IF EXISTS {SCRATCH}_of_sites")
    if failing:
        raise EngineUnfit(
            f"{ENGINE} does not do what is needed of it: {'; '.join(failing)}. The data is untouched. Install a version"
            f" that does, such as: {sys.executable} -m pip install 'duckdb=={LOWEST_VERSION}'"
        )


def check_engine_in_memory() -> None:
    with duckdb.connect(":memory:") as connection:
        check_engine(connection)


REFUSALS = (duckdb.DataError, duckdb.ProgrammingError, duckdb.NotSupportedError, duckdb.InternalError)
SCRATCH = "engine_check"
SITE = "00000000-0000-0000-0000-000000000001"
HABITS = (
    Check(
        "temporary tables",
        f"CREATE OR REPLACE TEMP TABLE {SCRATCH} (event_id BIGINT, time TIMESTAMP_MS, visitor_id UBIGINT,"
        " visitor_number INTEGER, path VARCHAR, props VARCHAR, label VARCHAR, value DOUBLE, site_id UUID)",
    ),
    Check(
        "inserting lists of JSON",
        insert_statement([name for name in COLUMNS if name != "site_id"], ["site_id"], SCRATCH),
        (SITE, rows()),
    ),
    Check(
        "temporary tables of a question",
        temporary_table(f"{SCRATCH}_of_sites", f"SELECT site_id, max(time) AS last FROM {SCRATCH} GROUP BY site_id"),
    ),
    Check(
        "rows of a list",
        f"SELECT rowid, CAST(site_id AS VARCHAR) FROM {SCRATCH} WHERE {among('visitor_id', 'UBIGINT')}"
        f" AND time >= {earlier(f'(SELECT last FROM {SCRATCH}_of_sites)')}",
        ([2, 7], 1),
        [[1, SITE], [2, SITE]],
    ),
    Check(
        "deleting rows of a list",
        f"DELETE FROM {SCRATCH} WHERE {among('rowid', 'BIGINT')}",
        ([2],),
        [[1]],
    ),
)
