"""What our own tracker sends: ages, quotas, and any field of any kind."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.event import DropReason
from hitkeep_py.protocols.tracker import CALLERS, KINDS
from tests.accepted import send
from tests.bad_input import any_value
from tests.product import Product, in_memory

PATH = "/ingest/batch"
FIELDS = ("i", "k", "n", "en", "c", "u", "r", "t", "a", "p", "w", "$", "v", "l", "m", "g", "x", "d", "z", "later")
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        yield opened


@pytest.fixture(scope="module")
def site(product: Product) -> Site:
    return product.add_site("example.com")


@given(
    fields=st.dictionaries(st.sampled_from(FIELDS), any_value(), max_size=8),
    kind=st.sampled_from([*KINDS, None]),
    caller=st.sampled_from([*CALLERS, None]),
)
def test_any_fields_get_an_answer_and_lose_no_good_event(
    fields: dict[str, Any], kind: str | None, caller: str | None, product: Product, site: Site
) -> None:
    odd = {"k": kind, "c": caller, "n": "odd", **fields}
    outcome = send(product, PATH, {"s": site.id, "e": [odd, {"n": "good"}]})
    assert outcome.answer.status == 202 or b"not valid JSON" in outcome.answer.body
    if outcome.answer.status == 202:
        assert outcome.events[-1]["name"] == "good"
        answer = outcome.answer.json()
        assert answer["accepted"] + len(answer.get("refused", [])) == 2


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (r"cut \ud83d", "cut \ufffd"),
        (r"\uDE00 first", "\ufffd first"),
        (r"\ud83d\ud83d\ude00", "\ufffd😀"),
        (r"\ud83d \ude00", "\ufffd \ufffd"),
        (r"a \\\ud83d", "a \\\ufffd"),
        (r"said \\ud83d, and \ud83d", "said \\ud83d, and \ufffd"),
    ],
)
def test_half_a_character_costs_no_event(sent: str, stored: str, product: Product, site: Site) -> None:
    events = '[{"n":"good"},{"n":"odd","p":{"text":"' + sent + '"}}]'
    outcome = send(product, PATH, f'{{"s":"{site.id}","e":{events}}}'.encode())
    assert outcome.answer.status == 202
    assert [json.loads(each["props"] or "{}").get("text") for each in outcome.events] == [None, stored]


def test_an_event_happened_as_long_ago_as_its_age_says() -> None:
    with in_memory(Settings(max_event_age_days=1)) as product:
        site = product.add_site("example.com")
        product.analytics.catalog.sites.change(site.id, {"old_events": "drop"})
        product.analytics.catalog.refresh()
        now = product.clock.now_ms()
        ages: list[Any] = [0, HOUR_MS, 25 * HOUR_MS, -5, "60000", None, "soon"]
        send(product, PATH, {"s": site.id, "e": [{"n": "x", "a": age} for age in ages]})
        times = [time for (time,) in product.stored("epoch_us(time) // 1000", site)]
        assert times == [now, now - HOUR_MS, now, now - 60_000, now, now]
        assert product.analytics.usage.dropped == {DropReason.TOO_OLD: 1}
        assert [each.reason for each in product.analytics.debugger.of_site(site.id)][1:4] == [None, "too_old", None]
        product.analytics.catalog.sites.change(site.id, {"old_events": "keep"})
        product.analytics.catalog.refresh()
        send(product, PATH, {"s": site.id, "e": [{"n": "x", "a": days * DAY_MS} for days in (400, 3_649, 3_651)]})
        kept = [time for (time,) in product.stored("epoch_us(time) // 1000", site)[len(times) :]]
        assert kept == [now - 400 * DAY_MS, now - 3_649 * DAY_MS]


def test_past_its_quota_a_site_gets_nothing_of_a_list_twice() -> None:
    """The whole list is to be sent again, since the tracker cannot know which of them were stored."""
    with in_memory() as product:
        site = product.add_site("example.com")
        product.analytics.catalog.sites.change(site.id, {"monthly_quota": 2})
        product.analytics.catalog.refresh()
        body = {"s": site.id, "e": [{"i": str(number), "n": "x"} for number in range(3)]}
        assert [send(product, PATH, body).answer.status for _ in range(2)] == [429, 429]
        product.analytics.catalog.sites.change(site.id, {"monthly_quota": 6})
        product.analytics.catalog.refresh()
        assert send(product, PATH, body).answer.json() == {"accepted": 3}
        assert len(product.stored("name", site)) == 3
