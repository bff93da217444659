"""The embedded store: all or nothing, limits on questions, closed to the world outside its file."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hitkeep_py.errors import AnalyticsError, DataDamaged, DataDirectoryError, QueryTimeout, StoreUnavailable
from hitkeep_py.event import EVENT_FIELDS
from hitkeep_py.stores.duckdb import DuckDBStore
from hitkeep_py.stores.duckdb_schema import apply_from
from hitkeep_py.stores.migrations.duckdb import MIGRATIONS
from tests.stored_events import OTHER_SITE, SITE, START, store_rows

HEAVY = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE hash(a.range, b.range) = 1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(path, memory_limit="128MB")
    yield opened
    opened.close()


def columns(count: int = 1, first: int = 1, **values: Any) -> dict[str, list[Any]]:
    """`count` events, all alike."""
    one = {"site_id": SITE, "time": START, "kind": "event", "name": "x", "visitor_id": 1, "session_id": 1, **values}
    return {"event_id": list(range(first, first + count)), **{name: [value] * count for name, value in one.items()}}


def count_of(store: DuckDBStore) -> int:
    return int(store.select("SELECT count(*) FROM events")[0][0])


def test_every_field_of_an_event_comes_back_as_it_was(store: DuckDBStore) -> None:
    kept: dict[str, Any] = {name: f"{name} ä\x00😀'\"\\" for name in EVENT_FIELDS if name not in NOT_STORED}
    kept |= {"user_id": 2**64 - 1, "value": -0.1, "revenue": -(2**53), "scroll_depth": 100, "engagement_ms": 2**32 - 1}
    kept["passive"] = 1
    numbers = {"time": START + 1, "visitor_id": 2**64 - 1, "session_id": 2**63}
    store.append(columns(**{**kept, **numbers}), 1)
    names = ", ".join(kept)
    assert store.select(f"SELECT {names} FROM events") == [tuple(kept.values())]
    assert store.select("SELECT epoch_us(time) // 1000, visitor_id, session_id, site_id::VARCHAR FROM events") == [
        (START + 1, 2**64 - 1, 2**63, SITE)
    ]


NOT_STORED = ("site_id", "time", "visitor_id", "previous_visitor_id", "anonymous_visitor_id", "session_key")


def test_missing_columns_are_null(store: DuckDBStore) -> None:
    store.append(columns(3), 3)
    assert store.select("SELECT DISTINCT path, props, country FROM events") == [(None, None, None)]
    assert count_of(store) == 3


@pytest.mark.parametrize(
    "broken",
    [
        {"site_id": "no id"},
        {"site_id": None},
        {"kind": None},
        {"visitor_id": -1},
        {"time": "yesterday"},
        {"session_id": None},
    ],
)
def test_an_append_is_all_or_nothing(broken: dict[str, Any], store: DuckDBStore) -> None:
    store.append(columns(2), 2)
    bad = columns(3, first=3)
    for name, value in broken.items():
        bad[name][-1] = value
    with pytest.raises(StoreUnavailable):
        store.append(bad, 5)
    assert (count_of(store), store.position()) == (2, 2)
    store.append(columns(1, first=3), 3)
    assert (count_of(store), store.position()) == (3, 3)


def test_a_transaction_that_was_left_open_fails_one_append_only(store: DuckDBStore) -> None:
    store._connection.execute("BEGIN")
    with pytest.raises(StoreUnavailable):
        store.append(columns(), 1)
    store.append(columns(), 1)
    assert count_of(store) == 1


def test_position_and_events_survive_opening_again(path: Path, store: DuckDBStore) -> None:
    assert store.position() == 0
    store.append(columns(10), 10)
    store.reopen()
    assert (count_of(store), store.position()) == (10, 10)
    store.append(columns(1, first=11), 11)
    assert store.position() == 11


def test_version_changes_with_what_is_stored_and_only_then(store: DuckDBStore) -> None:
    versions = [store.version()]
    store.select("SELECT 1")
    assert store.version() == versions[0]
    store.append(columns(), 1)
    versions.append(store.version())
    store.delete_site(SITE)
    versions.append(store.version())
    assert len(set(versions)) == 3


def test_deleting_a_site_deletes_its_events_only(store: DuckDBStore) -> None:
    store.append(columns(5), 5)
    store.append(columns(2, first=6, site_id=OTHER_SITE), 7)
    assert store.delete_site(SITE) == 5
    assert store.delete_site(SITE) == 0
    assert store.select("SELECT DISTINCT site_id::VARCHAR FROM events") == [(OTHER_SITE,)]
    assert store.position() == 7


def test_a_question_that_takes_too_long_is_stopped_and_others_are_not(store: DuckDBStore) -> None:
    started = time.perf_counter()
    with pytest.raises(QueryTimeout):
        store.select(HEAVY, timeout=0.1)
    assert time.perf_counter() - started < 3
    store.append(columns(), 1)
    assert store.select("SELECT count(*) FROM events", timeout=5) == [(1,)]


def test_a_question_whose_time_is_over_before_it_begins_ends_as_well(store: DuckDBStore) -> None:
    for _ in range(20):
        with pytest.raises(QueryTimeout):
            store.select(HEAVY, timeout=1e-6)


def test_a_question_that_is_wrong_is_not_a_timeout(store: DuckDBStore) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        store.select("SELECT nothing FROM nowhere", timeout=5)
    assert not isinstance(caught.value, QueryTimeout)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "COPY events TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.duckdb' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "PRAGMA lock_configuration = false",
        "EXPORT DATABASE '/tmp/stolen'",
    ],
)
@pytest.mark.parametrize("in_memory", [False, True])
def test_sql_reaches_nothing_outside_the_database(sql: str, in_memory: bool, store: DuckDBStore) -> None:
    asked = DuckDBStore(None) if in_memory else store
    with pytest.raises(StoreUnavailable):
        asked.select(sql)
    if in_memory:
        asked.close()


def test_a_backup_opens_as_a_store(tmp_path: Path, path: Path) -> None:
    backups = tmp_path / "it's a folder"
    backups.mkdir()
    store = DuckDBStore(path, backups=backups)
    store.append(columns(10), 10)
    store.backup(backups / "events.duckdb")
    store.append(columns(1, first=11), 11)
    store.close()
    copy = DuckDBStore(backups / "events.duckdb")
    assert (count_of(copy), copy.position()) == (10, 10)
    copy.append(columns(1, first=11), 11)
    copy.close()


def test_a_store_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    DuckDBStore(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO migrations VALUES (99, 'of a newer version')")
    for _ in range(2):
        with pytest.raises(DataDirectoryError, match="newer"):
            DuckDBStore(path)


@pytest.mark.parametrize("harm", ["NULL", "1", "visitor_number + event_id"])
def test_rebuilding_repairs_the_numbers_of_visitors(harm: str, store: DuckDBStore, path: Path) -> None:
    store_rows(store, SITE, *({"visitor_id": visitor, "session_id": visitor} for visitor in (5, 6, 5, 7)))
    store.close()
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"UPDATE events SET visitor_number = {harm}")
    harmed = DuckDBStore(path)
    assert harmed.rebuild_summaries() == 3
    wanted = [(5, 1), (6, 2), (7, 3)]
    for table in ("events", "visitors", "sessions"):
        question = f"SELECT DISTINCT visitor_id, visitor_number FROM {table} ORDER BY visitor_id"
        assert harmed.select(question) == wanted
    harmed.close()


def test_a_new_store_is_what_all_migrations_make_of_nothing(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE migrations (number INTEGER NOT NULL, name VARCHAR NOT NULL)")
        apply_from(connection, 0)
    migrated, new = DuckDBStore(path), DuckDBStore(None)
    for question in (
        "SELECT table_name, column_index, column_name, data_type, is_nullable, column_default FROM duckdb_columns()"
        " WHERE NOT internal ORDER BY ALL",
        "SELECT table_name, constraint_text FROM duckdb_constraints() ORDER BY ALL",
        "SELECT view_name FROM duckdb_views() WHERE NOT internal",
        "SELECT index_name FROM duckdb_indexes()",
        "SELECT sequence_name FROM duckdb_sequences()",
        "FROM migrations ORDER BY ALL",
        "FROM inbox_position",
    ):
        assert new.select(question) == migrated.select(question), question
    migrated.close()
    new.close()


@pytest.mark.parametrize("done", range(1, len(MIGRATIONS)))
def test_a_store_of_any_version_comes_to_the_schema_of_a_new_one(done: int, path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE migrations (number INTEGER NOT NULL, name VARCHAR NOT NULL)")
        for number, name, statements in MIGRATIONS[:done]:
            for statement in statements:
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?)", [number, name])
    upgraded, new = DuckDBStore(path), DuckDBStore(None)
    for table in ("events", "sessions", "visitors", "inbox_position"):
        assert upgraded.select(f"DESCRIBE {table}") == new.select(f"DESCRIBE {table}")
    upgraded.close()
    new.close()


def test_a_store_of_an_older_version_gets_numbers_and_sessions(path: Path) -> None:
    """Schema 2 knew neither; what its events get is what they would have got by now."""
    rows = [(number, SITE, 1 + number // 3, 10 + number // 3, f"/{number}") for number in range(1, 9)]
    rows.append((9, SITE, 3, 11, "/other"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE migrations (number INTEGER NOT NULL, name VARCHAR NOT NULL)")
        for number, name, statements in MIGRATIONS[:2]:
            for statement in statements:
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?)", [number, name])
        for row in rows:
            connection.execute(
                "INSERT INTO events (event_id, site_id, time, kind, visitor_id, session_id, path, source, country)"
                " VALUES ($1, $2, epoch_ms($1), 'pageview', $3, $4, $5,"
                " if($1 % 2 = 0, 'source-' || $1, NULL), 'C' || $1)",
                row,
            )
    store = DuckDBStore(path)
    numbers = store.select("SELECT visitor_id, visitor_number FROM events ORDER BY event_id")
    sessions = store.select("SELECT * FROM sessions ORDER BY session_id")
    assert dict(numbers) == {1: 1, 2: 2, 3: 3}
    assert store.select("SELECT DISTINCT country, source FROM events ORDER BY country") == [
        ("C1", None),
        ("C3", None),
        ("C6", "source-6"),
        ("C9", None),
    ], "all events of a session have what its first event said, and another visitor has another session"
    assert len(sessions) == 4
    assert store.rebuild_summaries() == 4
    assert store.select("SELECT * FROM sessions ORDER BY session_id") == sessions
    store_rows(store, SITE, {"visitor_id": 1, "event_id": 10}, {"visitor_id": 7, "event_id": 11})
    assert store.select("SELECT visitor_number FROM events WHERE event_id > 9 ORDER BY event_id") == [(1,), (4,)]
    store.close()


@pytest.mark.parametrize("content", [b"not a database" * 1000, b"\x00" * 50_000, b"x"])
def test_a_file_that_is_no_store_is_named_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DataDamaged, match=r"events\.duckdb"):
        DuckDBStore(path)
    assert path.read_bytes() == content


def test_a_duckdb_file_of_something_else_is_refused_in_our_words(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE migrations (version VARCHAR)")
    with pytest.raises(AnalyticsError):
        DuckDBStore(path)


def test_a_closed_store_answers_with_our_errors(path: Path) -> None:
    store = DuckDBStore(path)
    store.close()
    for call in (lambda: store.select("SELECT 1"), lambda: store.append(columns(), 1), store.checkpoint):
        with pytest.raises(StoreUnavailable):
            call()
    store.reopen()
    store.append(columns(), 1)
    assert count_of(store) == 1
    store.close()
