"""Rows as a Parquet file, written by DuckDB in memory."""

from collections.abc import Sequence
from pathlib import Path

from hitkeep_py.errors import StoreUnavailable

MEMORY_LIMIT = "128MB"
ROW_GROUP_BYTES = "8MB"
"""A row group is in memory as a whole. With DuckDB's 122,880 rows of any size, 15,000 large events were too many."""
SENT_AS = {"TIMESTAMP_MS": "BIGINT"}
"""Times come as UTC milliseconds."""


def write_parquet(source: Path, target: Path, columns: Sequence[tuple[str, str]]) -> None:
    """From lines of JSON, compressed by gzip: objects whose keys are c0, c1, ... for the columns in order.

    `columns` are names, which may come from outside, and types, which may not. Raises StoreUnavailable.
    """
    # Imported here: it takes 130 ms, which files of other kinds and their names do not need.
    import duckdb  # noqa: PLC0415

    types = ", ".join(f"c{number}: '{SENT_AS.get(kind, kind)}'" for number, (_, kind) in enumerate(columns))
    named = ", ".join(
        f"{'epoch_ms' if kind in SENT_AS else ''}(c{number})::{kind} AS {identifier(name)}"
        for number, (name, kind) in enumerate(columns)
    )
    try:
        with duckdb.connect(":memory:") as connection:
            run = connection.execute
            run(f"SET memory_limit = '{MEMORY_LIMIT}'")
            run("SET temp_directory = ''")
            # DuckDB limits bytes only where rows may change places; one thread that reads one file keeps their order.
            run("SET threads = 1")
            run("SET preserve_insertion_order = false")
            run("SET allowed_paths = [?, ?]", [str(source), str(target)])
            run("SET enable_external_access = false")
            run("SET lock_configuration = true")
            rows = f"read_json(?, format = 'newline_delimited', compression = 'gzip', columns = {{{types}}})"
            options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE_BYTES '{ROW_GROUP_BYTES}'"
            run(f"COPY (SELECT {named} FROM {rows}) TO {text(str(target))} ({options})", [str(source)])
    except duckdb.Error as error:
        raise StoreUnavailable(f"the Parquet file could not be written: {error}") from error


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
