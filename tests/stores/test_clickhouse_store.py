"""What is particular to ClickHouse: its address, its errors, values that look like SQL, repeated and lost inserts."""

import re
import socket
import sys
import threading
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

import hitkeep_py.stores
from hitkeep_py import config
from hitkeep_py.analytics import CLICKHOUSE_LIBRARY, Analytics
from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.config import Settings
from hitkeep_py.data_directory import DataDirectory
from hitkeep_py.errors import (
    AnalyticsError,
    DataDirectoryError,
    InvalidInput,
    QueryBusy,
    QueryTimeout,
    SettingError,
    StoreUnavailable,
)
from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.overview import overview
from hitkeep_py.stores.clickhouse import ClickHouseStore, memory_settings, translated
from hitkeep_py.stores.clickhouse_address import Address, read_address
from hitkeep_py.stores.clickhouse_parameters import named, with_types
from hitkeep_py.stores.duckdb import DuckDBStore
from hitkeep_py.stores.migrations.clickhouse import MIGRATIONS
from hitkeep_py.stores.recent_sessions import Recency
from tests.engines import chdb, clickhouse_store, connect_to_chdb, drop, emptied_store, new_database
from tests.fake_clock import FakeClock
from tests.product import lookups, served
from tests.stored_events import SITE, START
from tests.tiers import NEEDS_CHDB

pytestmark = NEEDS_CHDB


@pytest.fixture
def store() -> Iterator[ClickHouseStore]:
    with emptied_store() as opened:
        yield opened


@pytest.fixture
def own_store() -> Iterator[ClickHouseStore]:
    """A store whose tables a test may spoil."""
    with clickhouse_store() as opened:
        yield opened


@pytest.fixture(scope="module")
def asked() -> Iterator[ClickHouseStore]:
    """A store that is only asked."""
    with clickhouse_store() as opened:
        opened.append(columns(2), 2)
        yield opened


def columns(count: int = 1, first: int = 1, **values: Any) -> dict[str, list[Any]]:
    one = {"site_id": SITE, "time": START, "kind": "event", "name": "x", "visitor_id": 1, "session_id": 1, **values}
    return {"event_id": list(range(first, first + count)), **{name: [value] * count for name, value in one.items()}}


def numbers_of(store: ClickHouseStore) -> list[int]:
    return [number for (number,) in store.select("SELECT event_id FROM events ORDER BY event_id")]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("clickhouse://db.example", Address("db.example", 8123, "default", "default", "")),
        ("clickhouse://ann:s3cret@db.example:8124/hits", Address("db.example", 8124, "hits", "ann", "s3cret")),
        ("clickhouses://db.example/hits/", Address("db.example", 8443, "hits", "default", "", secure=True)),
        ("clickhouse://a%40b:p%2F%3A%40@[::1]:8123/h_1", Address("::1", 8123, "h_1", "a@b", "p/:@")),
        ("clickhouse://h/x?backup_disk=b%201", Address("h", 8123, "x", "default", "", backup_disk="b 1")),
    ],
)
def test_an_address_is_read(url: str, address: Address) -> None:
    assert read_address(url) == address
    assert "s3cret" not in repr(read_address(url))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "must be like"),
        ("db.example", "must be like"),
        ("http://db.example:8123", "must be like"),
        ("clickhouse://ann:s3cret@db.example:port/x", "must be like"),
        ("clickhouse://ann:s3cret@db.example:99999", "must be like"),
        ("clickhouse://ann:s3/cret@db.example", "must be like"),
        ("clickhouse:///hits", "no host"),
        ("clickhouse://ann:s3cret@db.example:9000/hits", "native protocol"),
        ("clickhouses://ann:s3cret@db.example:9440/hits", "native protocol"),
        ("clickhouse://ann:s3cret@db.example/hits?secure=1", "must end"),
        ("clickhouse://ann:s3cret@db.example/hits?backup_disk", "must be like"),
        ("clickhouse://ann:s3cret@db.example/a/b", "one name"),
        ("clickhouse://ann:s3cret@db.example/a`b", "one name"),
    ],
)
def test_a_wrong_address_is_explained_without_its_password(url: str, message: str) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        read_address(url)
    assert "s3" not in caught.value.message


@pytest.fixture
def nowhere() -> Iterator[int]:
    """A port on which nobody listens."""
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        yield unused.getsockname()[1]


