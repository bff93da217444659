"""HitKeep's web vitals and server routes: any field gets an answer, and what is taken is stored unchanged."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.text import clean
from tests.accepted import Outcome, props_of, said, send
from tests.bad_input import any_value, naughty_strings
from tests.product import Headers, Product, in_memory

VITALS, PAGEVIEW, EVENT = "/ingest/web-vitals", "/api/ingest/server/pageview", "/api/ingest/server/event"
VITAL = {"n": "LCP", "v": 2500.5, "p": "/prices"}
VISIT = {
    "url": "https://example.com/prices",
    "timestamp": "2026-11-20T11:00:00Z",
    "visitor_ip": "198.51.100.7",
    "user_agent": "Mozilla/5.0",
    "name": "purchase",
}
VITAL_FIELDS = ("n", "v", "p", "nt", "mid", "sid", "pid", "tsrc", "tv", "ua")
SERVER_FIELDS = (
    *("url", "timestamp", "visitor_ip", "user_agent", "name", "properties", "referrer", "dnt", "session_id"),
    *("viewport_width", "viewport_height", "screen_width", "screen_height", "language", "page_id", "later"),
)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        yield opened


@pytest.fixture(scope="module")
def site(product: Product) -> Site:
    return product.add_site("example.com")


@pytest.fixture(scope="module")
def headers(product: Product, site: Site) -> Headers:
    """What all routes want at once: an Origin, and a key."""
    text = product.analytics.catalog.keys.add(site.id, "api")[1]
    product.analytics.catalog.refresh()
    return [(b"origin", b"https://example.com"), (b"authorization", f"Bearer {text}".encode())]


def checked(outcome: Outcome) -> Outcome:
    """Stored and 202 with nothing, or refused with an error of ours."""
    if outcome.answer.status == 202:
        assert outcome.answer.body == b""
        return outcome
    assert outcome.answer.status in (400, 403, 413)
    assert outcome.answer.json()["error"].keys() == {"code", "message", "field"}
    assert outcome.events == []
    return outcome


@given(fields=st.dictionaries(st.sampled_from(VITAL_FIELDS), any_value(), max_size=6), valid=st.booleans())
def test_any_fields_of_a_web_vital(fields: dict[str, Any], valid: bool, product: Product, headers: Headers) -> None:
    outcome = checked(send(product, VITALS, {**VITAL, **fields} if valid else fields, headers))
    assert len(outcome.events) == (outcome.answer.status == 202)


@given(
    path=st.sampled_from([PAGEVIEW, EVENT]),
    fields=st.dictionaries(st.sampled_from(SERVER_FIELDS), any_value(), max_size=6),
    valid=st.booleans(),
)
def test_any_fields_of_a_server(
    path: str, fields: dict[str, Any], valid: bool, product: Product, headers: Headers
) -> None:
    outcome = checked(send(product, path, {**VISIT, **fields} if valid else fields, headers))
    assert len(outcome.events) == (outcome.answer.status == 202 and fields.get("dnt") is not True)


@given(name=st.sampled_from(["LCP", "CLS", "INP", "FCP", "TTFB"]), value=st.floats(0, 1e17) | st.integers(0, 2**53))
def test_a_web_vital_is_stored_to_the_last_digit(name: str, value: float, product: Product, headers: Headers) -> None:
    (event,) = checked(send(product, VITALS, {"n": name, "v": value}, headers)).events
    assert (event["kind"], event["name"], event["value"]) == ("web_vital", name, value)


@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=254),
    props=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False),
        max_size=20,
    ),
)
def test_names_and_properties_are_stored_unchanged(
    name: str, props: dict[str, Any], product: Product, headers: Headers
) -> None:
    body = {**VISIT, "name": f"x{name}", "properties": props}
    outcome = checked(send(product, EVENT, body, headers))
    if len(cleaned := clean(f"x{name}", 1_000)) > 255:
        assert outcome.answer.status == 400
        return
    (event,) = outcome.events
    assert (event["name"], props_of(event)) == (cleaned, said(props))


@given(
    milliseconds_ago=st.integers(0, 86_400_000),
    offset=st.integers(-23 * 60, 23 * 60),
    digits=st.integers(3, 9),
)
def test_a_time_is_stored_to_the_millisecond_whatever_its_zone(
    milliseconds_ago: int, offset: int, digits: int, product: Product, headers: Headers
) -> None:
    told = product.clock.now_ms() - milliseconds_ago
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=told)
    local = moment.astimezone(timezone(timedelta(minutes=offset)))
    fraction = f"{told % 1000:03}".ljust(digits, "0")
    zone = "Z" if offset == 0 else f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    text = f"{local:%Y-%m-%dT%H:%M:%S}.{fraction}{zone}"
    (event,) = checked(send(product, EVENT, {**VISIT, "timestamp": text}, headers)).events
    assert event["time"] == told


@pytest.mark.parametrize("field", SERVER_FIELDS)
@pytest.mark.parametrize("path", [PAGEVIEW, EVENT])
def test_naughty_strings_of_a_server(path: str, field: str, product: Product, headers: Headers) -> None:
    for text in naughty_strings():
        outcome = checked(send(product, path, {**VISIT, field: text}, headers))
        assert len(outcome.events) == (outcome.answer.status == 202)


@pytest.mark.parametrize("field", VITAL_FIELDS)
def test_naughty_strings_of_a_web_vital(field: str, product: Product, headers: Headers) -> None:
    for text in naughty_strings():
        outcome = checked(send(product, VITALS, {**VITAL, field: text}, headers))
        assert len(outcome.events) == (outcome.answer.status == 202)


def test_all_that_was_accepted_can_be_stored(product: Product) -> None:
    product.analytics.drain()
    assert product.analytics.writer.counters.failures == 0
    assert product.analytics.store.select("SELECT count(*) FROM events") == [(product.analytics.inbox.position,)]
