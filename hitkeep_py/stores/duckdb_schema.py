"""How a DuckDB file comes to the schema of this version: a new one at once, an old one change by change."""

import logging
from importlib.resources import files

import duckdb

from hitkeep_py.errors import DataDirectoryError
from hitkeep_py.stores import migrations
from hitkeep_py.stores.migrations.duckdb import MIGRATIONS

log = logging.getLogger(__name__)


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a new store from the current schema, or bring an old one up to date; then checkpoint.

    The checkpoint comes before the server listens: schema changes left in the log cannot always be replayed.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER NOT NULL, name VARCHAR NOT NULL)")
    if not schema_of(connection):
        make(connection)
    done = schema_of(connection)
    newest = MIGRATIONS[-1][0]
    if done > newest:
        raise DataDirectoryError(
            f"events.duckdb has schema {done}, newer than the {newest} that this version knows; install a newer version"
        )
    apply_from(connection, done)
    connection.execute("CHECKPOINT")


def schema_of(connection: duckdb.DuckDBPyConnection) -> int:
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchall()[0][0])


def make(connection: duckdb.DuckDBPyConnection) -> None:
    """What all migrations would make of nothing, in a tenth of their time."""
    connection.execute("BEGIN")
    connection.execute(files(migrations).joinpath("duckdb.sql").read_text("utf-8"))
    connection.execute("COMMIT")
    log.info("events.duckdb: made a new store with schema %d", schema_of(connection))


def apply_from(connection: duckdb.DuckDBPyConnection, done: int) -> None:
    """What is missing, each change with its record in one transaction."""
    for number, name, statements in MIGRATIONS:
        if number > done:
            connection.execute("BEGIN")
            for statement in statements:
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?)", [number, name])
            connection.execute("COMMIT")
            log.info("events.duckdb: applied migration %d %s", number, name)
