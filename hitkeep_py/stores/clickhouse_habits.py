"""What ClickHouse is asked beyond plain SQL, tried at the start; it reads and stores nothing."""

from collections.abc import Sequence

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from hitkeep_py.errors import EngineUnfit, StoreUnavailable
from hitkeep_py.query.clickhouse_dialect import ClickHouseDialect
from hitkeep_py.stores.clickhouse_parameters import named, with_types
from hitkeep_py.stores.engine_check import COLUMNS, KEPT, Check, failures, of_dialect
from hitkeep_py.text import first_line

NOT_NOW = (159, 160, 202, 209, 210, 241)
"""Error codes of ClickHouse for time, number of questions, network and memory."""
DIALECT = ClickHouseDialect()
LATER = Check(
    "times less milliseconds",
    f"SELECT toUnixTimestamp64Milli(subtractMilliseconds({DIALECT.moment()}, ?))",
    (1_500, 500),
    [[1_000]],
)


def check_engine(client: Client) -> None:
    """In two questions. Raises EngineUnfit, naming the versions of server and library and what fails."""

    def ask(sql: str, parameters: Sequence[object]) -> list[tuple[object, ...]]:
        try:
            result = client.query(with_types(sql, parameters), parameters=named(parameters))
        except DatabaseError as error:
            if isinstance(error, OperationalError) or getattr(error, "code", None) in NOT_NOW:
                raise StoreUnavailable(f"ClickHouse failed: {first_line(error)}") from error
            raise
        return [tuple(row) for row in result.result_rows]

    failing = failures((LATER, *of_dialect(DIALECT, f"({ROWS}) AS checked", GIVEN)), ask, (DatabaseError,))
    if failing:
        raise EngineUnfit(f"{engine_name(client)} does not do what is needed of it: {'; '.join(failing)}")


def engine_name(client: Client) -> str:
    return f"ClickHouse {client.server_version}, asked by clickhouse-connect {clickhouse_connect.__version__},"


def column(name: str) -> str:
    return f"{DIALECT.moment() if name == 'time' else '?'} AS {name}"


ROWS = " UNION ALL ".join([f"SELECT {', '.join(map(column, COLUMNS))}"] * KEPT)
GIVEN = [values[row] for row in range(KEPT) for values in COLUMNS.values()]
