"""Plausible's events: any field of any kind gets an answer, and what is within the limits is stored unchanged."""

import string
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.config import Settings
from hitkeep_py.text import clean
from tests.accepted import props_of, said, send
from tests.bad_input import any_text, any_value, naughty_strings, plain_text
from tests.product import Product, in_memory

PATH = "/api/event"
PAGE = {"u": "https://example.com/a", "d": "example.com"}
EVENT = {"n": "x", **PAGE}
NAMES = (
    *("n", "name", "u", "url", "d", "domain", "r", "referrer", "p", "props", "m", "meta", "h", "hashMode"),
    *("$", "revenue", "i", "interactive", "sd", "e", "w", "v"),
)
OPTIONAL = tuple(name for name in NAMES if name not in ("n", "name", "u", "url", "d", "domain"))


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        for number in range(4):
            opened.add_site(f"site{number}.example")
        opened.add_site("example.com")
        yield opened


@given(fields=st.dictionaries(st.sampled_from(NAMES), any_value(), max_size=8))
def test_any_fields_get_an_answer_of_plausibles(fields: dict[str, Any], product: Product) -> None:
    answer = send(product, PATH, fields).answer
    if answer.status == 202:
        assert answer.body == b"ok"
    else:
        assert answer.status == 400
        (messages,) = answer.json()["errors"].values()
        assert all(isinstance(each, str) and each for each in messages)


@given(fields=st.dictionaries(st.sampled_from(OPTIONAL), any_value(), max_size=6))
def test_what_is_optional_never_loses_an_event(fields: dict[str, Any], product: Product) -> None:
    outcome = send(product, PATH, {**EVENT, **fields})
    if outcome.answer.status == 400:
        errors = outcome.answer.json()["errors"]
        # Not JSON (NaN, a lone surrogate), or a property over its limit, as upstream.
        assert errors.keys() <= {"request", "props"}
    else:
        assert [each["name"] for each in outcome.events] == ["x"]


@given(
    name=plain_text(),
    props=st.dictionaries(
        plain_text(),
        plain_text()
        | st.integers(-(2**63), 2**64 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.booleans(),
        max_size=30,
    ),
)
def test_names_and_properties_within_the_limits_are_stored_unchanged(
    name: str, props: dict[str, Any], product: Product
) -> None:
    outcome = send(product, PATH, {"n": f"x{name}", "p": props, **PAGE})
    (event,) = outcome.events
    assert event["name"] == clean(f"x{name}", 120)
    assert props_of(event) == said(props)


@given(known=st.lists(st.integers(0, 3), max_size=8), unknown=st.integers(0, 5), order=st.randoms())
def test_an_event_is_stored_once_for_each_known_site_and_the_others_are_counted(
    known: list[int], unknown: int, order: Any, product: Product
) -> None:
    domains = [f"site{number}.example" for number in known] + [f"unknown{number}.example" for number in range(unknown)]
    order.shuffle(domains)
    outcome = send(product, PATH, {**EVENT, "d": ",".join(domains)})
    if not domains:
        assert outcome.answer.json() == {
            "errors": {"domain": ["can't be blank: send the site's domain as d or domain"]}
        }
        return
    assert len(outcome.events) == len({each["site_id"] for each in outcome.events}) == len(set(known))
    assert outcome.answer.headers.get("x-plausible-dropped") == (str(unknown) if unknown else None)


@given(domain=any_text() | st.text(string.printable, max_size=20), url=any_text())
def test_any_domain_and_address(domain: str, url: str, product: Product) -> None:
    assert send(product, PATH, {"n": "x", "d": domain, "u": url}).answer.status in (202, 400)


@given(cents=st.integers(-(10**12), 10**12), as_text=st.booleans())
def test_amounts_are_stored_to_the_cent(cents: int, as_text: bool, product: Product) -> None:
    amount = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"
    revenue = {"amount": amount if as_text else float(amount), "currency": "USD"}
    (event,) = send(product, PATH, {**EVENT, "$": revenue}).events
    assert (event["revenue"], event["currency"]) == (cents, "USD")


@pytest.mark.parametrize("field", NAMES)
def test_naughty_strings_in_every_field(field: str, product: Product) -> None:
    for text in naughty_strings():
        outcome = send(product, PATH, {**EVENT, field: text})
        assert (
            len(outcome.events) == 1 or outcome.answer.status == 400 or "x-plausible-dropped" in outcome.answer.headers
        )


def test_all_that_was_accepted_can_be_stored(product: Product) -> None:
    product.analytics.drain()
    assert product.analytics.writer.counters.failures == 0
    assert product.analytics.store.select("SELECT count(*) FROM events") == [(product.analytics.inbox.position,)]
