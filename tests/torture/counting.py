"""A process of its own that reads an event store's file with DuckDB alone, without the product."""

import json
import sys

import duckdb


def names(path: str) -> dict[str, int]:
    """How often each event name is stored; nothing in a store that was killed before it had a table."""
    with duckdb.connect(path, read_only=False) as connection:
        if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'events'").fetchall():
            return {}
        return dict(connection.execute("SELECT name, count(*) FROM events GROUP BY name").fetchall())


if __name__ == "__main__":
    json.dump(names(sys.argv[1]), sys.stdout)
