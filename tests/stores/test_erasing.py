"""Events before a day, or of a user, are erased with all that was derived from them, and nothing else is."""

import itertools
import time
from typing import Any

import pytest
from click.testing import CliRunner

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.cli import main
from hitkeep_py.enrich.visitor import known_visitor_id
from hitkeep_py.errors import StoreUnavailable
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.overview import overview
from hitkeep_py.stores.duckdb import DuckDBStore
from hitkeep_py.stores.summaries import AGGREGATES, COLUMNS, named
from tests.asked_engine import ask
from tests.engines import ENGINES, opened
from tests.generated_events import generated, store_in_portions
from tests.http_client import HttpClient
from tests.reported_site import BOTH_DAYS, fill
from tests.stored_events import OTHER_SITE, SITE, milliseconds, put, store_rows

MIDDLE = milliseconds("2026-03-29T01:00:00")
ALL = TimeRange(milliseconds("2011-12-28T00:00:00"), milliseconds("2026-05-01T00:00:00"))
LATER = TimeRange(MIDDLE, ALL.end)
COUNT = "SELECT count(*) FROM events WHERE site_id = ?::UUID"


@pytest.mark.parametrize("engine_name", ENGINES)
def test_what_stays_is_what_happened_later(engine_name: str) -> None:
    with opened(engine_name) as engine:
        store_in_portions(engine.store, generated(4))
        wanted = ask(engine, overview, Query(SITE, LATER))
        others = ask(engine, overview, Query(OTHER_SITE, ALL))
        before, version = engine.store.select(COUNT, [SITE])[0][0], engine.store.version()
        count = engine.store.delete_before(SITE, MIDDLE)
        assert 0 < count == before - engine.store.select(COUNT, [SITE])[0][0]
        assert engine.store.version() != version
        assert ask(engine, overview, Query(SITE, ALL)) == wanted
        assert ask(engine, overview, Query(OTHER_SITE, ALL)) == others
        assert engine.store.delete_before(SITE, MIDDLE) == 0


