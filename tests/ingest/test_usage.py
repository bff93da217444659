"""The usage ledger, quotas, and the debugger: nothing that arrives goes uncounted."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from tests.fake_clock import FakeClock
from tests.product import Answer, Product, Request, in_memory, lookups, served

ORIGIN = (b"origin", b"https://example.com")


@pytest.fixture
def product() -> Any:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        yield opened


@pytest.fixture
def shop(product: Product) -> Site:
    return product.add_site("example.com")


def send(product: Product, site: Site | str, name: str = "signup", **fields: Any) -> Answer:
    body = {"site_id": site if isinstance(site, str) else site.id, "name": name, **fields}
    return product.requests.post("/ingest/event", json.dumps(body).encode())


def change(product: Product, site: Site, **changes: object) -> None:
    product.analytics.catalog.sites.change(site.id, changes)
    product.analytics.catalog.refresh()


def usage(product: Product, month: str | None = None) -> dict[str, Any]:
    product.analytics.drain()
    return product.analytics.usage_of(month)


def of_site(report: dict[str, Any], site: Site) -> dict[str, Any]:
    return next(each for each in report["sites"] if each["site_id"] == site.id)


def test_every_stored_event_is_counted_for_its_site_and_month(product: Product, shop: Site) -> None:
    other = product.add_site("other.example")
    for _ in range(3):
        send(product, shop)
    send(product, other)
    report = usage(product)
    assert report["month"] == "2026-11"
    assert report["events"] == 4
    assert of_site(report, shop) == {
        "site_id": shop.id,
        "domain": "example.com",
        "events": 3,
        "monthly_quota": None,
        "remaining": None,
        "dropped": {},
    }


def test_a_repeat_is_counted_as_a_duplicate_and_not_as_usage(product: Product, shop: Site) -> None:
    body = json.dumps({"site_id": shop.id, "name": "order"}).encode()
    for _ in range(3):
        product.requests.post("/ingest/event", body, [(b"idempotency-key", b"order-1")])
    report = of_site(usage(product), shop)
    assert (report["events"], report["dropped"]) == (1, {"duplicate": 2})


def test_what_belongs_to_no_site_is_counted_as_unmatched(product: Product, shop: Site) -> None:
    assert send(product, "00000000-0000-4000-8000-000000000000").status == 404
    assert usage(product)["unmatched"] == {"unknown_site": 1}


@pytest.mark.parametrize("quota", [1, 3])
def test_the_event_past_the_quota_is_refused_and_says_so(product: Product, shop: Site, quota: int) -> None:
    change(product, shop, monthly_quota=quota)
    statuses = [send(product, shop).status for _ in range(quota + 1)]
    assert statuses == [202] * quota + [429]
    answer = send(product, shop)
    error = answer.json()["error"]
    assert error["code"] == "quota_reached"
    assert f"its quota of {quota} events in 2026-11" in error["message"]
    assert answer.headers["retry-after"] == "86400"
    report = of_site(usage(product), shop)
    assert (report["events"], report["remaining"], report["dropped"]) == (quota, 0, {"quota": 2})


def test_a_site_may_drop_what_is_past_its_quota_with_the_usual_answer(product: Product, shop: Site) -> None:
    change(product, shop, monthly_quota=1, quota_answer="drop")
    assert [send(product, shop).status for _ in range(3)] == [202, 202, 202]
    report = of_site(usage(product), shop)
    assert (report["events"], report["dropped"]) == (1, {"quota": 2})


def test_a_quota_is_of_one_month_and_of_one_site(product: Product, shop: Site) -> None:
    other = product.add_site("other.example")
    change(product, shop, monthly_quota=1)
    assert [send(product, shop).status, send(product, shop).status, send(product, other).status] == [202, 429, 202]
    product.clock.advance(11 * 86_400)
    product.analytics.catalog.rotate_salts()
    assert [send(product, shop).status, send(product, shop).status] == [202, 429]
    assert of_site(usage(product, "2026-11"), shop)["events"] == 1
    assert of_site(usage(product, "2026-12"), shop)["events"] == 1


def test_repeats_and_drops_do_not_use_up_the_quota(product: Product, shop: Site) -> None:
    change(product, shop, monthly_quota=2, excluded_paths=["/internal"])
    body = json.dumps({"site_id": shop.id, "name": "order"}).encode()
    answers = [product.requests.post("/ingest/event", body, [(b"idempotency-key", b"1")]) for _ in range(2)]
    answers += [send(product, shop, url="https://example.com/internal"), send(product, shop)]
    assert [answer.status for answer in answers] == [202] * 4
    assert send(product, shop).status == 429


def test_a_repeat_past_the_quota_is_still_answered_as_a_success(product: Product, shop: Site) -> None:
    change(product, shop, monthly_quota=1)
    body = json.dumps({"site_id": shop.id, "name": "order"}).encode()
    key = [(b"idempotency-key", b"order-1")]
    assert [product.requests.post("/ingest/event", body, key).status for _ in range(3)] == [202] * 3
    assert product.requests.post("/ingest/event", body, [(b"idempotency-key", b"order-2")]).status == 429
    report = of_site(usage(product), shop)
    assert (report["events"], report["dropped"]) == (1, {"duplicate": 2, "quota": 1})


def test_quota_and_ledger_go_on_after_a_restart(tmp_path: Path) -> None:
    settings, clock = Settings(data_dir=str(tmp_path / "data")), FakeClock()
    with served(Analytics.open(settings, "test", clock, lookups()), clock) as product:
        site = product.add_site("example.com")
        change(product, site, monthly_quota=2)
        assert send(product, site).status == 202
        assert send(product, "unknown").status == 404
    with served(Analytics.open(settings, "test", clock, lookups()), clock) as product:
        product.analytics.catalog.refresh()
        assert [send(product, site).status, send(product, site).status] == [202, 429]
        report = usage(product)
        assert of_site(report, site)["events"] == 2
        assert of_site(report, site)["dropped"] == {"quota": 1}
        assert report["unmatched"] == {"unknown_site": 1}


def test_the_ledger_keeps_what_a_removed_site_sent(product: Product, shop: Site) -> None:
    send(product, shop)
    product.analytics.catalog.sites.remove(shop.id)
    report = usage(product)
    assert [(each["site_id"], each["domain"], each["events"]) for each in report["sites"]] == [(shop.id, None, 1)]


def test_the_debugger_tells_of_each_event_what_became_of_it_and_why(product: Product, shop: Site) -> None:
    change(product, shop, excluded_paths=["/internal"])
    send(product, shop, "stored", url="https://example.com/a?token=secret#part")
    send(product, shop, "inside", url="https://example.com/internal?token=secret")
    product.requests.post("/ingest/event", json.dumps({"site_id": shop.id}).encode())
    unread, *newest_first = product.analytics.debugger.last(shop.id)
    told = [(each["outcome"], each["reason"], each["name"], each["path"]) for each in newest_first]
    assert told == [
        ("dropped", "excluded_path", "inside", "https://example.com/internal"),
        ("stored", None, "stored", "/a"),
    ]
    assert product.analytics.debugger.last("") == []
    assert (unread["outcome"], unread["reason"]) == ("refused", "invalid_input")
    assert "name is required" in unread["message"]
    assert "secret" not in json.dumps([newest_first, unread])


def test_the_debugger_keeps_the_last_hundred_events_of_a_site(product: Product, shop: Site) -> None:
    for number in range(103):
        send(product, shop, f"event-{number}")
    names = [each["name"] for each in product.analytics.debugger.last(shop.id)]
    assert names == [f"event-{number}" for number in range(102, 2, -1)]


def test_a_bad_item_of_a_batch_is_told_of_at_the_site_of_its_batch(product: Product, shop: Site) -> None:
    items = [{"website_id": shop.id, "event_name": "good"}, {"website_id": shop.id, "event_name": " "}]
    assert product.requests.post("/api/collect", json.dumps(items).encode()).status == 202
    refused, stored = product.analytics.debugger.last(shop.id)
    assert (stored["outcome"], refused["outcome"]) == ("stored", "refused")
    assert "event_name" in refused["message"]


def test_a_refused_event_of_the_tracker_is_told_of_at_its_site(product: Product, shop: Site) -> None:
    body = {"s": shop.id, "e": [{"k": "v", "n": "LCP", "v": "fast"}]}
    product.requests.post("/ingest/batch", json.dumps(body).encode())
    (refused,) = product.analytics.debugger.last(shop.id)
    assert refused["outcome"] == "refused"


def test_the_debugger_tells_what_was_named_that_is_no_sites(product: Product, shop: Site) -> None:
    send(product, "cm5x9yz1a0001")
    body = {"projectKey": "hkp_" + "x" * 32, "event_name": "a", "url": "https://example.com/"}
    product.requests.post("/api/events", json.dumps(body).encode())
    key, site_id = product.analytics.debugger.last("")
    assert site_id["message"] == "no site has the id or alias 'cm5x9yz1a0001'"
    assert key["message"] == "no site has a key of the right kind that begins with 'hkp_xxxxxxxx'"


def test_what_the_debugger_holds_is_plain_and_short(product: Product, shop: Site) -> None:
    """Neither events nor errors, which would keep their requests alive."""
    send(product, shop, url="https://example.com/" + "x" * 5_000)
    product.requests.post("/api/batch", b"[" + b"[]," * 1_000 + b"[]]")
    for site_id in (shop.id, ""):
        for one in product.analytics.debugger.of_site(site_id):
            assert all(isinstance(value, int | str | None) for value in one)
            assert sum(len(str(value)) for value in one) < 3_000


def test_repeats_on_their_way_do_not_use_up_the_quota_of_others(product: Product, shop: Site) -> None:
    change(product, shop, monthly_quota=3)
    body = json.dumps({"site_id": shop.id, "name": "order"}).encode()
    repeat = Request("POST", "/ingest/event", [(b"idempotency-key", b"order-1")], (body,))
    assert product.requests.send(repeat).status == 202
    answers = product.requests.send_together([*([repeat] * 10), Request("POST", "/ingest/event", (), (body,))])
    assert {answer.status for answer in answers} == {202}
    assert of_site(usage(product), shop)["events"] == 2


def test_a_batch_of_events_with_keys_stops_at_the_quota(product: Product, shop: Site) -> None:
    change(product, shop, monthly_quota=3)
    items = [{"website_id": shop.id, "event_name": "a", "event_id": f"e{number}"} for number in range(5)]
    answer = product.requests.post("/api/collect", json.dumps(items).encode())
    assert [each["index"] for each in answer.json()["refused"]] == [3, 4]
    assert of_site(usage(product), shop)["events"] == 3


IDS = st.sampled_from(["a", "b", "c", "d", "e", None])


@given(lists=st.lists(st.lists(IDS, min_size=1, max_size=8), min_size=1, max_size=4), quota=st.integers(1, 9))
def test_at_the_edge_of_a_quota_only_what_is_new_needs_a_place(
    lists: list[list[str | None]], quota: int, product: Product
) -> None:
    site = product.add_site("edge.example")
    change(product, site, monthly_quota=quota)
    known: set[str] = set()
    used = 0
    for ids in lists:
        expected = []
        for place, each in enumerate(ids):
            if each in known:
                continue
            if used == quota:
                expected.append(place)
                continue
            used += 1
            known.update([each] if each else [])
        items = [{"website_id": site.id, "event_name": "a", **({"event_id": each} if each else {})} for each in ids]
        answer = product.requests.post("/api/collect", json.dumps(items).encode())
        refused = list(range(len(ids))) if answer.status == 429 else refused_places(answer)
        assert refused == expected
        assert of_site(usage(product), site)["events"] == used
    assert len(product.stored("name", site)) == used
    product.analytics.catalog.sites.remove(site.id)


def refused_places(answer: Answer) -> list[int]:
    assert answer.status == 202
    return [each["index"] for each in answer.json().get("refused", [])]


@pytest.mark.parametrize("quota", [3, 4])
def test_a_list_of_repeats_and_one_new_event_at_the_edge_is_answered_as_its_format_answers(
    product: Product, shop: Site, quota: int
) -> None:
    """One place is left, or none."""
    _, key = product.analytics.catalog.keys.add(shop.id, "secret")
    change(product, shop, monthly_quota=quota)
    headers = [(b"authorization", f"Bearer {key}".encode())]
    path = "/api/analytics/server-events"
    items = [{"eventType": "a", "idempotencyKey": str(number)} for number in range(4)]
    assert product.requests.post(path, json.dumps(items[:3]).encode(), headers).status == 200
    answer = product.requests.post(path, json.dumps(items).encode(), headers)
    assert answer.status == 200
    refused = [(each["index"], each["code"]) for each in answer.json().get("refused", [])]
    assert refused == ([] if quota == 4 else [(3, "quota_reached")])
    report = of_site(usage(product), shop)
    assert report["events"] == quota
    assert report["dropped"] == {"duplicate": 3, **({} if quota == 4 else {"quota": 1})}


def test_our_own_list_is_taken_when_repeats_leave_a_place_for_what_is_new(product: Product, shop: Site) -> None:
    change(product, shop, monthly_quota=3)
    events = [{"i": str(number), "n": "x"} for number in range(4)]
    for sent, status in ((events[:2], 202), (events[:3], 202), (events[:3], 202), (events, 429)):
        body = json.dumps({"s": shop.id, "e": sent}).encode()
        assert product.requests.post("/ingest/batch", body).status == status
    assert of_site(usage(product), shop)["events"] == 3


def test_a_key_of_the_request_and_an_equal_one_of_an_event_are_two(product: Product, shop: Site) -> None:
    items = [{"website_id": shop.id, "event_name": "a"}, {"website_id": shop.id, "event_name": "b", "event_id": "k1"}]
    product.requests.post("/api/collect", json.dumps(items).encode(), [(b"idempotency-key", b"k1")])
    assert product.stored("name", shop) == [("a",), ("b",)]


def test_a_page_cannot_take_the_key_of_a_servers_event(product: Product, shop: Site) -> None:
    secret = product.analytics.catalog.keys.add(shop.id, "secret")[1]
    product.analytics.catalog.refresh()
    body = json.dumps({"site_id": shop.id, "name": "forged"}).encode()
    product.requests.post("/ingest/event", body, [(b"idempotency-key", b"order_1001")])
    event = {"eventType": "conversion", "eventName": "purchase", "idempotencyKey": "order_1001"}
    headers = [(b"authorization", f"Bearer {secret}".encode())]
    answer = product.requests.post("/api/analytics/server-events", json.dumps(event).encode(), headers)
    assert answer.json() == {"success": True, "deduplicated": False}
    assert product.stored("name", shop) == [("forged",), ("purchase",)]


def test_servers_events_that_name_no_visitor_are_visitors_of_their_own(product: Product, shop: Site) -> None:
    secret = product.analytics.catalog.keys.add(shop.id, "secret")[1]
    product.analytics.catalog.refresh()
    for number in range(3):
        event = {"eventType": "conversion", "eventName": "purchase", "idempotencyKey": f"order-{number}"}
        headers = [(b"authorization", f"Bearer {secret}".encode()), (b"user-agent", b"shop-bot/1.0")]
        product.requests.post("/api/analytics/server-events", json.dumps(event).encode(), headers)
    rows = product.stored("session_id, visitor_id, country, browser", shop)
    assert len({session for session, *_ in rows}) == len({visitor for _, visitor, *_ in rows}) == 3
    assert {(country, browser) for *_, country, browser in rows} == {(None, None)}


def test_the_debugger_keeps_no_address_and_no_user_agent(product: Product, shop: Site) -> None:
    headers = [(b"user-agent", b"zq-marker/1.0"), ORIGIN]
    for body in ({"site_id": shop.id, "name": "x"}, {"n": "y"}, {"site_id": "nobody", "name": "z"}):
        product.requests.post("/ingest/event", json.dumps(body).encode(), headers, "198.51.100.177")
    text = json.dumps([product.analytics.debugger.last(site_id) for site_id in (shop.id, "")])
    assert "zq-marker" not in text
    assert "198.51.100.177" not in text
