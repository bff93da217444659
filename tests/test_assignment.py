"""Which variant a visitor sees: the fixed algorithm, its vectors for other languages, and fair shares."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.assignment import assigned, fnv1a, mixed, visitor_hash

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("assignment_vectors.json").read_text("utf-8"))
VISITORS = 20_000
# Past these a fair draw comes once in 10,000 times; the visitors are fixed, so the tests never waver.
LIMITS = {1: 15.137, 2: 18.421, 3: 21.108, 4: 23.513}


def test_parts_agree_with_their_published_values() -> None:
    assert [fnv1a(text) for text in (b"", b"a", b"foobar")] == [0x811C9DC5, 0xE40C292C, 0xBF9CF968]
    assert [mixed(value) for value in (0, 1, 0xFFFFFFFF)] == [0, 0x514E28B7, 0x81F16F39]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["text"])[:40])
def test_vector(vector: dict[str, Any]) -> None:
    assert vector["text"] == f"{vector['experiment']}:{vector['visitor']}"
    assert visitor_hash(vector["text"]) == vector["hash"]
    assert assigned(vector["experiment"], vector["visitor"], vector["weights"]) == vector["index"]


@pytest.mark.parametrize("weights", [[1, 1], [9, 1], [1, 1, 1], [5, 3, 2], [10_000, 1, 2_000, 7_999], [1, 0, 3]])
@pytest.mark.parametrize("form", ["{}", "visitor-{}", "00000000-0000-4000-8000-{:012x}", "{:032x}"])
def test_shares_are_as_the_weights(weights: list[int], form: str) -> None:
    seen = Counter(assigned("exp_hero_v2", form.format(number), weights) for number in range(VISITORS))
    wanted = {index: VISITORS * weight / sum(weights) for index, weight in enumerate(weights) if weight}
    assert set(seen) <= set(wanted)
    distance = sum((seen[index] - share) ** 2 / share for index, share in wanted.items())
    assert distance < LIMITS[len(wanted) - 1]


def test_experiments_divide_visitors_independently() -> None:
    both = Counter(
        tuple(assigned(name, f"v{number}", [1, 1]) for name in ("exp_a", "exp_b")) for number in range(VISITORS)
    )
    share = VISITORS / 4
    assert sum((both[pair] - share) ** 2 / share for pair in ((0, 0), (0, 1), (1, 0), (1, 1))) < LIMITS[3]


@given(st.text(), st.text(), st.lists(st.integers(0, 10_000), min_size=2, max_size=10).filter(any))
def test_variant_is_one_with_a_weight_and_stays(experiment: str, visitor: str, weights: list[int]) -> None:
    index = assigned(experiment, visitor, weights)
    assert weights[index] > 0
    assert assigned(experiment, visitor, weights) == index


def test_weights_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        assigned("exp", "visitor", [0, 0])