def test_the_product_says_that_the_server_of_its_setting_is_away(nowhere: int, tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path), store=f"clickhouse://ann:s3cret@127.0.0.1:{nowhere}/hits")
    for _ in range(2):
        with pytest.raises(DataDirectoryError, match=f"kept at 127.0.0.1:{nowhere}, which cannot be used") as caught:
            Analytics.open(settings, "a test")
        assert "s3cret" not in caught.value.message
        assert DataDirectory(tmp_path).holder() is None
    assert not (tmp_path / "events.duckdb").exists()


def test_without_the_library_the_setting_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("hitkeep_py.stores.clickhouse")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(hitkeep_py.stores, "clickhouse", raising=False)
    monkeypatch.setitem(sys.modules, "clickhouse_connect", None)
    with pytest.raises(SettingError, match=rf"-m pip install '{re.escape(CLICKHOUSE_LIBRARY)}'"):
        Analytics.open(Settings(data_dir=str(tmp_path), store="clickhouse://h/x"), "a test")


def test_the_library_to_install_is_that_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["optional-dependencies"]["clickhouse"] == [CLICKHOUSE_LIBRARY]


@pytest.mark.parametrize("wrong", ["postgres://ann:s3cret@h/x", "s3cret", "http://ann:s3cret@h"])
def test_the_setting_is_never_shown(wrong: str) -> None:
    for flags, environment in (({"store": wrong}, {}), ({}, {"HITKEEP_STORE": wrong})):
        with pytest.raises(SettingError, match="store = ") as caught:
            config.load(flags, environment)
        assert "s3cret" not in str(caught.value)
    settings = config.load({"store": "clickhouse://ann:s3@cret@h:8123/hits"}, {})
    assert "cret" not in repr(settings)
    assert settings.store_name == "clickhouse://h:8123/hits"
    assert Settings().store_name == "events.duckdb"


def test_the_product_runs_over_clickhouse(store: ClickHouseStore, tmp_path: Path) -> None:
    clock = FakeClock()
    settings = Settings(store="clickhouse://ann:s3cret@h/hits")
    analytics = Analytics(settings, clock, None, Catalog(None, clock), store, lookups())
    analytics._start()
    with served(analytics, clock) as product:
        site = product.add_site("example.com")
        for path in ("/", "/", "/pricing"):
            sent = product.requests.post("/ingest", b'{"path": "%s"}' % path.encode(), BROWSER)
            assert sent.status == 202
            clock.advance(60)
        assert product.stored("path", site) == [("/",), ("/",), ("/pricing",)]
        found = analytics.answer(overview, Query(site.id, TimeRange(0, clock.now_ms())))
        assert (found.visitors, found.sessions, found.pageviews) == (1, 1, 3)
        assert analytics.health()["store"] == "clickhouse://h/hits"
        with pytest.raises(StoreUnavailable, match="no backup disk"):
            analytics.backup(tmp_path / "copy")
        assert list(tmp_path.iterdir()) == []
        analytics.catalog.sites.remove(site.id)
        clock.advance(3)
        analytics.delete_removed_sites()
        analytics.writer.run(lambda: None).result(10)
        assert product.stored("path", site) == []


BROWSER = [(b"origin", b"https://example.com"), (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")]


def test_sessions_go_on_after_a_restart(store: ClickHouseStore) -> None:
    store.append(columns(1, country="DE", session_id=5, session_key=77), 1)
    ((looked_up, visitor, session, key, first, last, newest, user, *attributes),) = store.recent_sessions(
        Recency(1_000, 0, 10, 100)
    )
    assert (looked_up, visitor, session, key, first, last, newest, user) == (1, 1, 5, 77, START, START, 1, None)
    assert attributes[SESSION_ATTRIBUTES.index("country")] == "DE"


def test_a_server_that_is_away_is_a_store_that_is_unavailable(nowhere: int) -> None:
    address = Address("127.0.0.1", nowhere, "hits", "ann", "s3cret")
    with pytest.raises(StoreUnavailable, match="ClickHouse failed") as caught:
        ClickHouseStore(address.connect, address.database)
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (159, QueryTimeout),
        (202, QueryBusy),
        (241, StoreUnavailable),
        (396, InvalidInput),
        (516, SettingError),
        (None, StoreUnavailable),
    ],
)
def test_errors_of_the_server_have_our_names(code: int | None, kind: type[AnalyticsError]) -> None:
    with pytest.raises(kind) as caught, translated():
        raise DatabaseError("DB::Exception: something\nwith a stack", code=code)
    assert "stack" not in caught.value.message


def test_a_memory_limit_must_be_one() -> None:
    assert memory_settings("2GB")["max_memory_usage"] == 2 * 10**9
    with pytest.raises(SettingError, match="512MB"):
        memory_settings("much")


