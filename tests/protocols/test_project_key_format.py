"""Events with a projectKey: any field of any kind gets an answer, and a batch's good events survive the bad ones."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from tests.accepted import props_of, said, send
from tests.bad_input import any_value, naughty_strings
from tests.product import Product, in_memory

PATHS = ["/api/events", "/api/event"]
OPTIONAL = (
    *("event_data", "page_title", "page_path", "referrer", "userAgent", "sessionId", "userId", "timestamp", "later"),
)
NAMES = ("event_name", "eventName", "url", *OPTIONAL)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        yield opened


@pytest.fixture(scope="module")
def site(product: Product) -> Site:
    return product.add_site("example.com")


@pytest.fixture(scope="module")
def event(product: Product, site: Site) -> dict[str, Any]:
    """All that is required."""
    key = product.analytics.catalog.keys.add(site.id, "public")[1]
    product.analytics.catalog.refresh()
    return {"projectKey": key, "event_name": "x", "url": "https://example.com/a"}


@given(path=st.sampled_from(PATHS), fields=st.dictionaries(st.sampled_from(NAMES), any_value(), max_size=6))
def test_any_fields_are_stored_or_refused(
    path: str, fields: dict[str, Any], product: Product, event: dict[str, Any]
) -> None:
    outcome = send(product, path, {**event, **fields})
    assert (outcome.answer.status == 202) == (len(outcome.events) == 1)
    if outcome.answer.status != 202:
        assert outcome.answer.status in (400, 403, 413)
        assert not_json(outcome.answer) or outcome.answer.json()["error"]["message"]


@given(key=any_value(), path=st.sampled_from(PATHS))
def test_any_other_key_stores_nothing(key: Any, path: str, product: Product, event: dict[str, Any]) -> None:
    outcome = send(product, path, {**event, "projectKey": key})
    assert outcome.answer.status in (400, 401)
    assert outcome.events == []


@given(
    data=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
        | st.integers(-(2**63), 2**64 - 1)
        | st.booleans()
        | st.none()
        | st.lists(st.integers(0, 9), max_size=3),
        max_size=20,
    ),
    as_text=st.booleans(),
)
def test_event_data_is_stored_unchanged(
    data: dict[str, Any], as_text: bool, product: Product, event: dict[str, Any]
) -> None:
    sent = json.dumps(data) if as_text else data
    (stored,) = send(product, PATHS[0], {**event, "event_data": sent}).events
    assert props_of(stored) == said(data)


@given(
    path=st.sampled_from(PATHS),
    items=st.lists(
        st.none() | st.sampled_from(["url", "event_name", "projectKey"]) | any_value(), min_size=1, max_size=50
    ),
)
def test_the_good_events_of_a_batch_survive_the_bad_ones(
    path: str, items: list[Any], product: Product, event: dict[str, Any]
) -> None:
    """None is a good event here, the name of a field one without it, anything else is sent as it is."""
    batch = [
        {**event, "event_name": f"e{place}"}
        if item is None
        else {name: value for name, value in event.items() if name != item}
        if item in ("url", "event_name", "projectKey")
        else item
        for place, item in enumerate(items)
    ]
    good = [place for place, item in enumerate(items) if item is None]
    outcome = send(product, path, batch)
    assert [each["name"] for each in outcome.events] == [f"e{place}" for place in good] or not_json(outcome.answer)
    if good and not not_json(outcome.answer):
        assert outcome.answer.status == 202
        answer = outcome.answer.json()
        assert answer["accepted"] == len(good)
        assert [each["index"] for each in answer["refused"]] == [
            place for place in range(len(items)) if place not in good
        ]
    else:
        assert outcome.answer.status == 400


def not_json(answer: Any) -> bool:
    """Python writes NaN, huge numbers and lone surrogates, which are no JSON."""
    return answer.status == 400 and b"not valid JSON" in answer.body


@given(age_ms=st.integers(0, 40 * 86_400_000))
def test_a_time_is_kept_while_it_can_be_true(age_ms: int, product: Product, event: dict[str, Any]) -> None:
    now = product.clock.now_ms()
    (stored,) = send(product, PATHS[0], {**event, "timestamp": now - age_ms}).events
    assert stored["time"] in (now - age_ms, now)
    if age_ms <= 86_400_000:
        assert stored["time"] == now - age_ms


@pytest.mark.parametrize("field", NAMES)
def test_naughty_strings_in_every_field(field: str, product: Product, event: dict[str, Any]) -> None:
    for text in naughty_strings():
        outcome = send(product, PATHS[0], {**event, field: text})
        assert (outcome.answer.status == 202) == (len(outcome.events) == 1)
        assert outcome.answer.status in (202, 400, 403)


def test_a_user_is_known_by_the_id_whatever_the_address(product: Product, event: dict[str, Any]) -> None:
    users = [send(product, PATHS[0], {**event, "userId": user}).events[0]["user_id"] for user in ("u-1", "u-1", 1, "1")]
    assert users[0] == users[1] != users[2]
    assert users[2] == users[3]


def test_all_that_was_accepted_can_be_stored(product: Product) -> None:
    product.analytics.drain()
    assert product.analytics.writer.counters.failures == 0
    assert product.analytics.store.select("SELECT count(*) FROM events") == [(product.analytics.inbox.position,)]
