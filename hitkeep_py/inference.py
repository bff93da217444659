"""What the counts of an experiment do and do not show: intervals and tests for the difference of two rates.

Formulas, assumptions and references in docs/experiments.md.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

# The share of experiments without any difference that may be declared different.
ALPHA = 0.05
CRITICAL = NormalDist().inv_cdf(1 - ALPHA / 2)

# Asked of every experiment at every look, 0.05 would cry wolf; a broken split lies far below either.
SAMPLE_RATIO_ALPHA = 0.001

# Cochran's rule: below 5 expected, counts are too lumpy for the normal and the chi-square distribution.
LEAST_EXPECTED = 5

# How many in each variant make the always-valid interval tightest. It is 7 % wider than need be at ten times as many,
# 27 % at a tenth.
TUNED_FOR_VISITORS = 5_000

# Rates and differences are found to about this. So many halvings of the longest way, from -1 to 1, leave less.
CLOSE = 1e-14
SEARCH_STEPS = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """Visitors of a variant and how many of them converted: whole numbers, 0 <= conversions <= visitors."""

    visitors: int
    conversions: int

    def __post_init__(self) -> None:
        if not 0 <= self.conversions <= self.visitors:
            raise ValueError(f"there cannot be {self.conversions} conversions of {self.visitors} visitors")

    @property
    def rate(self) -> float:
        """Fraction from 0 to 1. Undefined without visitors."""
        return self.conversions / self.visitors


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a difference of rates, fractions: -1 <= lower <= difference <= upper <= 1."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A 95 % interval of the difference, and the p-value (0 to 1) that is below 0.05 when the interval excludes 0."""

    interval: Interval
    p_value: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variant against the control.

    `difference` is the variant's rate minus the control's, a fraction from -1 to 1. `uplift` is that as a fraction of
    the control's rate, None when nobody converted there. `fixed` holds for one look at a time that was set beforehand,
    `always_valid` for any number of looks at any time; the latter is None as long as there is too little to say.
    """

    difference: float
    uplift: float | None
    fixed: Reading
    always_valid: Reading | None


def comparisons(variants: Sequence[Counts]) -> list[Comparison | None]:
    """Every variant against the first, the control; None for the control itself."""
    return [None if index == 0 else compare(variants[0], variant) for index, variant in enumerate(variants)]


def compare(control: Counts, variant: Counts) -> Comparison | None:
    """None as long as one of them has no visitors."""
    if not control.visitors or not variant.visitors:
        return None
    difference = variant.rate - control.rate
    uplift = difference / control.rate if control.conversions else None
    return Comparison(difference, uplift, fixed(control, variant), always_valid(control, variant))


def fixed(control: Counts, variant: Counts) -> Reading:
    """For one look: the interval of Miettinen and Nurminen (1985) and its test of no difference."""
    return Reading(interval(control, variant, CRITICAL), fixed_p_value(control, variant))


def fixed_p_value(control: Counts, variant: Counts) -> float:
    """0 to 1, two-sided. At a difference of 0 the score makes the N - 1 chi-square test (Campbell 2007)."""
    return math.erfc(abs(score(control, variant, 0.0)) / math.sqrt(2))


def always_valid(control: Counts, variant: Counts) -> Reading | None:
    """For any number of looks: the same score, against the boundary of Robbins' normal mixture.

    Johari, Pekelis and Walsh (2022); Waudby-Smith et al. (2024).
    """
    p_value = always_valid_p_value(control, variant)
    if p_value is None:
        return None
    weight = mixture_weight(control, variant)
    critical = math.sqrt((1 + 1 / weight) * (math.log1p(weight) - 2 * math.log(ALPHA)))
    return Reading(interval(control, variant, critical), p_value)


def always_valid_p_value(control: Counts, variant: Counts) -> float | None:
    """0 to 1: how many times likelier the counts are without a difference than with the mixed ones, 1 at most.

    This holds asymptotically. At the start, with rare conversions and an uneven split, more than 5 % would go wrong;
    so nothing is said then (Bibaut, Kallus and Lindon 2022).
    """
    if least_expected(control, variant) < LEAST_EXPECTED:
        return None
    weight = mixture_weight(control, variant)
    evidence = score(control, variant, 0.0) ** 2 * weight / (1 + weight) - math.log1p(weight)
    return math.exp(min(0.0, -evidence / 2))


def least_expected(control: Counts, variant: Counts) -> float:
    """The smallest of the four counts (converted or not, in either) to expect if the rates are equal."""
    together = control.visitors + variant.visitors
    converted = control.conversions + variant.conversions
    return min(control.visitors, variant.visitors) * min(converted, together - converted) / together


def mixture_weight(control: Counts, variant: Counts) -> float:
    """The variance of the mixed differences over that of the observed one: above 0, grows with the visitors.

    The boundary is lowest where it is -2 log(alpha) + log(1 - 2 log(alpha)), nearly (Waudby-Smith et al. 2024).
    """
    best = -2 * math.log(ALPHA) + math.log(1 - 2 * math.log(ALPHA))
    return best * information(control.visitors, variant.visitors) / information(TUNED_FOR_VISITORS, TUNED_FOR_VISITORS)


def information(first: int, second: int) -> float:
    """What two groups tell about a difference: 1 / (1 / first + 1 / second), in visitors."""
    return first * second / (first + second)


def interval(control: Counts, variant: Counts, critical: float) -> Interval:
    """The differences whose score is within -critical and critical."""
    observed = variant.rate - control.rate
    return Interval(
        crossing(observed, -1.0, lambda difference: score(control, variant, difference) - critical),
        crossing(observed, 1.0, lambda difference: -score(control, variant, difference) - critical),
    )


def crossing(start: float, end: float, value: Callable[[float], float]) -> float:
    """Where `value`, below 0 at the start, gets above 0; the end if it never does. By the Illinois method.

    That follows the chord between a point on either side, and halves the value of a side that stays twice.
    """
    before, after = value(start), value(end)
    if after <= 0:
        return end
    for _ in range(SEARCH_STEPS):
        slant = after - before
        middle = (start + end) / 2 if math.isinf(slant) else end - after * (end - start) / slant
        found = value(middle)
        if abs(middle - end) < CLOSE or found == 0:
            return middle
        start, before = (end, after) if (found > 0) != (after > 0) else (start, before / 2)
        end, after = middle, found
    return end


def score(control: Counts, variant: Counts, difference: float) -> float:
    """By how many standard errors the observed difference exceeds `difference`, if that were the true one.

    The standard error is that of the likeliest rates which differ so, with Miettinen and Nurminen's N / (N - 1).
    """
    excess = variant.rate - control.rate - difference
    low = likeliest_rate(control, variant, difference)
    high = min(1.0, max(0.0, low + difference))
    together = control.visitors + variant.visitors
    variance = low * (1 - low) / control.visitors + high * (1 - high) / variant.visitors
    if variance <= 0:
        return math.copysign(math.inf, excess) if excess else 0.0
    return excess / math.sqrt(variance * together / (together - 1))


def likeliest_rate(control: Counts, variant: Counts, difference: float) -> float:
    """The control's rate that makes the counts most likely, given the true difference.

    It lies between what suits the control best and what suits the variant best, and up to it the likelihood rises.
    Miettinen and Nurminen solve the same by a formula, which loses half of the digits when rates are near 0 or 1.
    """
    if difference == 0:
        return pooled(control, variant)
    lowest, highest = max(0.0, -difference), min(1.0, 1 - difference)
    own = min(max(control.rate, lowest), highest)
    other = min(max(variant.rate - difference, lowest), highest)
    return last_rising(own, other, lambda rate: slope(control, variant, difference, rate) * (other - own) > 0)


def slope(control: Counts, variant: Counts, difference: float, rate: float) -> float:
    """The slope of the likelihood's logarithm at this rate of the control, but for a factor above 0."""
    high = rate + difference
    of_control = (control.conversions - control.visitors * rate) * high * (1 - high)
    return of_control + (variant.conversions - variant.visitors * high) * rate * (1 - rate)