def test_a_question_that_needs_too_much_memory_fails_alone() -> None:
    with clickhouse_store(memory_limit="20MB") as store:
        with pytest.raises(StoreUnavailable, match="memory"):
            store.select("SELECT groupArray(number) FROM numbers(10000000)")
        assert store.select("SELECT 1") == [(1,)]


def test_placeholders_are_named_and_typed_but_not_within_texts_names_and_comments() -> None:
    sql = """SELECT ?, '?''?\\'?', "a?b", `c?` /* ? */ FROM x -- ?\nWHERE y IN (?, ?) AND z = ?"""
    values = ["a", 2**64 - 1, None, [1, 2]]
    assert with_types(sql, values) == (
        """SELECT {p0:String}, '?''?\\'?', "a?b", `c?` /* ? */ FROM x -- ?\n"""
        "WHERE y IN ({p1:UInt64}, {p2:Nullable(Nothing)}) AND z = {p3:Array(Int64)}"
    )
    assert named(values) == {"p0": "a", "p1": 2**64 - 1, "p2": None, "p3": [1, 2]}
    assert named(()) is None


@pytest.mark.parametrize(("sql", "values"), [("SELECT ?", ()), ("SELECT ?", (1, 2)), ("SELECT ?", (object(),))])
def test_values_must_fit_their_placeholders(sql: str, values: tuple[object, ...], asked: ClickHouseStore) -> None:
    with pytest.raises(StoreUnavailable, match=r"values|value of type"):
        asked.select(sql, values)


@pytest.mark.parametrize("text", ["'; DROP TABLE events; --", "\\'; --", "{p0:String}", "') OR 1=1 --", "\\N", "%(x)s"])
def test_values_that_look_like_sql_are_values(text: str, store: ClickHouseStore) -> None:
    store.append(columns(name=text), 1)
    store.append(columns(first=2, name="other"), 2)
    assert store.select("SELECT event_id, name FROM events WHERE name = ?", [text]) == [(1, text)]
    assert store.select("SELECT event_id FROM events WHERE name IN (?, ?)", [text, text]) == [(1,)]
    assert store.select("SELECT event_id FROM events WHERE has(?, name)", [[text, "none"]]) == [(1,)]


@pytest.mark.parametrize("values", [["a'b", None], [1, 2**64 - 1], [uuid.UUID(SITE)], [True], [], [0.5]])
def test_lists_and_ids_are_values_too(values: list[Any], asked: ClickHouseStore) -> None:
    assert asked.select("SELECT ?", [values]) == [(values,)]


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE events",
        "ALTER TABLE events DELETE WHERE 1",
        "INSERT INTO events SELECT * FROM events",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "SELECT 1 SETTINGS readonly = 0",
        "SET max_memory_usage = 0",
        "",
    ],
)
def test_a_question_only_reads_and_only_the_database(sql: str, asked: ClickHouseStore) -> None:
    with pytest.raises(StoreUnavailable):
        asked.select(sql)
    assert numbers_of(asked) == [1, 2]


@pytest.mark.parametrize(
    "broken", [{"scroll_depth": 256}, {"path": "\ud800"}, {"path": 5}, {"value": "much"}, {"time": None}]
)
def test_values_that_do_not_fit_are_refused(broken: dict[str, Any], store: ClickHouseStore) -> None:
    with pytest.raises(StoreUnavailable):
        store.append(columns(2, **broken), 2)
    incomplete = columns(2)
    del incomplete["visitor_id"]
    with pytest.raises(StoreUnavailable, match="without visitor_id"):
        store.append(incomplete, 2)
    assert (numbers_of(store), store.position()) == ([], 0)


def test_a_portion_sent_twice_is_stored_once(store: ClickHouseStore) -> None:
    for _ in range(3):
        store.append(columns(3), 3)
    store.append(columns(2, first=4), 5)
    store.append(columns(3), 3)
    assert (numbers_of(store), store.position()) == ([1, 2, 3, 4, 5], 5)


def test_an_empty_portion_moves_the_position(store: ClickHouseStore) -> None:
    store.append(columns(0), 4)
    assert (numbers_of(store), store.position()) == ([], 4)


def test_a_portion_of_any_size_is_one_part_of_the_table(store: ClickHouseStore) -> None:
    count = 20_000
    store.append(columns(count, props="x" * 2000), count)
    parts = chdb().query(
        "SELECT count() FROM system.parts WHERE active AND table = 'events' AND database = {name:String}",
        parameters={"name": store.database},
    )
    assert parts.result_rows == [(1,)]
    assert store.position() == count


