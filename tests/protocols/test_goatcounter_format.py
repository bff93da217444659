"""GoatCounter's hits: whatever is asked for, the answer is an image or GoatCounter's JSON, and good hits are stored."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.address import read_address
from hitkeep_py.clock import utc_text
from hitkeep_py.config import Settings
from hitkeep_py.text import clean
from tests.accepted import Outcome, outcome_of, send
from tests.bad_input import any_headers, any_value, naughty_strings, plain_text
from tests.product import Answer, Product, Request, in_memory

COUNT, HITS = "/count", "/api/v0/count"
PARAMETERS = ("p", "t", "r", "e", "s", "q", "b", "ns", "rnd", "width")
FIELDS = (
    *("path", "title", "event", "ref", "size", "query", "bot", "user_agent", "location", "language", "ip"),
    *("created_at", "session", "later"),
)
BAD_HITS: tuple[Any, ...] = (5, None, [], "text", {}, {"path": 5}, {"path": "/a", "event": "maybe"}, {"path": " "})
PAGE = (b"origin", b"https://example.com")
REASON = "x-goatcounter"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        opened.add_site("example.com")
        yield opened


@pytest.fixture(scope="module")
def key(product: Product) -> str:
    (site,) = product.analytics.catalog.sites.all()
    text = product.analytics.catalog.keys.add(site.id, "secret")[1]
    product.analytics.catalog.refresh()
    return text


def bearer(key: str) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", f"Bearer {key}".encode())]


def count(product: Product, query: bytes, method: str = "GET", headers: Any = (PAGE,)) -> Outcome:
    return outcome_of(product, Request(method, COUNT, headers, query=query))


def checked(answer: Answer) -> Answer:
    """The image, with a printable reason when it is an error."""
    assert answer.status in (200, 202, 400)
    assert answer.headers["content-type"] == "image/gif"
    assert (answer.body[:6], len(answer.body)) == (b"GIF89a", 43)
    assert answer.headers["cache-control"] == "no-store"
    assert (REASON in answer.headers) == (answer.status != 200)
    reason = answer.headers.get(REASON, "reason")
    assert reason.isascii()
    assert reason.isprintable()
    return answer


@given(query=st.binary(max_size=200), method=st.sampled_from(["GET", "POST", "HEAD"]), headers=any_headers())
def test_any_query_is_answered_with_the_image(query: bytes, method: str, headers: Any, product: Product) -> None:
    headers = [each for each in headers if each[0] not in (b"content-length", b"idempotency-key")]
    checked(count(product, query, method, headers).answer)


@given(
    given_parameters=st.dictionaries(st.sampled_from(PARAMETERS), plain_text(), max_size=6),
    method=st.sampled_from(["GET", "POST"]),
)
def test_any_parameters_are_stored_or_refused(given_parameters: dict[str, str], method: str, product: Product) -> None:
    outcome = count(product, urlencode({"p": "/a", **given_parameters}).encode(), method)
    if checked(outcome.answer).status == 200:
        assert len(outcome.events) == 1 or is_bot({"bot": given_parameters["b"]})
    else:
        assert outcome.answer.headers[REASON]
        assert outcome.events == []


@given(path=plain_text(2000), title=plain_text(512), is_event=st.booleans(), width=st.integers(1, 99_999))
def test_what_is_within_the_limits_is_stored_unchanged(
    path: str, title: str, is_event: bool, width: int, product: Product
) -> None:
    page = "".join(each for each in path if each not in "?#").replace("://", "")
    given_parameters = {"p": f"/x{page}", "t": title, "s": f"{width},600,2", "e": str(is_event).lower()}
    (event,) = count(product, urlencode(given_parameters).encode()).events
    if is_event:
        assert (event["kind"], event["name"], event["path"]) == ("event", clean(f"x{page}", 255), None)
    else:
        assert (event["kind"], event["name"], event["path"]) == (
            "pageview",
            None,
            read_address(f"/x{page}".strip()).path,
        )
    assert (event["title"] or "", event["screen"]) == (clean(title, 512), f"{width}x600")


@pytest.mark.parametrize("name", PARAMETERS)
def test_naughty_strings_in_every_parameter(name: str, product: Product) -> None:
    for text in naughty_strings():
        checked(count(product, urlencode({"p": "/a", name: text}).encode()).answer)


@given(hits=st.lists(st.dictionaries(st.sampled_from(FIELDS), any_value(), max_size=6) | any_value(), max_size=6))
def test_any_hits_are_stored_or_named_in_the_errors(hits: list[Any], product: Product, key: str) -> None:
    named = [{"path": "/a", **hit} if isinstance(hit, dict) else hit for hit in hits]
    outcome = send(product, HITS, {"no_sessions": True, "hits": named}, bearer(key))
    answered = outcome.answer.json()
    if outcome.answer.status == 202:
        assert answered == {"status": "ok"}
        assert 1 <= len(outcome.events) <= len(hits) or any(is_bot(hit) for hit in named)
    else:
        assert outcome.answer.status == 400
        # Not JSON (NaN, a lone surrogate), or no hits.
        refused = answered.get("errors") or answered["error"]
        assert all(refused.values()) if isinstance(refused, dict) else refused and not outcome.events
        if isinstance(refused, dict):
            bots = sum(is_bot(hit) for place, hit in enumerate(named) if str(place) not in refused)
            assert len(outcome.events) + len(refused) + bots == len(hits)


def is_bot(hit: Any) -> bool:
    bot = hit.get("bot") if isinstance(hit, dict) else None
    return isinstance(bot, int | float | str) and not isinstance(bot, bool) and float(bot or 0) >= 1


@given(places=st.lists(st.sampled_from([None, *range(len(BAD_HITS))]), min_size=1, max_size=30))
def test_good_hits_survive_bad_ones(places: list[int | None], product: Product, key: str) -> None:
    hits = [{"path": f"/{place}"} if bad is None else BAD_HITS[bad] for place, bad in enumerate(places)]
    outcome = send(product, HITS, {"no_sessions": True, "hits": hits}, bearer(key))
    assert [each["path"] for each in outcome.events] == [f"/{place}" for place, bad in enumerate(places) if bad is None]
    refused = [str(place) for place, bad in enumerate(places) if bad is not None]
    assert outcome.answer.status == (400 if refused else 202)
    assert list(outcome.answer.json().get("errors", {})) == refused


def test_500_hits_are_stored(product: Product, key: str) -> None:
    hits = [{"path": f"/{number}"} for number in range(500)]
    outcome = send(product, HITS, {"no_sessions": True, "hits": hits}, bearer(key))
    assert outcome.answer.status == 202
    assert len(outcome.events) == 500


@given(seconds_ago=st.integers(0, 86_400))
def test_a_hit_keeps_its_own_time(seconds_ago: int, product: Product, key: str) -> None:
    told = product.clock.now_ms() - seconds_ago * 1000
    hit = {"path": "/a", "session": "s", "created_at": utc_text(told)}
    (event,) = send(product, HITS, {"hits": [hit]}, bearer(key)).events
    assert event["time"] == told


def test_a_key_is_the_password_of_basic_too(product: Product, key: str) -> None:
    for user in ("", "anyone"):
        basic = base64.b64encode(f"{user}:{key}".encode())
        outcome = send(
            product, HITS, {"no_sessions": True, "hits": [{"path": "/a"}]}, [(b"authorization", b"Basic " + basic)]
        )
        assert (outcome.answer.status, len(outcome.events)) == (202, 1)


@given(
    authorization=st.binary(max_size=60) | st.binary(max_size=60).map(lambda text: b"Basic " + base64.b64encode(text))
)
def test_any_authorization_that_is_no_key(authorization: bytes, product: Product) -> None:
    outcome = send(product, HITS, {"no_sessions": True, "hits": [{"path": "/a"}]}, [(b"authorization", authorization)])
    assert outcome.answer.status == 401
    assert outcome.answer.json().keys() == {"error"}
    assert outcome.events == []


@pytest.mark.parametrize("field", FIELDS)
def test_naughty_strings_in_every_field(field: str, product: Product, key: str) -> None:
    hits = [{"path": "/a", field: text} for text in naughty_strings()]
    for start in range(0, len(hits), 500):
        body = {"no_sessions": True, "hits": hits[start : start + 500]}
        assert send(product, HITS, body, bearer(key)).answer.status in (202, 400)


def test_all_that_was_accepted_can_be_stored(product: Product) -> None:
    product.analytics.drain()
    assert product.analytics.writer.counters.failures == 0
    assert product.analytics.store.select("SELECT count(*) FROM events") == [(product.analytics.inbox.position,)]