def last_rising(start: float, end: float, rises: Callable[[float], bool]) -> float:
    """The last point on the way from start to end up to which it rises, by halving."""
    for _ in range(SEARCH_STEPS):
        middle = (start + end) / 2
        start, end = (middle, end) if rises(middle) else (start, middle)
    return start


def pooled(control: Counts, variant: Counts) -> float:
    """The rate of both together, a fraction from 0 to 1."""
    return (control.conversions + variant.conversions) / (control.visitors + variant.visitors)


def sample_ratio_p_value(visitors: Sequence[int], weights: Sequence[float]) -> float | None:
    """How likely (0 to 1) visitors fall at least as far from the weights by chance: Pearson's chi-square test.

    Below SAMPLE_RATIO_ALPHA the split is broken, and whatever the experiment says with it. None when there is nothing
    to compare, or fewer than 5 visitors are expected somewhere; 0 when somebody is where the weight is 0.
    Raises ValueError for visitors and weights that make no sense.
    """
    check_ratio(visitors, weights)
    if any(seen for seen, weight in zip(visitors, weights, strict=True) if not weight):
        return 0.0
    pairs = [(seen, weight) for seen, weight in zip(visitors, weights, strict=True) if weight]
    each = sum(visitors) / sum(weights)
    if len(pairs) < 2 or min(weight * each for _, weight in pairs) < LEAST_EXPECTED:
        return None
    distance = sum((seen - weight * each) ** 2 / (weight * each) for seen, weight in pairs)
    return chi_square_tail(distance, len(pairs) - 1)


def check_ratio(visitors: Sequence[int], weights: Sequence[float]) -> None:
    if len(visitors) != len(weights):
        raise ValueError(f"{len(visitors)} counts of visitors need as many weights, not {len(weights)}")
    if any(seen < 0 for seen in visitors):
        raise ValueError("visitors cannot be below 0")
    if not all(0 <= weight < math.inf for weight in weights) or not any(weights):
        raise ValueError("weights cannot be below 0, and one of them must be above 0")


def chi_square_tail(value: float, freedom: int) -> float:
    """The probability (0 to 1) of `value` or more, which is at least 0, with a whole number of degrees of freedom.

    That is the regularised upper incomplete gamma function Q(freedom / 2, value / 2). Its recurrence Q(a + 1, x) =
    Q(a, x) + x^a e^-x / gamma(a + 1) only adds, so nothing cancels (NIST Digital Library, 8.8.6; 8.4 for the first).
    """
    half = value / 2
    if half == 0:
        return 1.0
    order, tail = (0.5, math.erfc(math.sqrt(half))) if freedom % 2 else (1.0, math.exp(-half))
    while order < freedom / 2:
        tail += math.exp(order * math.log(half) - half - math.lgamma(order + 1))
        order += 1
    return min(1.0, tail)
