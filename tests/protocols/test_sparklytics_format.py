"""Sparklytics' events: any field of any kind gets an answer, the good ones of a batch are stored, none is changed."""

import json
import math
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.text import clean
from tests.accepted import props_of, said, send
from tests.bad_input import any_text, any_value, naughty_strings, plain_text
from tests.product import Answer, Product, in_memory

PATH = "/api/collect"
KINDS_OF_FIELDS = (
    *("website_id", "type", "event_type", "event_name", "event_data", "url", "referrer", "language", "visitor_id"),
    *("screen", "screen_width", "screen_height", "event_id", "id", "idempotency_key", "later"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
)
BAD_EVENTS: tuple[Any, ...] = (5, None, [], "text", {}, {"website_id": 5}, {"website_id": "nobody", "event_name": "x"})
CODES = {"validation_error", "payload_too_large", "not_found"}
PREFIX = "x-sparklytics-ingest-"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        yield opened


@pytest.fixture(scope="module")
def site(product: Product) -> Site:
    return product.add_site("example.com")


def properties() -> st.SearchStrategy[dict[str, Any]]:
    """Within every limit: 64-bit integers, finite numbers, at most 5 levels."""
    numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    scalars = st.none() | st.booleans() | numbers | plain_text()
    inner = st.recursive(scalars, lambda value: st.lists(value, max_size=3), max_leaves=4)
    return st.dictionaries(plain_text(20), inner | st.dictionaries(plain_text(20), scalars, max_size=3), max_size=5)


def count(answer: Answer, name: str) -> int:
    return int(answer.headers[PREFIX + name])


def depth_of(value: Any) -> int:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@given(fields=st.dictionaries(st.sampled_from(KINDS_OF_FIELDS), any_value(), max_size=9), named=st.booleans())
def test_any_fields_get_an_answer_alone_and_in_a_batch(
    fields: dict[str, Any], named: bool, product: Product, site: Site
) -> None:
    event = {"website_id": site.id, "event_name": "x", **fields} if named else fields
    alone = send(product, PATH, event)
    assert alone.answer.status in (202, 400, 404)
    if alone.answer.status != 202:
        assert alone.answer.json()["error"]["code"] in CODES
        assert alone.events == []
    batch = send(product, "/e", [event, {"website_id": site.id, "event_name": "good"}])
    assert batch.answer.status == 202 or b"not valid JSON" in batch.answer.body
    if batch.answer.status == 202:
        assert batch.events[-1]["name"] == "good"
        assert ("refused" in batch.answer.json()) == (alone.answer.status != 202)


@given(name=plain_text(300), data=properties(), as_text=st.booleans(), kind=st.sampled_from(["custom", "event"]))
def test_what_is_taken_is_stored_unchanged(
    name: str, data: dict[str, Any], as_text: bool, kind: str, product: Product, site: Site
) -> None:
    sent = orjson.dumps(data).decode() if as_text else data
    outcome = send(product, PATH, {"website_id": site.id, "event_type": kind, "event_name": name, "event_data": sent})
    fits = len(orjson.dumps(data)) <= 4096 and depth_of(data) <= 5
    assert (outcome.answer.status == 202) == (fits and 1 <= len(clean(name, 256)) <= 255)
    if outcome.answer.status == 202:
        assert [each["name"] for each in outcome.events] == [clean(name, 255)]
        assert props_of(outcome.events[0]) == said(data)


@given(good=st.lists(st.booleans(), min_size=1, max_size=50), which=st.integers(0, len(BAD_EVENTS) - 1))
def test_the_good_events_of_a_batch_survive_the_bad_ones(
    good: list[bool], which: int, product: Product, site: Site
) -> None:
    bad = [BAD_EVENTS[(which + place) % len(BAD_EVENTS)] for place in range(len(good))]
    batch = [{"website_id": site.id, "event_name": str(n)} if fine else bad[n] for n, fine in enumerate(good)]
    outcome = send(product, PATH, batch)
    assert [each["name"] for each in outcome.events] == [str(n) for n, fine in enumerate(good) if fine]
    if not any(good):
        assert outcome.answer.status in (400, 404)
        return
    assert outcome.answer.status == 202
    assert count(outcome.answer, "accepted-events") == sum(good)
    assert count(outcome.answer, "dropped-events") == len(good) - sum(good)
    refused = outcome.answer.json().get("refused", [])
    assert [each["index"] for each in refused] == [n for n, fine in enumerate(good) if not fine]
    assert (PREFIX + "drop-reason" in outcome.answer.headers) == (not all(good))


@given(size=st.integers(4_080, 4_110), letter=st.sampled_from(["x", "ü", "€", "😀"]), as_text=st.booleans())
def test_the_limit_of_event_data_is_in_bytes(
    size: int, letter: str, as_text: bool, product: Product, site: Site
) -> None:
    room = size - len(b'{"a":""}')
    wide = len(letter.encode())
    data = {"a": letter * (room // wide) + "x" * (room % wide)}
    sent = json.dumps(data) if as_text else data
    outcome = send(product, PATH, {"website_id": site.id, "event_name": "x", "event_data": sent})
    assert outcome.answer.status == (202 if size <= 4_096 else 400)
    assert len(outcome.events) == (size <= 4_096)


@given(screen=any_text() | st.builds("{}x{}".format, st.integers(-5, 10**7), st.integers(0, 10**7)))
@example(screen="१०x२०")
@example(screen="²x²")
def test_any_text_may_be_a_screen(screen: str, product: Product, site: Site) -> None:
    outcome = send(product, PATH, {"website_id": site.id, "event_name": "x", "screen": screen})
    assert outcome.answer.status == 202 or b"not valid JSON" in outcome.answer.body


@given(width=st.floats() | st.integers(), height=st.floats() | st.integers())
def test_any_number_may_be_a_side(width: float, height: float, product: Product, site: Site) -> None:
    event = {"website_id": site.id, "event_name": "x", "screen_width": width, "screen_height": height}
    outcome = send(product, PATH, event)
    finite = math.isfinite(width) and math.isfinite(height)
    assert outcome.answer.status == (202 if finite else 400)


def test_naughty_strings_come_back_unchanged(product: Product, site: Site) -> None:
    for text in naughty_strings():
        data = {text[:255]: text}
        outcome = send(product, PATH, {"website_id": site.id, "event_name": "x", "url": text, "event_data": data})
        assert outcome.answer.status == 202, text
        assert props_of(outcome.events[0]) == said(data)


def test_when_nothing_can_be_stored_the_sender_is_told_to_come_again(site: Site, product: Product) -> None:
    product.analytics.inbox.refusal = "the disk is full"
    try:
        answer = product.requests.post(PATH, json.dumps({"website_id": site.id, "event_name": "x"}).encode())
    finally:
        product.analytics.inbox.refusal = None
    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json() == {"error": {"code": "ingest_overloaded", "message": "the disk is full", "field": None}}


def test_past_a_quota_the_sender_is_told_when_to_come_again(product: Product) -> None:
    site = product.add_site("quota.example")
    product.analytics.catalog.sites.change(site.id, {"monthly_quota": 1, "quota_answer": "refuse"})
    product.analytics.catalog.refresh()
    event = {"website_id": site.id, "event_name": "x"}
    assert send(product, PATH, event).answer.status == 202
    answer = send(product, PATH, event).answer
    assert answer.status == 429
    assert answer.json()["error"]["code"] == "rate_limited"
    assert answer.headers["retry-after"] == "86400"
