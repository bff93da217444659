"""The statistics of experiments: against scipy and published examples, by their properties, and under peeking."""

import itertools
import math
import random
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats  # type: ignore[import-untyped]

from hitkeep_py import inference
from hitkeep_py.inference import (
    ALPHA,
    CRITICAL,
    SAMPLE_RATIO_ALPHA,
    Comparison,
    Counts,
    Interval,
    always_valid_p_value,
    chi_square_tail,
    compare,
    comparisons,
    fixed,
    fixed_p_value,
    mixture_weight,
    sample_ratio_p_value,
)

# Conversions and visitors of control and variant; places and bounds of the 95 % interval as published.
PUBLISHED = {
    "Newcombe 1998, table II (a)": ((48, 80), (56, 70), 4, 0.0528, 0.3382),
    "Newcombe 1998, table II (b)": ((3, 10), (9, 10), 4, 0.1700, 0.8406),
    "R package ratesci, tests of legacy methods": ((0, 29), (5, 56), 4, -0.0326, 0.1933),
    "R package PropCIs, diffscoreci": ((1, 34), (7, 34), 7, 0.0270416, 0.3452912),
}
HARD_PAIRS = [
    ((0, 15), (0, 15)),
    ((0, 10), (10, 20)),
    ((20, 20), (10, 10)),
    ((0, 1), (1, 1)),
    ((1, 2), (0, 300)),
    ((3, 40_000), (9, 4_000)),
    ((39_997, 40_000), (3_995, 4_000)),
    ((5_012, 100_000), (5_234, 100_000)),
    ((120, 12_000), (900_000, 90_000_000)),
]

sizes = st.integers(1, 100_000)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    visitors = draw(sizes)
    rare = draw(st.integers(0, min(20, visitors)))
    return Counts(visitors, draw(st.sampled_from([rare, visitors - rare]) | st.integers(0, visitors)))


def compared(control: Counts, variant: Counts) -> Comparison:
    found = compare(control, variant)
    assert found is not None
    return found


def intervals(comparison: Comparison) -> list[Interval]:
    return [each.interval for each in (comparison.fixed, comparison.always_valid) if each]


def multiplied(value: Counts, factor: int) -> Counts:
    return Counts(value.visitors * factor, value.conversions * factor)


# The interval for one look


@pytest.mark.parametrize("name", PUBLISHED)
def test_interval_is_as_published(name: str) -> None:
    (control, control_visitors), (variant, visitors), places, lower, upper = PUBLISHED[name]
    found = fixed(Counts(control_visitors, control), Counts(visitors, variant)).interval
    assert (round(found.lower, places), round(found.upper, places)) == (lower, upper)


def likeliest_by_search(control: Counts, variant: Counts, difference: float) -> float:
    """The control's rate at which the likelihood's slope changes its sign, from its definition."""

    def slope(rate: float) -> float:
        rises = control.conversions / rate + variant.conversions / (rate + difference)
        failed = control.visitors - control.conversions, variant.visitors - variant.conversions
        return rises - failed[0] / (1 - rate) - failed[1] / (1 - rate - difference)

    margin = 1e-15
    low, high = max(0.0, -difference) + margin, min(1.0, 1 - difference) - margin
    if slope(low) <= 0 or slope(high) >= 0:
        return low if slope(low) <= 0 else high
    return float(optimize.brentq(slope, low, high, xtol=1e-17))


def score_by_search(control: Counts, variant: Counts, difference: float) -> float:
    low = likeliest_by_search(control, variant, difference)
    high, visitors = low + difference, control.visitors + variant.visitors
    variance = low * (1 - low) / control.visitors + high * (1 - high) / variant.visitors
    return (variant.rate - control.rate - difference) / math.sqrt(variance * visitors / (visitors - 1))


@pytest.mark.parametrize("pair", [*HARD_PAIRS, *(each[:2] for each in PUBLISHED.values())], ids=str)
def test_bounds_are_where_the_score_is_critical(pair: tuple[tuple[int, int], tuple[int, int]]) -> None:
    control, variant = (Counts(visitors, conversions) for conversions, visitors in pair)
    found = fixed(control, variant).interval
    for bound, critical, end in ((found.lower, CRITICAL, -1), (found.upper, -CRITICAL, 1)):
        if bound == end:
            continue
        start = variant.rate - control.rate

        def beyond(difference: float, critical: float = critical) -> float:
            return score_by_search(control, variant, difference) - critical

        expected = optimize.brentq(beyond, start * (1 - 1e-12), end * (1 - 1e-12), xtol=1e-15)
        assert bound == pytest.approx(expected, abs=1e-9)


