"""Umami's events: any field of any kind gets an answer of Umami's, good ones survive bad ones, and ids say nothing."""

from collections.abc import Iterator
from itertools import chain
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.enrich.lookups import normal_language
from hitkeep_py.protocols.umami import NOT_STORED
from hitkeep_py.text import clean
from tests.accepted import props_of, said, send
from tests.bad_input import any_value, naughty_strings, plain_text
from tests.product import Answer, Product, in_memory

SEND, BATCH = "/api/send", "/api/batch"
TEXTS = ("hostname", "language", "referrer", "screen", "title", "url", "name", "tag", "ip", "userAgent")
METRICS = ("lcp", "inp", "cls", "fcp", "ttfb")
FIELDS = (*TEXTS, *METRICS, "data", "id", "timestamp", "browser", "duration")
TYPES = ("event", "identify", "performance")
NO_ID = str(UUID(int=0))
BAD_OBJECTS: tuple[Any, ...] = (5, None, [], "text", {}, {"type": "event"}, {"type": "event", "payload": []})


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        yield opened


@pytest.fixture(scope="module")
def site(product: Product) -> Site:
    return product.add_site("example.com")


def written(site: Site, type: str = "event", **payload: Any) -> dict[str, Any]:
    return {"type": type, "payload": {"website": site.id, **payload}}


def checked(answer: Answer) -> Answer:
    """Every answer is one that Umami gives."""
    body = answer.json()
    if answer.status == 200:
        assert body == {"beep": "boop"} or {str(UUID(each)) for each in body.values()} == set(body.values())
        return answer
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"message", "code", "status"}
    assert body["error"]["status"] == answer.status in (400, 403, 413)
    assert body["error"]["message"]
    return answer


@given(
    type=st.sampled_from(TYPES) | any_value(),
    payload=st.dictionaries(st.sampled_from(FIELDS), any_value(), max_size=8) | any_value(),
    named=st.booleans(),
)
def test_any_object_gets_an_answer_of_umamis(
    type: Any, payload: Any, named: bool, product: Product, site: Site
) -> None:
    if named and isinstance(payload, dict):
        payload = {"website": site.id, **payload}
    outcome = send(product, SEND, {"type": type, "payload": payload})
    if checked(outcome.answer).status == 200:
        assert outcome.events or (type == "performance" and all(payload.get(name) is None for name in METRICS))
    else:
        assert outcome.events == []


@given(
    name=plain_text(49),
    tag=plain_text(50),
    title=plain_text(512),
    language=st.from_regex(r"[a-zA-Z-]{0,35}", fullmatch=True),
    width=st.integers(1, 99_999),
    height=st.integers(1, 99_999),
    data=st.dictionaries(
        plain_text(),
        plain_text() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False),
        max_size=20,
    ),
)
def test_what_is_within_the_limits_is_stored_unchanged(
    name: str,
    tag: str,
    title: str,
    language: str,
    width: int,
    height: int,
    data: dict[str, Any],
    product: Product,
    site: Site,
) -> None:
    screen = f"{width}x{height}"
    body = written(site, name=f"x{name}", tag=tag, title=title, language=language, screen=screen, data=data)
    outcome = send(product, SEND, body)
    assert checked(outcome.answer).status == 200
    (event,) = outcome.events
    assert (event["kind"], event["name"]) == ("event", clean(f"x{name}", 50))
    assert (event["label"] or "", event["title"] or "") == (clean(tag, 50), clean(title, 512))
    assert (event["language"] or "", event["screen"]) == (normal_language(language), screen)
    assert props_of(event) == said(data)


@given(kinds=st.lists(st.sampled_from(["good", "vitals", "unknown", *range(len(BAD_OBJECTS))]), max_size=30))
def test_good_objects_of_a_batch_survive_bad_ones(kinds: list[Any], product: Product, site: Site) -> None:
    good = {
        "good": written(site, name="x"),
        "vitals": written(site, "performance", lcp=1, cls=2, fcp=3),
        "unknown": {"type": "event", "payload": {"website": "nobody's"}},
    }
    outcome = send(product, BATCH, [BAD_OBJECTS[kind] if isinstance(kind, int) else good[kind] for kind in kinds])
    body = outcome.answer.json()
    bad = [place for place, kind in enumerate(kinds) if kind not in ("good", "vitals")]
    assert outcome.answer.status == 200
    assert (body["size"], body["processed"], body["errors"]) == (len(kinds), len(kinds) - len(bad), len(bad))
    assert [each["index"] for each in body["details"]] == bad
    names = [["LCP", "CLS", "FCP"] if kind == "vitals" else ["x"] for kind in kinds if kind in ("good", "vitals")]
    assert [each["name"] for each in outcome.events] == list(chain.from_iterable(names))
    assert (body["cache"] is None) == (not names)


