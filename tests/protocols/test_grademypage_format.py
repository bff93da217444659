"""Grademypage's events: any field gets an answer, good ones survive bad ones, a webhook's retries are stored once."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.text import clean
from tests.accepted import props_of, said, send
from tests.bad_input import any_value, naughty_strings, plain_text
from tests.fake_clock import FakeClock
from tests.product import Headers, Product, Request, in_memory, lookups, served

SERVER_EVENTS, PAGE_EVENTS = "/api/analytics/server-events", "/api/analytics/track"
FIELDS = (
    *("eventType", "eventName", "eventData", "idempotencyKey", "visitor", "experimentId", "variantId", "timestamp"),
    *("pathname", "fullUrl", "referrer", "sessionId", "visitorId", "utm", "title", "depth", "engagementSeconds"),
    *("events", "projectId", "later"),
)
TYPES = ("conversion", "pageview", "scroll", "engagement", "experiment_impression", "signup")
BAD_EVENTS: tuple[Any, ...] = (5, None, [], "text", {}, {"eventType": 5}, {"eventType": "x", "eventData": []})
UNLIMITED = Settings(ingest_rate_limit=1e9, ingest_burst=10**9)
WEBHOOK = {
    "eventType": "conversion",
    "eventName": "purchase",
    "eventData": {"plan": "pro", "revenue": 49.99},
    "idempotencyKey": "evt_1NG8Du2eZvKYlo2CUI79vXWy",
}
STORED = {"success": True, "deduplicated": False}
REPEATED = {"success": True, "deduplicated": True}


@dataclass(frozen=True, slots=True)
class Shop:
    """A site with a public and a secret key."""

    site: Site
    public: str
    secret: str
    secret_id: str

    @property
    def headers(self) -> Headers:
        return bearer(self.secret)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(UNLIMITED) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(product: Product) -> Shop:
    return add_shop(product, "example.com")


def add_shop(product: Product, domain: str) -> Shop:
    site = product.add_site(domain)
    keys = product.analytics.catalog.keys
    key, secret = keys.add(site.id, "secret")
    shop = Shop(site, keys.add(site.id, "public")[1], secret, key.id)
    product.analytics.catalog.refresh()
    return shop


def bearer(key: str) -> Headers:
    return [(b"authorization", f"Bearer {key}".encode())]


def deliver(product: Product, headers: Headers, event: Any = WEBHOOK) -> Any:
    answer = product.requests.post(SERVER_EVENTS, json.dumps(event).encode(), headers)
    assert answer.status == 200, answer.body
    return answer.json()


@given(
    fields=st.dictionaries(st.sampled_from(FIELDS), any_value(), max_size=9),
    event_type=st.sampled_from(TYPES),
    data=st.dictionaries(
        st.sampled_from(("depth", "engagementSeconds", "experimentId", "variantId", "revenue", "currency")),
        any_value(),
    ),
)
def test_any_fields_get_an_answer(
    fields: dict[str, Any], event_type: str, data: dict[str, Any], product: Product, shop: Shop
) -> None:
    event = {"eventType": event_type, "eventData": data, **fields}
    for path, body in ((SERVER_EVENTS, event), (PAGE_EVENTS, {"projectId": shop.public, **event})):
        outcome = send(product, path, body, shop.headers)
        assert outcome.answer.status in (200, 400, 401, 413)
        if outcome.answer.status != 200:
            assert set(outcome.answer.json()["error"]) == {"code", "message", "field"}
            assert outcome.events == []


@given(event_type=plain_text(300), name=plain_text(300), data=st.dictionaries(plain_text(), plain_text(), max_size=5))
def test_what_is_taken_is_stored_unchanged(
    event_type: str, name: str, data: dict[str, str], product: Product, shop: Shop
) -> None:
    event = {"eventType": event_type, "eventName": name, "eventData": data}
    outcome = send(product, SERVER_EVENTS, event, shop.headers)
    wanted_type, wanted_name = clean(event_type, 256), clean(name, 256)
    taken = 1 <= len(wanted_type) <= 255 and len(wanted_name) <= 255
    assert (outcome.answer.status == 200) == taken
    if taken:
        (stored,) = outcome.events
        assert props_of(stored) == said(data)
        assert stored["name"] == (wanted_name or wanted_type)
        assert stored["category"] == (wanted_type if wanted_name or wanted_type == "conversion" else None)


@given(
    path=st.sampled_from([SERVER_EVENTS, PAGE_EVENTS]),
    good=st.lists(st.booleans(), min_size=1, max_size=100),
    which=st.integers(0, len(BAD_EVENTS) - 1),
)
def test_the_good_events_of_a_batch_survive_the_bad_ones(
    path: str, good: list[bool], which: int, product: Product, shop: Shop
) -> None:
    bad = [BAD_EVENTS[(which + place) % len(BAD_EVENTS)] for place in range(len(good))]
    events = [{"eventType": str(n)} if fine else bad[n] for n, fine in enumerate(good)]
    outcome = send(product, path, {"projectId": shop.public, "events": events}, shop.headers)
    assert [each["name"] for each in outcome.events] == [str(n) for n, fine in enumerate(good) if fine]
    assert outcome.answer.status == (200 if any(good) else 400)
    if any(good):
        refused = outcome.answer.json().get("refused", [])
        assert [each["index"] for each in refused] == [n for n, fine in enumerate(good) if not fine]


@given(
    amount=st.decimals(-(10**9), 10**9, places=2, allow_nan=False),
    as_text=st.booleans(),
    currency=st.sampled_from(["EUR", "usd", None]),
)
def test_revenue_is_exact_in_cents_and_stays_a_property(
    amount: Decimal, as_text: bool, currency: str | None, product: Product, shop: Shop
) -> None:
    sent = str(amount) if as_text else float(amount)
    event = {"eventType": "conversion", "eventData": {"revenue": sent, "currency": currency}}
    (stored,) = send(product, SERVER_EVENTS, event, shop.headers).events
    assert stored["revenue"] == int(amount * 100)
    assert stored["currency"] == (currency or "USD").upper()
    assert props_of(stored)["revenue"] == sent


@given(seconds=st.integers(-86_400, 30), milliseconds=st.integers(0, 999), as_text=st.booleans())
def test_a_time_is_kept_in_either_form(
    seconds: int, milliseconds: int, as_text: bool, product: Product, shop: Shop
) -> None:
    now = product.clock.now_ms()
    told = now + seconds * 1000 + milliseconds
    text = datetime.fromtimestamp(told / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event = {"eventType": "x", "timestamp": text if as_text else told}
    (stored,) = send(product, SERVER_EVENTS, event, shop.headers).events
    assert stored["time"] == min(told, now)


def test_naughty_strings_come_back_unchanged(product: Product, shop: Shop) -> None:
    for text in naughty_strings():
        event = {"eventType": "x", "eventData": {text[:255]: text}, "visitorId": text[:255], "fullUrl": text}
        outcome = send(product, PAGE_EVENTS, {"projectId": shop.public, **event})
        assert outcome.answer.status == 200, text
        assert props_of(outcome.events[0]) == said({text[:255]: text})


@pytest.mark.parametrize("key", ["", "x" * 36, "hks_", "hkp_" + "x" * 32, "hks_" + "x" * 32, "ü" * 36, "\x00"])
def test_who_has_no_secret_key_is_told_how_to_make_one(key: str, product: Product) -> None:
    for headers in ([(b"authorization", b"Bearer " + key.encode())], [(b"x-api-key", key.encode())], []):
        outcome = send(product, SERVER_EVENTS, WEBHOOK, headers)
        assert outcome.answer.status == 401
        assert outcome.answer.json()["error"]["code"] == "not_authenticated"
        assert "analytics key add SITE --kind secret" in outcome.answer.json()["error"]["message"]
        assert outcome.events == []


def test_a_webhook_that_is_delivered_three_times_is_stored_once(product: Product) -> None:
    shop = add_shop(product, "webhook.example")
    assert [deliver(product, shop.headers) for _ in range(3)] == [STORED, REPEATED, REPEATED]
    assert product.stored("name, category, revenue, currency", shop.site) == [("purchase", "conversion", 4999, "USD")]


def test_a_webhook_is_known_after_the_server_was_opened_again(tmp_path: Path) -> None:
    kept = Settings(data_dir=str(tmp_path / "data"))
    clock, answers, shop = FakeClock(), [], None
    for _ in range(3):
        with served(Analytics.open(kept, "test", clock, lookups()), clock) as product:
            shop = shop or add_shop(product, "webhook.example")
            answers.append(deliver(product, shop.headers))
            clock.advance(3_600)
            assert product.stored("name, revenue", shop.site) == [("purchase", 4999)]
    assert answers == [STORED, REPEATED, REPEATED]


def test_a_webhook_that_was_stored_just_before_the_server_went_is_known_after(tmp_path: Path) -> None:
    """The second delivery comes before the first was moved out of the inbox."""
    kept = Settings(data_dir=str(tmp_path / "data"))
    clock, shop = FakeClock(), None
    for wanted in (STORED, REPEATED):
        with served(Analytics.open(kept, "test", clock, lookups()), clock) as product:
            shop = shop or add_shop(product, "webhook.example")
            assert deliver(product, shop.headers) == wanted
    with served(Analytics.open(kept, "test", clock, lookups()), clock) as product:
        assert shop is not None
        assert product.stored("name", shop.site) == [("purchase",)]


def test_a_hundred_senders_of_one_key_at_once_store_one_event(product: Product) -> None:
    shop = add_shop(product, "hundred.example")
    body = json.dumps(WEBHOOK).encode()
    requests = [Request("POST", SERVER_EVENTS, shop.headers, (body,)) for _ in range(100)]
    answers = product.requests.send_together(requests)
    assert {answer.status for answer in answers} == {200}
    assert sorted(answer.json()["deduplicated"] for answer in answers) == [False, *[True] * 99]
    assert product.stored("name", shop.site) == [("purchase",)]


def test_the_same_key_of_another_site_is_another_event(product: Product) -> None:
    shops = [add_shop(product, f"{name}.same-key.example") for name in ("one", "two")]
    assert [deliver(product, shop.headers) for shop in (*shops, *shops)] == [STORED, STORED, REPEATED, REPEATED]
    assert [product.stored("name", shop.site) for shop in shops] == [[("purchase",)], [("purchase",)]]


def test_of_two_payloads_under_one_key_the_first_stays(product: Product) -> None:
    shop = add_shop(product, "payloads.example")
    other = {**WEBHOOK, "eventName": "refund", "eventData": {"revenue": -49.99}}
    assert [deliver(product, shop.headers), deliver(product, shop.headers, other)] == [STORED, REPEATED]
    assert product.stored("name, revenue", shop.site) == [("purchase", 4999)]


def test_both_keys_work_for_a_day_after_a_rotation_and_know_the_same_events() -> None:
    with in_memory(UNLIMITED) as product:
        shop = add_shop(product, "rotation.example")
        _, new = product.analytics.catalog.keys.rotate(shop.site.id, shop.secret_id)
        product.analytics.catalog.refresh()
        assert deliver(product, shop.headers) == STORED
        assert deliver(product, bearer(new)) == REPEATED
        pass_time(product, 24 * 3_600 - 1)
        assert deliver(product, shop.headers) == REPEATED
        pass_time(product, 1)
        body = json.dumps(WEBHOOK).encode()
        assert product.requests.post(SERVER_EVENTS, body, shop.headers).status == 401
        assert deliver(product, bearer(new)) == REPEATED


def test_an_idempotency_key_is_known_for_thirty_days() -> None:
    with in_memory(UNLIMITED) as product:
        shop = add_shop(product, "window.example")
        assert deliver(product, shop.headers) == STORED
        pass_time(product, 30 * 86_400)
        assert deliver(product, shop.headers) == REPEATED
        pass_time(product, 1)
        # Old keys are forgotten after the group that is being written.
        assert deliver(product, shop.headers, {"eventType": "another"}) == STORED
        assert deliver(product, shop.headers) == STORED


def pass_time(product: Product, seconds: float) -> None:
    """With what the server does from time to time."""
    product.clock.advance(seconds)
    product.analytics.catalog.rotate_salts()
    product.analytics.inbox.forget_old_keys()