@given(counts(), counts())
def test_p_value_is_that_of_the_n_minus_1_chi_square_test(control: Counts, variant: Counts) -> None:
    pair, visitors = (control, variant), control.visitors + variant.visitors
    assume(0 < sum(each.conversions for each in pair) < visitors)
    table = [[each.conversions, each.visitors - each.conversions] for each in pair]
    statistic = stats.chi2_contingency(table, correction=False).statistic * (visitors - 1) / visitors
    assert fixed_p_value(control, variant) == pytest.approx(stats.chi2.sf(statistic, 1), rel=1e-9, abs=1e-300)


def test_a_real_difference_has_a_small_p_value() -> None:
    comparison = compared(Counts(10_000, 500), Counts(10_000, 600))
    assert comparison.difference == pytest.approx(0.01)
    assert comparison.uplift == pytest.approx(0.2)
    assert comparison.fixed.p_value == pytest.approx(0.001925, abs=1e-6)
    assert comparison.always_valid is not None
    assert comparison.always_valid.p_value == pytest.approx(0.0445, abs=1e-4)


@pytest.mark.parametrize(("visitors", "conversions"), [(500, 80), (4_000, 330), (20_000, 1_300), (300_000, 18_200)])
def test_always_valid_p_value_is_one_over_the_mixed_likelihood(visitors: int, conversions: int) -> None:
    """Integrated over differences that are normal around 0, in multiples of that of no difference."""
    control, variant = Counts(10_000, 600), Counts(visitors, conversions)
    rate, together = (600 + conversions) / (10_000 + visitors), 10_000 + visitors
    variance = rate * (1 - rate) * (1 / 10_000 + 1 / visitors) * together / (together - 1)
    mixed = math.sqrt(variance * mixture_weight(control, variant))
    observed = variant.rate - control.rate

    def weighed(difference: float) -> float:
        likelihood = math.exp((observed**2 - (observed - difference) ** 2) / (2 * variance))
        return likelihood * float(stats.norm.pdf(difference, 0, mixed))

    ratio, _ = integrate.quad(weighed, -10 * mixed, 10 * mixed, points=[0, observed], epsabs=0, epsrel=1e-10, limit=500)
    assert always_valid_p_value(control, variant) == pytest.approx(min(1, 1 / ratio), rel=1e-8)


def test_mixture_is_as_wide_as_differences_to_find_with_5000_visitors_each() -> None:
    """The boundary at 5,000 visitors each is within 1 % of the lowest that any width of the mixture gives."""
    weight = mixture_weight(Counts(5_000, 0), Counts(5_000, 0))
    lowest = min(boundary(width / 100) for width in range(1, 10_000))
    assert boundary(weight) == pytest.approx(lowest, rel=0.01)
    assert boundary(weight * 10) == pytest.approx(1.07 * lowest, rel=0.005)
    assert boundary(weight / 10) == pytest.approx(1.27 * lowest, rel=0.005)


def boundary(weight: float) -> float:
    """Of the score, in standard errors."""
    return math.sqrt((1 + 1 / weight) * (math.log1p(weight) - 2 * math.log(ALPHA)))


# Properties of both intervals


@given(counts(), counts())
def test_intervals_contain_the_difference_and_lie_within_each_other(control: Counts, variant: Counts) -> None:
    comparison = compared(control, variant)
    for each in intervals(comparison):
        assert -1 <= each.lower <= comparison.difference <= each.upper <= 1
    if comparison.always_valid:
        narrow, wide = intervals(comparison)
        assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper
        assert 0 <= comparison.fixed.p_value <= comparison.always_valid.p_value <= 1


@given(counts(), counts())
def test_swapping_variants_turns_the_intervals_around(control: Counts, variant: Counts) -> None:
    there, back = compared(control, variant), compared(variant, control)
    assert there.difference == -back.difference
    assert there.fixed.p_value == back.fixed.p_value
    for one, other in zip(intervals(there), intervals(back), strict=True):
        assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower), abs=1e-9)


@given(counts(), counts())
def test_counting_who_did_not_convert_turns_the_intervals_around(control: Counts, variant: Counts) -> None:
    others = [Counts(each.visitors, each.visitors - each.conversions) for each in (control, variant)]
    there, back = compared(control, variant), compared(*others)
    assert there.fixed.p_value == pytest.approx(back.fixed.p_value, rel=1e-9)
    for one, other in zip(intervals(there), intervals(back), strict=True):
        assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower), abs=1e-9)