@given(body=any_value() | st.lists(any_value(), max_size=5))
def test_any_body_of_a_batch(body: Any, product: Product) -> None:
    answer = send(product, BATCH, body).answer
    if answer.status == 200:
        assert answer.json().keys() == {"size", "processed", "errors", "details", "cache"}
    else:
        checked(answer)


def test_a_batch_of_500_objects_is_stored_whole(product: Product, site: Site) -> None:
    outcome = send(product, BATCH, [written(site, name=f"event {number}") for number in range(500)])
    assert outcome.answer.json()["processed"] == 500
    assert [each["name"] for each in outcome.events] == [f"event {number}" for number in range(500)]


@given(keys=st.lists(st.integers(0, 5), min_size=1, max_size=12), batched=st.booleans())
def test_an_event_id_is_stored_once(keys: list[int], batched: bool, product: Product, site: Site) -> None:
    run = product.analytics.inbox.position
    objects = [written(site, name=str(place), eventId=f"{run} {key}") for place, key in enumerate(keys)]
    outcomes = [send(product, BATCH, objects)] if batched else [send(product, SEND, each) for each in objects]
    firsts = [str(place) for place, key in enumerate(keys) if key not in keys[:place]]
    assert [event["name"] for each in outcomes for event in each.events] == firsts
    assert {each.answer.status for each in outcomes} == {200}


@given(cents=st.integers(1, 10**12), as_text=st.booleans(), currency=st.sampled_from(["USD", "eur", " GBP "]))
def test_amounts_are_stored_to_the_cent(cents: int, as_text: bool, currency: str, product: Product, site: Site) -> None:
    amount = f"{cents // 100}.{cents % 100:02}"
    data = {"revenue": amount if as_text else float(amount), "currency": currency}
    (event,) = send(product, SEND, written(site, name="x", data=data)).events
    assert (event["revenue"], event["currency"]) == (cents, currency.strip().upper())


@given(seconds_ago=st.integers(0, 86_400), as_text=st.booleans())
def test_a_timestamp_is_in_seconds(seconds_ago: int, as_text: bool, product: Product, site: Site) -> None:
    told = product.clock.now_ms() // 1000 - seconds_ago
    (event,) = send(product, SEND, written(site, name="x", timestamp=str(told) if as_text else told)).events
    assert event["time"] == told * 1000


@pytest.mark.parametrize(
    ("days", "reason"), [(-3_651, "too_old"), (-4_000, "too_old"), (1, "in_future"), (400, "in_future")]
)
def test_what_cannot_be_now_is_dropped_and_told(days: int, reason: str, product: Product, site: Site) -> None:
    told = product.clock.now_ms() // 1000 + days * 86_400
    outcome = send(product, SEND, written(site, name="x", timestamp=told))
    assert (outcome.events, outcome.answer.json()) == ([], NOT_STORED)
    assert product.analytics.debugger.of_site(site.id)[-1].reason == reason


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("type", TYPES)
def test_naughty_strings_in_every_field(type: str, field: str, product: Product, site: Site) -> None:
    for text in naughty_strings():
        body = written(site, type, **{"url": "/a", "lcp": 1, field: text})
        outcome = send(product, SEND, body)
        is_out_of_time = field == "timestamp" and outcome.answer.json() == NOT_STORED
        assert bool(outcome.events or is_out_of_time) == (checked(outcome.answer).status == 200)


def test_naughty_strings_as_event_ids(product: Product, site: Site) -> None:
    ids = [text for text in dict.fromkeys(naughty_strings()) if text.strip() and len(text) <= 255]
    for stored in (len(ids), 0):
        outcomes = [send(product, SEND, written(site, name="x", eventId=text)) for text in ids]
        assert {each.answer.status for each in outcomes} == {200}
        assert sum(len(each.events) for each in outcomes) == stored


def test_ids_are_of_the_visitor_and_of_the_hour() -> None:
    with in_memory() as product:
        site, other = product.add_site("example.com"), product.add_site("other.example")

        def ids(at: Site, ip: str) -> dict[str, str]:
            answered: dict[str, str] = send(product, SEND, written(at, name="x", ip=ip)).answer.json()
            return answered

        first = ids(site, "198.51.100.1")
        assert first == ids(site, "198.51.100.1")
        assert first["cache"] == first["sessionId"] != first["visitId"]
        assert NO_ID not in first.values()
        for others in (ids(site, "198.51.100.2"), ids(other, "198.51.100.1")):
            assert not set(first.values()) & set(others.values())
        product.clock.advance(3600)
        later = ids(site, "198.51.100.1")
        assert later["sessionId"] == first["sessionId"]
        assert later["visitId"] != first["visitId"]


def test_all_that_was_accepted_can_be_stored(product: Product) -> None:
    product.analytics.drain()
    assert product.analytics.writer.counters.failures == 0
    assert product.analytics.store.select("SELECT count(*) FROM events") == [(product.analytics.inbox.position,)]
