"""A process of its own that reads an event store's file with DuckDB alone, without the product."""

import json
import sys

import duckdb


def names(path: str) -> dict[str, int]:
    with duckdb.connect(path, read_only=False) as connection:
        return dict(connection.execute("SELECT name, count(*) FROM events GROUP BY name").fetchall())


if __name__ == "__main__":
    json.dump(names(sys.argv[1]), sys.stdout)