class LosingClient:
    """A client whose insert is stored although its answer is lost, and that tells what it was asked to kill."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.inserts: list[str] = []
        self.killed: list[str] = []

    def insert(self, *arguments: Any, **keywords: Any) -> None:
        self.inserts.append(keywords["settings"]["query_id"])
        self.client.insert(*arguments, **keywords)
        raise OperationalError("the connection was lost")

    def command(self, sql: str, parameters: dict[str, Any]) -> None:
        assert sql.startswith("KILL QUERY")
        self.killed.append(parameters["query_id"])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


def test_after_a_lost_answer_the_insert_is_ended_before_the_position_is_told(store: ClickHouseStore) -> None:
    losing: Any = LosingClient(connect_to_chdb({}))
    losing.client.database = store.database
    whole, store._client = store._client, losing
    with pytest.raises(StoreUnavailable, match="connection was lost"):
        store.append(columns(3), 3)
    assert losing.killed == []
    assert store.position() == 3
    assert losing.killed == losing.inserts
    assert store.position() == 3
    assert len(losing.killed) == 1
    losing.client.close()
    store._client = whole
    store.append(columns(3), 3)
    assert numbers_of(store) == [1, 2, 3]


def test_events_and_position_are_there_when_the_database_is_opened_again() -> None:
    database = new_database()
    for position in (2, 4):
        with closing(ClickHouseStore(connect_to_chdb, database)) as store:
            store.append(columns(2, first=position - 1), position)
    with closing(ClickHouseStore(connect_to_chdb, database)) as store:
        assert (numbers_of(store), store.position()) == ([1, 2, 3, 4], 4)
    drop(database)


def test_a_change_cut_short_is_applied_again(own_store: ClickHouseStore) -> None:
    own_store.append(columns(2), 2)
    chdb().command(f"TRUNCATE TABLE {own_store.database}.migrations SYNC")
    own_store.reopen()
    assert numbers_of(own_store) == [1, 2]
    done = [(number, name) for number, name, _ in MIGRATIONS]
    assert own_store.select("SELECT number, name FROM migrations ORDER BY number") == done


def test_a_database_of_a_newer_version_is_refused(own_store: ClickHouseStore) -> None:
    chdb().command(f"INSERT INTO {own_store.database}.migrations VALUES (99, 'of a newer version')")
    with pytest.raises(DataDirectoryError, match="newer"):
        own_store.reopen()
    with pytest.raises(StoreUnavailable, match="closed"):
        own_store.select("SELECT 1")


def test_the_events_have_the_columns_that_duckdbs_have(store: ClickHouseStore) -> None:
    duckdb = DuckDBStore(None, memory_limit="64MB")
    theirs = duckdb.select("SELECT column_name FROM duckdb_columns() WHERE table_name = 'events'")
    duckdb.close()
    ours = chdb().query(
        "SELECT name FROM system.columns WHERE table = 'events' AND database = {name:String}",
        parameters={"name": store.database},
    )
    assert {name for (name,) in ours.result_rows} - {"inbox_position"} == {name for (name,) in theirs} - {
        "visitor_number"
    }


def test_deleted_rows_leave_the_files(store: ClickHouseStore) -> None:
    store.append(columns(3), 3)
    store.delete_site(SITE)
    rows = "SELECT sum(rows) FROM system.parts WHERE active AND table = 'events' AND database = {name:String}"
    for _ in range(100):
        left = chdb().query(rows, parameters={"name": store.database}).result_rows[0][0]
        if not left:
            break
        threading.Event().wait(0.05)
    assert not left


def test_a_backup_needs_a_disk_of_the_server(tmp_path: Path) -> None:
    with clickhouse_store() as store, pytest.raises(StoreUnavailable, match="no backup disk"):
        store.backup(tmp_path / "events.duckdb")
    with clickhouse_store(backup_disk="it's \\ none") as store, pytest.raises(StoreUnavailable, match="backup"):
        store.backup(tmp_path / "events.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_many_threads_ask_while_one_writes(store: ClickHouseStore) -> None:
    answers: list[list[tuple[Any, ...]]] = []

    def ask() -> None:
        answers.extend(store.select("SELECT count(*), ? FROM events", [number]) for number in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for position in range(1, 6):
        store.append(columns(first=position), position)
    for thread in threads:
        thread.join()
    assert sorted(number for ((_, number),) in answers) == sorted([*range(10)] * 4)
    assert numbers_of(store) == [1, 2, 3, 4, 5]