def test_summaries_say_what_the_events_that_stay_say() -> None:
    store = DuckDBStore(None, memory_limit="256MB")
    rows = generated(5)
    store_in_portions(store, rows)
    edge = sorted(row["time"] for row in rows if row["site_id"] == SITE)[len(rows) // 4]
    store.delete_before(SITE, edge)
    check(store)
    store_rows(store, SITE, *({**row, "event_id": 10_000 + row["event_id"]} for row in rows[:50]))
    check(store)
    store.close()


def check(store: DuckDBStore) -> None:
    said = f"SELECT {named(AGGREGATES)} FROM events WHERE flagged IS NULL GROUP BY site_id, session_id"
    kept = f"SELECT {', '.join(COLUMNS)} FROM sessions ORDER BY site_id, session_id"
    found = store.select(kept)
    assert found == store.select(f"SELECT {', '.join(COLUMNS)} FROM ({said}) ORDER BY site_id, session_id")
    numbered = store.select("SELECT DISTINCT site_id, visitor_id, visitor_number FROM events ORDER BY ALL")
    assert store.select("SELECT site_id, visitor_id, visitor_number FROM visitors ORDER BY ALL") == numbered
    assert len({(site, number) for site, _, number in numbered}) == len(numbered)


@pytest.mark.parametrize("engine_name", ENGINES)
def test_what_stays_of_a_site_is_what_others_did(engine_name: str) -> None:
    someone = 12_345_678_901
    rows = generated(6)
    of_user = [
        {**row, **named} for row, named in zip(rows, itertools.cycle(({}, {}, {"user_id": someone})), strict=False)
    ]
    others = [row for row in of_user if row["site_id"] == OTHER_SITE or row.get("user_id") != someone]
    with opened(engine_name) as engine, opened(engine_name) as without:
        store_in_portions(engine.store, of_user)
        store_in_portions(without.store, others)
        count = engine.store.delete_user(SITE, someone)
        assert count == len(of_user) - len(others) > 0
        for site_id in (SITE, OTHER_SITE):
            wanted = ask(without, overview, Query(site_id, ALL))
            assert ask(engine, overview, Query(site_id, ALL)) == wanted
        assert engine.store.delete_user(SITE, someone) == 0


def visitors(client: HttpClient, site: Site) -> int:
    found = client.get(f"/api/sites/{site.id}/reports/overview", params=BOTH_DAYS).json()
    return int(found["metrics"]["pageviews"])


def test_day_is_one_of_the_sites_time_zone(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    fill(analytics, site)
    address = f"/api/sites/{site.id}/erase"
    assert visitors(logged_in, site) == 5
    assert logged_in.post(address, json={"before": "2026-11-20"}).json() == {
        "events": 1,
        "before": "2026-11-20T00:00:00.000Z",
    }
    assert visitors(logged_in, site) == 4
    logged_in.patch(f"/api/sites/{site.id}", json={"time_zone": "Pacific/Apia"})
    assert logged_in.post(address, json={"before": "2026-11-20"}).json()["events"] == 0
    assert logged_in.post(address, json={"before": "2026-11-21"}).json()["before"] == "2026-11-21T00:00:00.000+13:00"
    assert analytics.store.select(COUNT, [site.id]) == [(0,)]


@pytest.mark.parametrize("before", [None, "", "soon", "2026-11-31", "2026-W01-1", "2026-11-22", "1969-12-31", 5])
def test_what_is_no_day_so_far_erases_nothing(
    before: Any, logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    fill(analytics, site)
    answer = logged_in.post(f"/api/sites/{site.id}/erase", json={"before": before})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "before")
    assert visitors(logged_in, site) == 5


def test_user_is_erased_by_the_id_that_the_site_gave(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    sent = [("u-1", "u-1"), (None, "7"), ("u-2", "u-2"), (None, None)]
    known = [[name and known_visitor_id(site.identity_key, name) for name in names] for names in sent]
    rows = [{"user_id": user} | ({"visitor_id": visitor} if visitor else {}) for user, visitor in known]
    store_rows(analytics.store, site.id, *({**row, "time": "2026-11-20T10:00:00"} for row in rows))
    address = f"/api/sites/{site.id}/erase"
    for user, count in (("nobody", 0), ("u-1", 1), ("u-1", 0), (7, 1)):
        assert logged_in.post(address, json={"user_id": user}).json() == {"events": count, "user_id": user}
    assert analytics.store.select("SELECT user_id FROM events ORDER BY user_id NULLS LAST") == [
        (known[2][0],),
        (None,),
    ]


@pytest.mark.parametrize(
    "body", [{"user_id": ""}, {"user_id": " "}, {"user_id": None}, {"user_id": True}, {"user_id": []}]
)
def test_what_names_nobody_erases_nothing(body: Any, logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    fill(analytics, site)
    for more in ({}, {"before": "2026-11-20"}):
        answer = logged_in.post(f"/api/sites/{site.id}/erase", json={**body, **more})
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, "user_id")
    assert visitors(logged_in, site) == 5


def test_nobody_waits_for_a_store_that_fails(
    logged_in: HttpClient, analytics: Analytics, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(analytics.store, "append", fail)
    put(analytics.inbox, "a", site=site.id).result(10)
    deadline = time.monotonic() + 10
    while not analytics.writer.failing and time.monotonic() < deadline:
        time.sleep(0.005)
    refused = logged_in.post(f"/api/sites/{site.id}/erase", json={"before": "2026-11-20"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "store_unavailable")
    with pytest.raises(StoreUnavailable, match="rebuild the sessions again later"):
        analytics.rebuild()
    monkeypatch.undo()
    analytics.drain()


def test_command_erases_without_a_server(tmp_path: Any) -> None:
    def run(*arguments: str) -> str:
        found = CliRunner().invoke(main, [*arguments, "--data-dir", str(tmp_path / "data")], prog_name="analytics")
        assert found.exit_code == 0, found.output
        return found.stdout

    run("site", "add", "example.com")
    assert run("erase", "example.com", "--user-id", "u-1") == "Erased 0 events of example.com of the user u-1.\n"
    assert run("erase", "example.com", "--before", "2026-01-31").startswith("Erased 0 events of example.com before")