@given(counts(), counts())
def test_p_value_is_below_alpha_exactly_when_the_interval_excludes_no_difference(c: Counts, v: Counts) -> None:
    comparison = compared(c, v)
    for reading in filter(None, (comparison.fixed, comparison.always_valid)):
        assume(abs(reading.p_value - ALPHA) > 1e-6)
        excluded = reading.interval.lower > 0 or reading.interval.upper < 0
        assert excluded == (reading.p_value < ALPHA)


@given(counts(), counts(), st.integers(2, 50))
def test_more_visitors_with_the_same_rates_say_more(control: Counts, variant: Counts, factor: int) -> None:
    few, many = compared(control, variant), compared(multiplied(control, factor), multiplied(variant, factor))
    assert many.fixed.p_value <= few.fixed.p_value
    for wide, narrow in zip(intervals(few), intervals(many), strict=False):
        assert narrow.upper - narrow.lower <= wide.upper - wide.lower + 1e-10


# Where little or nothing can be said


@pytest.mark.parametrize(("control", "variant"), [((0, 0), (0, 0)), ((0, 0), (9, 3)), ((9, 3), (0, 0))])
def test_nothing_is_said_without_visitors(control: tuple[int, int], variant: tuple[int, int]) -> None:
    assert compare(Counts(*control), Counts(*variant)) is None


@pytest.mark.parametrize("conversions", [0, 1000])
def test_nobody_and_everybody_converting_makes_no_difference(conversions: int) -> None:
    comparison = compared(Counts(1000, conversions), Counts(1000, conversions))
    assert comparison.difference == 0
    assert comparison.fixed.p_value == 1
    assert comparison.fixed.interval.upper == pytest.approx(0.003829, abs=1e-6)
    assert comparison.fixed.interval.lower == pytest.approx(-0.003829, abs=1e-6)
    assert comparison.always_valid is None


def test_uplift_over_nothing_is_unknown() -> None:
    assert compared(Counts(100, 0), Counts(100, 9)).uplift is None


def test_always_valid_reading_waits_for_five_expected_of_each_kind() -> None:
    assert compared(Counts(100, 9), Counts(100, 0)).always_valid is None
    assert compared(Counts(100, 10), Counts(100, 0)).always_valid is not None
    assert compared(Counts(100, 91), Counts(100, 100)).always_valid is None


def test_each_variant_is_compared_with_the_first() -> None:
    assert comparisons([]) == []
    assert comparisons([Counts(10, 5)]) == [None]
    variants = [Counts(1000, 50), Counts(1000, 60), Counts(0, 0), Counts(900, 90)]
    expected = [None, compare(variants[0], variants[1]), None, compare(variants[0], variants[3])]
    assert comparisons(variants) == expected


@pytest.mark.parametrize(("visitors", "conversions"), [(3, 4), (0, 1), (3, -1), (-1, -1)])
def test_impossible_counts_are_refused(visitors: int, conversions: int) -> None:
    with pytest.raises(ValueError, match=f"cannot be {conversions} conversions of {visitors} visitors"):
        Counts(visitors, conversions)


# The ratio of the samples


@pytest.mark.parametrize("freedom", range(1, 41))
def test_tail_of_chi_square_is_scipys(freedom: int) -> None:
    for exponent in range(-24, 13):
        value = 10 ** (exponent / 4)
        assert chi_square_tail(value, freedom) == pytest.approx(stats.chi2.sf(value, freedom), rel=1e-9)
    assert chi_square_tail(1400, freedom) == pytest.approx(stats.chi2.sf(1400, freedom), rel=1e-9, abs=0)
    assert chi_square_tail(0, freedom) == 1


shares = st.lists(st.tuples(st.integers(5, 10**6), st.integers(1, 10_000)), min_size=2, max_size=10)


@given(shares)
def test_sample_ratio_is_scipys(pairs: list[tuple[int, int]]) -> None:
    visitors, weights = zip(*pairs, strict=True)
    wanted = [weight * sum(visitors) / sum(weights) for weight in weights]
    assume(min(wanted) >= 5.01)
    expected = stats.chisquare(visitors, wanted).pvalue
    assert sample_ratio_p_value(visitors, weights) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_sample_ratio_of_published_example() -> None:
    """Kohavi, Tang and Xu (2020), chapter 21: 821,588 and 815,482 users of a 50 % split, p = 1.8E-6."""
    p_value = sample_ratio_p_value([821_588, 815_482], [1, 1])
    assert p_value == pytest.approx(1.8e-6, abs=0.05e-6)
    assert p_value is not None
    assert p_value < SAMPLE_RATIO_ALPHA


