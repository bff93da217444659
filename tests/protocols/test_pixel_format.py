"""The pixel: whatever its address says, an image comes back, and what is within the limits is stored unchanged."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.address import read_address
from hitkeep_py.config import Settings
from hitkeep_py.text import clean
from tests.accepted import Outcome, outcome_of
from tests.bad_input import any_headers, naughty_strings, plain_text
from tests.product import Answer, Headers, Product, Request, in_memory

PARAMETERS = ("url", "path", "title", "referrer", "name", "utm_source", "utm_medium", "utm_campaign", "utm_term")
REFERER = (b"referer", b"https://example.com/prices")
ERROR = "x-pixel-error"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        opened.add_site("example.com")
        yield opened


def load(product: Product, query: bytes, headers: Headers = (REFERER,), method: str = "GET") -> Outcome:
    outcome = outcome_of(product, Request(method, "/pixel.gif", headers, query=query))
    checked(outcome.answer)
    return outcome


def checked(answer: Answer) -> Answer:
    assert answer.status in (200, 400, 404)
    assert answer.headers["content-type"] == "image/gif"
    assert (answer.body[:6], len(answer.body)) == (b"GIF89a", 43)
    assert answer.headers["cache-control"] == "no-store"
    assert (ERROR in answer.headers) == (answer.status != 200)
    return answer


@given(query=st.binary(max_size=200), headers=any_headers(), method=st.sampled_from(["GET", "HEAD"]))
def test_any_query_is_answered_with_the_image(
    query: bytes, headers: list[tuple[bytes, bytes]], method: str, product: Product
) -> None:
    load(product, query, [each for each in headers if each[0] != b"content-length"], method)


@given(parameters=st.dictionaries(st.sampled_from(PARAMETERS), plain_text(), max_size=9))
def test_any_parameters_are_stored(parameters: dict[str, str], product: Product) -> None:
    outcome = load(product, urlencode(parameters).encode())
    (event,) = outcome.events
    name = clean(parameters.get("name", ""), 255)
    assert outcome.answer.status == 200
    assert (event["kind"], event["name"]) == (("event", name) if name else ("pageview", None))


@given(
    name=plain_text(254),
    path=plain_text(2000),
    title=plain_text(512),
    campaign=st.dictionaries(st.sampled_from(PARAMETERS[5:]), plain_text(255)),
)
def test_what_is_within_the_limits_is_stored_unchanged(
    name: str, path: str, title: str, campaign: dict[str, str], product: Product
) -> None:
    page = "/x" + "".join(each for each in path if each not in "?#")
    outcome = load(product, urlencode({"name": f"x{name}", "path": page, "title": title, **campaign}).encode())
    (event,) = outcome.events
    assert (event["name"], event["path"]) == (clean(f"x{name}", 255), read_address(page.strip()).path)
    assert event["title"] == (clean(title, 512) or None)
    assert {field: event[field] for field in PARAMETERS[5:]} == {
        field: clean(campaign.get(field, ""), 255) or None for field in PARAMETERS[5:]
    }


@given(site=plain_text() | st.from_regex(r"hkp_\w{0,40}") | st.uuids().map(str))
def test_any_site_that_is_none(site: str, product: Product) -> None:
    outcome = load(product, urlencode({"site": site}).encode(), ())
    assert (outcome.answer.status, outcome.events) == (404, [])


@pytest.mark.parametrize("name", ["site", *PARAMETERS])
def test_naughty_strings_in_every_parameter(name: str, product: Product) -> None:
    for text in naughty_strings():
        outcome = load(product, urlencode({name: text}).encode())
        assert len(outcome.events) == (1 if outcome.answer.status == 200 else 0)
        assert outcome.answer.status == 200 or name == "site"


@pytest.mark.parametrize("header", [b"referer", b"origin", b"host", b"user-agent"])
def test_naughty_strings_in_a_header(header: bytes, product: Product) -> None:
    for text in naughty_strings():
        load(product, b"site=example.com", [(header, text.encode())])


def test_all_that_was_accepted_can_be_stored(product: Product) -> None:
    product.analytics.drain()
    assert product.analytics.writer.counters.failures == 0
    assert product.analytics.store.select("SELECT count(*) FROM events") == [(product.analytics.inbox.position,)]
