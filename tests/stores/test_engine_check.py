"""The check of an engine at the start: it passes here, and names what a version has lost."""

from pathlib import Path

import duckdb
import pytest

from hitkeep_py.errors import EngineUnfit
from hitkeep_py.stores.clickhouse_habits import DIALECT
from hitkeep_py.stores.clickhouse_habits import check_engine as check_clickhouse
from hitkeep_py.stores.duckdb import DuckDBStore
from hitkeep_py.stores.duckdb_habits import LOWEST_VERSION, check_engine, check_engine_in_memory
from tests.engines import chdb
from tests.stored_events import SITE, store_rows
from tests.tiers import NEEDS_CHDB

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_installed_duckdb_does_what_is_needed() -> None:
    check_engine_in_memory()


@NEEDS_CHDB
def test_the_embedded_clickhouse_does_what_is_needed() -> None:
    check_clickhouse(chdb())


@pytest.mark.parametrize(
    ("lost", "what"),
    [
        ("epoch_us(time) AS CAST('lost' || time AS BIGINT)", r"times in milliseconds \(Conversion Error"),
        ("epoch_ms(time) AS error('gone')", r"inserting lists of JSON \(.*gone"),
        ("to_milliseconds(number) AS error('gone')", r"rows of a list \(gave \[\] instead"),
        ("json_keys(text) AS ['one']", "keys of properties"),
        ("json_extract_string(text, path) AS '3'", r"values of properties \(gave \[\['3'\]\] instead of \[\['2'\]\]"),
        ("lower(text) AS text", "small letters"),
        ("regexp_matches(text, pattern) AS true", "regular expressions"),
        ("arg_max(value, place) AS max(value)", "latest values"),
        ("bit_count(bits) AS 7", "counting visitors.*visitors met again"),
    ],
)
def test_what_duckdb_has_lost_is_named_with_its_version(lost: str, what: str) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE MACRO {lost}")
        with pytest.raises(EngineUnfit, match=what) as caught:
            check_engine(connection)
    assert f"DuckDB {duckdb.__version__} does not do" in caught.value.message
    assert f"pip install 'duckdb=={LOWEST_VERSION}'" in caught.value.message


def test_a_store_whose_engine_is_unfit_is_not_called_damaged_and_opens_again_with_a_fit_one(tmp_path: Path) -> None:
    path = tmp_path / "events.duckdb"
    store = DuckDBStore(path)
    store_rows(store, SITE, {"name": "kept"})
    store.close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE MACRO epoch_us(time) AS CAST('lost' || time AS BIGINT)")
    with pytest.raises(EngineUnfit, match="The data is untouched") as caught:
        DuckDBStore(path)
    assert "backup" not in caught.value.message
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP MACRO epoch_us")
    store = DuckDBStore(path)
    assert store.select("SELECT name FROM events") == [("kept",)]
    store.close()


@NEEDS_CHDB
def test_what_clickhouse_has_lost_is_named_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(DIALECT), "lowered", lambda self, text: f"lostFunction({text})")
    with pytest.raises(EngineUnfit, match=r"ClickHouse [\d.]+, .*small letters \(.*lostFunction"):
        check_clickhouse(chdb())


def test_the_version_that_is_advised_is_the_lowest_that_may_be_installed() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"duckdb>={LOWEST_VERSION}"' in text
