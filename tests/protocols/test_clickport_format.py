"""Clickport's events: any field of any kind gets an answer, and properties become the texts that JavaScript makes."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.config import Settings
from hitkeep_py.protocols.clickport import number_text
from tests.accepted import props_of, said, send
from tests.bad_input import any_value, naughty_strings, plain_text
from tests.product import Product, in_memory

PATH = "/api/event"
ORIGIN = [(b"origin", b"https://example.com")]
EVENT = {"t": "e", "n": "x"}
SITE_NAMES = ("d", "h", "domain", "hostname")
OPTIONAL = ("mk", "mv", "ra", "rc", "u", "url", "l", "r", "ref", "referrer", "s", "sid", "later")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        opened.add_site("example.com")
        yield opened


@given(fields=st.dictionaries(st.sampled_from(("t", "n", *SITE_NAMES, *OPTIONAL)), any_value(), max_size=8))
def test_any_fields_get_an_answer(fields: dict[str, Any], product: Product) -> None:
    answer = send(product, PATH, {"t": "e", **fields}, ORIGIN).answer
    assert answer.status in (200, 202, 400, 404)


@given(fields=st.dictionaries(st.sampled_from(OPTIONAL), any_value(), max_size=6))
def test_what_is_optional_never_loses_an_event(fields: dict[str, Any], product: Product) -> None:
    outcome = send(product, PATH, {**EVENT, **fields}, ORIGIN)
    if outcome.answer.status == 400:
        assert b"not valid JSON" in outcome.answer.body
    else:
        assert [each["name"] for each in outcome.events] == ["x"]


@given(
    pairs=st.lists(st.tuples(plain_text(), plain_text()), max_size=60),
    more_keys=st.integers(0, 3),
    more_values=st.integers(0, 3),
)
def test_the_first_thirty_pairs_are_stored_unchanged(
    pairs: list[tuple[str, str]], more_keys: int, more_values: int, product: Product
) -> None:
    keys = [key for key, _ in pairs] + ["more"] * more_keys
    values = [value for _, value in pairs] + ["more"] * (more_values if not more_keys else 0)
    (event,) = send(product, PATH, {**EVENT, "mk": keys, "mv": values}, ORIGIN).events
    wanted = dict(pair for pair in pairs if said(dict([pair])))
    assert props_of(event) == dict(list(wanted.items())[:30])


@given(value=plain_text(3_000))
def test_values_are_cut_at_2000_characters(value: str, product: Product) -> None:
    long = value + "ä" * 2_000
    (event,) = send(product, PATH, {**EVENT, "mk": ["k"], "mv": [long]}, ORIGIN).events
    assert props_of(event) == {"k": long[:2_000]}


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_as_texts_mean_the_same_number(number: float) -> None:
    text = number_text(number)
    assert float(text) == number
    assert ("e" in text) == (number != 0 and not 1e-6 <= abs(number) < 1e21)


@given(cents=st.integers(-(10**12), 10**12))
def test_amounts_are_stored_to_the_cent(cents: int, product: Product) -> None:
    (event,) = send(product, PATH, {**EVENT, "ra": cents / 100}, ORIGIN).events
    assert (event["revenue"], event["currency"]) == (cents, "USD")


@pytest.mark.parametrize("field", ["t", "n", *SITE_NAMES, *OPTIONAL])
def test_naughty_strings_in_every_field(field: str, product: Product) -> None:
    for text in naughty_strings():
        outcome = send(product, PATH, {**EVENT, field: text}, ORIGIN)
        assert len(outcome.events) == 1 or outcome.answer.status in (400, 404)


def test_naughty_strings_as_properties(product: Product) -> None:
    for text in naughty_strings():
        outcome = send(product, PATH, {**EVENT, "mk": [text], "mv": [text]}, ORIGIN)
        assert props_of(outcome.events[0]) == said({text[:255]: text[:2_000]})


def test_all_that_was_accepted_can_be_stored(product: Product) -> None:
    product.analytics.drain()
    assert product.analytics.writer.counters.failures == 0
    assert product.analytics.store.select("SELECT count(*) FROM events") == [(product.analytics.inbox.position,)]
