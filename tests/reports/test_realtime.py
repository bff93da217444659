"""Who is here now, by hand. It is 10:30:30."""

import asyncio
from collections.abc import Callable

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import QueryBusy
from hitkeep_py.query.filters import read_filters
from hitkeep_py.reports.realtime import NewEvent, Realtime, Top, realtime
from hitkeep_py.server.access import Caller, caller_of
from hitkeep_py.server.api import live
from hitkeep_py.server.app import Server
from hitkeep_py.server.call import Call
from tests.behaviour import answered, new_site, put, query_of
from tests.engines import Engine
from tests.stored_events import milliseconds

NOW = milliseconds("2026-11-20T10:30:30")
EVENTS = [
    ("2026-11-20T10:00:29.999", 1, 1, "/early"),
    ("2026-11-20T10:00:30", 2, 2, "/a"),
    ("2026-11-20T10:01:00", 2, 2, "/a"),
    ("2026-11-20T10:25:29.999", 3, 3, "/a", {"country": "DE", "source": "Google"}),
    ("2026-11-20T10:25:30", 4, 4, "/b", {"country": "DE", "browser": "Firefox", "os": "Linux", "device": "desktop"}),
    ("2026-11-20T10:30:00", 4, 4, "signup", {"country": "DE"}),
    ("2026-11-20T10:30:00", 4, 4, "/b", {"country": "DE"}),
    ("2026-11-20T10:30:30", 5, 5, "/a", {"country": "FR"}),
    ("2026-11-20T10:30:10", 5, 5, "web-vital", {"kind": "web_vital", "country": "FR"}),
    ("2026-11-20T10:30:30.001", 6, 6, "/future"),
    ("2026-11-20T10:30:00", 7, 7, "/b", {"flagged": "bot"}),
]


@pytest.fixture(scope="module")
def site_id(engine: Engine) -> str:
    site_id = new_site()
    put(engine, site_id, EVENTS)
    return site_id


@pytest.fixture(scope="module")
def found(engine: Engine, site_id: str) -> Realtime:
    return answered(engine, realtime(engine.dialect, query_of(site_id), NOW))


def test_visitors_of_the_last_minutes(found: Realtime) -> None:
    assert (found.visitors_5_minutes, found.visitors_30_minutes) == (2, 4)


def test_thirty_minutes_one_by_one(found: Realtime) -> None:
    assert len(found.minutes) == 30
    assert (found.minutes[0].time, found.minutes[-1].time) == ("2026-11-20T10:01:00Z", "2026-11-20T10:30:00Z")
    assert {each.time[14:16]: (each.pageviews, each.visitors) for each in found.minutes if each.visitors} == {
        "01": (1, 1),
        "25": (2, 2),
        "30": (2, 2),
    }


def test_tops_of_thirty_minutes(found: Realtime) -> None:
    assert found.pages == [Top("/a", 3, 4), Top("/b", 1, 2)]
    assert found.countries == [Top("DE", 2, 3), Top(None, 1, 2), Top("FR", 1, 1)]
    assert found.sources == [Top(None, 3, 5), Top("Google", 1, 1)]


def test_newest_events_come_first(found: Realtime) -> None:
    assert [(each.kind, each.name, each.path) for each in found.newest] == [
        ("pageview", None, "/a"),
        ("pageview", None, "/b"),
        ("event", "signup", None),
        ("pageview", None, "/b"),
        ("pageview", None, "/a"),
        ("pageview", None, "/a"),
        ("pageview", None, "/a"),
    ]
    assert found.newest[3] == NewEvent(
        "2026-11-20T10:25:30.000Z", "pageview", None, "/b", None, "DE", "Firefox", "Linux", "desktop"
    )


def test_filters_hold_for_every_part(engine: Engine, site_id: str) -> None:
    asked = query_of(site_id, filters=read_filters(["country is DE"]))
    found = answered(engine, realtime(engine.dialect, asked, NOW))
    assert (found.visitors_5_minutes, found.visitors_30_minutes, len(found.newest)) == (1, 2, 4)
    assert sum(each.pageviews for each in found.minutes) == 3
    entered = query_of(site_id, filters=read_filters(["entry_page is /b"]))
    assert len(answered(engine, realtime(engine.dialect, entered, NOW)).newest) == 3


def test_nobody_is_here(engine: Engine) -> None:
    found = answered(engine, realtime(engine.dialect, query_of(new_site()), NOW))
    assert (found.visitors_30_minutes, found.pages, found.newest, len(found.minutes)) == (0, [], [], 30)


def of_key(analytics: Analytics, site: Site) -> tuple[Caller, Callable[[], object]]:
    key, _ = analytics.catalog.keys.add(site.id, "api")
    return Caller(key=key), lambda: analytics.catalog.keys.revoke(site.id, key.id)


def of_login(analytics: Analytics, site: Site) -> tuple[Caller, Callable[[], object]]:
    users = analytics.catalog.users
    token = users.open_session(users.add("ada@example.com", "correct horse battery"))
    return caller_of(token, users), lambda: users.close_session(token)


def of_removed_site(analytics: Analytics, site: Site) -> tuple[Caller, Callable[[], object]]:
    return Caller(local=True), lambda: analytics.catalog.sites.remove(site.id)


def call_of(analytics: Analytics, site: Site, caller: Caller) -> Call:
    server, request = Server(analytics), analytics.questions.request()
    path = {"site_id": site.id}
    return Call(analytics, server.logins, server.ingest, caller, "", False, path, {}, {}, request, server.streams)


@pytest.mark.parametrize("begin", [of_key, of_login, of_removed_site])
def test_stream_ends_when_its_caller_may_read_no_longer(
    begin: Callable[[Analytics, Site], tuple[Caller, Callable[[], object]]],
    analytics: Analytics,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "TICK_SECONDS", 0.001)
    caller, end = begin(analytics, site)
    call = call_of(analytics, site, caller)

    async def listen() -> list[bytes]:
        pieces = live.snapshots(call, 10)
        assert (await anext(pieces)).startswith(b"event: realtime")
        assert await anext(pieces) == live.HEARTBEAT
        end()
        return [piece async for piece in pieces]

    assert asyncio.run(listen()) == []
    assert call.streams.open == 0


def test_stream_goes_on_while_the_store_is_busy(
    analytics: Analytics, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "TICK_SECONDS", 0.001)
    call = call_of(analytics, site, Caller(local=True))

    def busy(*_: object) -> None:
        raise QueryBusy("later")

    async def listen() -> list[bytes]:
        pieces = live.snapshots(call, 1)
        with monkeypatch.context() as patched:
            patched.setattr(analytics.questions, "answer", busy)
            assert await anext(pieces) == live.HEARTBEAT
        return [piece async for piece in pieces if piece != live.HEARTBEAT]

    assert len(asyncio.run(listen())) == 1