@pytest.mark.parametrize(
    ("visitors", "weights"),
    [([9], [1]), ([0, 0], [1, 1]), ([9, 0], [1, 1]), ([90, 4], [20, 1]), ([9, 0], [1, 0])],
)
def test_sample_ratio_of_few_visitors_says_nothing(visitors: list[int], weights: list[int]) -> None:
    assert sample_ratio_p_value(visitors, weights) is None


def test_visitors_where_there_should_be_none_break_the_ratio() -> None:
    assert sample_ratio_p_value([50, 50, 0], [1, 1, 0]) == 1
    assert sample_ratio_p_value([50, 50, 1], [1, 1, 0]) == 0


@pytest.mark.parametrize(
    ("visitors", "weights", "reason"),
    [
        ([1, 2], [1], "as many weights"),
        ([-1, 2], [1, 1], "visitors cannot be below 0"),
        ([1, 2], [1, -1], "weights cannot be below 0"),
        ([1, 2], [0, 0], "above 0"),
        ([1, 2], [1, math.nan], "weights"),
        ([1, 2], [1, math.inf], "weights"),
    ],
)
def test_senseless_ratios_are_refused(visitors: list[int], weights: list[float], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        sample_ratio_p_value(visitors, weights)


# Peeking. The generator is seeded, so that these tests always see the same experiments.

VISITORS, STEP = 2_000, 20


def looks(chance: random.Random, rates: tuple[float, float], share: float) -> Iterator[tuple[Counts, Counts]]:
    """An experiment as it is seen after every 20th visitor; `share` of them get the variant."""
    visitors, conversions = [0, 0], [0, 0]
    for number in range(1, VISITORS + 1):
        arm = chance.random() < share
        visitors[arm] += 1
        conversions[arm] += chance.random() < rates[arm]
        if number % STEP == 0 and all(visitors):
            yield Counts(visitors[0], conversions[0]), Counts(visitors[1], conversions[1])


def differs_always_valid(control: Counts, variant: Counts) -> bool:
    p_value = always_valid_p_value(control, variant)
    return p_value is not None and p_value <= ALPHA


def differs_at_one_look(control: Counts, variant: Counts) -> bool:
    return fixed_p_value(control, variant) <= ALPHA


@pytest.mark.parametrize(("rate", "share"), [(0.5, 0.5), (0.1, 0.5), (0.1, 0.2)])
def test_peeking_finds_differences_where_there_are_none_only_by_the_test_for_one_look(
    rate: float, share: float
) -> None:
    chance, experiments = random.Random(1), 300
    always = once = last = 0
    for _ in range(experiments):
        seen = list(looks(chance, (rate, rate), share))
        always += any(itertools.starmap(differs_always_valid, seen))
        once += any(itertools.starmap(differs_at_one_look, seen))
        last += differs_at_one_look(*seen[-1])
    assert always / experiments <= ALPHA
    assert last / experiments <= ALPHA + 0.03  # A single look is what that test is made for.
    assert once / experiments >= 5 * ALPHA


def test_a_real_difference_is_found_while_peeking_and_the_interval_keeps_containing_it() -> None:
    chance, experiments, rates = random.Random(2), 60, (0.10, 0.17)
    found = missed = 0
    for _ in range(experiments):
        seen = list(looks(chance, rates, 0.4))
        found += any(itertools.starmap(differs_always_valid, seen))
        readings = [inference.always_valid(*each) for each in seen[19::20]]
        bounds = [each.interval for each in readings if each]
        missed += not all(each.lower <= rates[1] - rates[0] <= each.upper for each in bounds)
    assert found / experiments >= 0.8
    assert missed / experiments <= ALPHA


def test_a_single_conversion_of_a_rarely_shown_variant_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 3 % of visitors there and 1 of 2,000 converting, this comes in more than 5 % of experiments."""
    control, variant = Counts(2_500, 0), Counts(74, 1)
    assert always_valid_p_value(control, variant) is None
    monkeypatch.setattr(inference, "LEAST_EXPECTED", 0)
    assert differs_always_valid(control, variant)
