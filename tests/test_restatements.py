"""What earlier versions stored in another form is brought to today's once, in events and what is derived from them."""

import logging
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.cli.doctor import offline_restatements
from hitkeep_py.config import Settings
from hitkeep_py.data_directory import DataDirectory
from hitkeep_py.ingest.inbox import Inbox
from hitkeep_py.ingest.writer import Writer
from hitkeep_py.restatements import RESTATEMENTS, bring_up_to_date, next_start, restate_columns
from hitkeep_py.stores import Restated, Restatement, Values
from hitkeep_py.stores.duckdb import DuckDBStore
from tests.engines import ENGINES, opened
from tests.fake_clock import FakeClock
from tests.product import lookups
from tests.stored_events import OTHER_SITE, SITE, put, store_rows

OLD_PAGES = ("/caf%C3%A9", "/café", None, "//intern/x", "/a#/b?token=secret", "/a")


def loud(values: Values) -> Values:
    source, path = values
    return (source.upper() if source else "NONE" if path == "/a" else None), path


@pytest.mark.parametrize("engine_name", ENGINES)
def test_stored_pages_get_their_form_once(engine_name: str, caplog: pytest.LogCaptureFixture) -> None:
    with opened(engine_name) as engine:
        store, clock = engine.store, FakeClock()
        for site in (SITE, OTHER_SITE):
            store_rows(store, site, *({"kind": "pageview", "path": path} for path in OLD_PAGES))
        version = store.version()
        with caplog.at_level(logging.INFO):
            bring_up_to_date(store, clock)
        pages = [row[0] for row in store.select("SELECT path FROM events ORDER BY event_id")]
        assert pages == 2 * ["/café", "/café", None, "/intern/x", "/a#/b", "/a"]
        assert store.version() > version
        assert store.restated()[0] == ("pages in one spelling", clock.now_ms(), 3, 6)
        assert "pages in one spelling: 6 events, 3 values, changed at" in caplog.text
        done = store.restated()
        clock.advance(10)
        bring_up_to_date(store, clock)
        assert store.restated() == done
        assert len(done) == len(RESTATEMENTS)


@pytest.mark.parametrize("engine_name", ENGINES)
def test_several_columns_are_restated_by_all_of_them_together(engine_name: str) -> None:
    with opened(engine_name) as engine:
        store = engine.store
        rows = [("x", "/a"), (None, "/a"), (None, "/b"), ('it\'s \\ "q"', None), ("X", "/a")]
        store_rows(store, SITE, *({"source": source, "path": path} for source, path in rows))
        store.restate(Restatement("loud", ("source", "path"), loud), 1, logging.info)
        found = store.select("SELECT source, path FROM events ORDER BY event_id")
        assert found == [("X", "/a"), ("NONE", "/a"), (None, "/b"), ('IT\'S \\ "Q"', None), ("X", "/a")]
        assert store.restated()[-1] == ("loud", 1, 3, 3)


def test_sessions_are_made_anew_of_restated_events() -> None:
    store = DuckDBStore(None)
    store_rows(store, SITE, {"kind": "pageview", "path": "//in"}, {"kind": "pageview", "path": "/%6fut"})
    bring_up_to_date(store, FakeClock())
    assert store.select("SELECT entry_page, exit_page, pageviews FROM sessions") == [("/in", "/out", 2)]
    store.close()


def test_columns_are_restated_in_place_as_far_as_they_are_there() -> None:
    columns: dict[str, list[Any]] = {"path": ["//a", None], "name": ["//a", "x"]}
    restate_columns(columns)
    assert columns == {"path": ["/a", None], "name": ["//a", "x"]}


def test_what_an_earlier_version_accepted_is_restated_before_it_is_stored(tmp_path: Path) -> None:
    earlier = Inbox(tmp_path / "inbox.sqlite", FakeClock())
    earlier.start(0)
    put(earlier, "old").result(5)
    earlier.stop()
    earlier.close(0)
    inbox, store = Inbox(tmp_path / "inbox.sqlite", FakeClock()), DuckDBStore(None)
    inbox.start(0)
    writer = Writer(inbox, store, lambda columns: columns.update(name=[f"restated {name}" for name in columns["name"]]))
    writer.start()
    writer.drain()
    put(inbox, "new").result(5)
    writer.drain()
    writer.close()
    inbox.stop()
    assert store.select("SELECT name FROM events ORDER BY event_id") == [("restated old",), ("new",)]
    inbox.close(2)
    store.close()


def test_health_and_doctor_tell_what_has_changed(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "data"))
    Analytics.open(settings, "test").close()
    store = DuckDBStore(tmp_path / "data" / "events.duckdb")
    store_rows(store, SITE, {"kind": "pageview", "path": "//a"})
    with store._writing() as connection:
        connection.execute("DELETE FROM restatements")
    store.close()
    left = {"restated": [], "next_start": "brings 2 columns up to date: language, path"}
    assert offline_restatements(settings, DataDirectory(settings.directory)) == left
    analytics = Analytics.open(settings, "test", FakeClock(), lookups())
    done = ["pages in one spelling: 1 events, 1 values, changed at 2026-11-20T12:00:00.000Z"]
    assert analytics.health()["restated"] == done
    analytics.close()
    assert offline_restatements(settings, DataDirectory(settings.directory)) == {"restated": done}


def test_a_stopped_server_s_store_of_any_version_tells_what_is_left(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path))
    directory = DataDirectory(settings.directory)
    assert offline_restatements(settings, directory) == {}
    with duckdb.connect(str(directory.events)) as connection:
        connection.execute("CREATE TABLE events (path TEXT)")
    assert offline_restatements(settings, directory)["next_start"].startswith("brings 2 columns")
    assert next_start([Restated(RESTATEMENTS[0].name, 1, 0, 0)]) == "brings 1 column up to date: language"
