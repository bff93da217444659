"""Results of an experiment: how many saw each variant, how many of them converted, and what that shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hitkeep_py.inference import (
    ALPHA,
    LEAST_EXPECTED,
    SAMPLE_RATIO_ALPHA,
    Comparison,
    Counts,
    Reading,
    compare,
    sample_ratio_p_value,
)
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.query import Query, scope
from hitkeep_py.query.report import Report
from hitkeep_py.query.sql import Statement

RESULTS = """
exposures AS (
    SELECT variant_id, visitor_id, time,
        row_number() OVER (PARTITION BY visitor_id ORDER BY time, event_id) AS place
    FROM scoped WHERE kind = 'exposure' AND variant_id IS NOT NULL
),
members AS (SELECT variant_id, visitor_id, time FROM exposures WHERE place = 1),
conversions AS (
    SELECT scoped.visitor_id, coalesce(
        scoped.variant_id, CASE WHEN members.time <= scoped.time THEN members.variant_id END
    ) AS variant_id
    FROM scoped LEFT JOIN members ON members.visitor_id = scoped.visitor_id
    WHERE scoped.kind = 'event' AND scoped.converts
),
facts AS (
    SELECT 'impression' AS fact, variant_id, visitor_id FROM exposures
    UNION ALL SELECT 'member', variant_id, visitor_id FROM members
    UNION ALL SELECT 'conversion', variant_id, visitor_id FROM conversions WHERE variant_id IS NOT NULL
)
SELECT
    variant_id,
    count(CASE WHEN fact = 'member' THEN 1 END),
    count(DISTINCT CASE WHEN fact <> 'impression' THEN visitor_id END),
    count(CASE WHEN fact = 'impression' THEN 1 END),
    count(DISTINCT CASE WHEN fact = 'conversion' THEN visitor_id END),
    count(CASE WHEN fact = 'conversion' THEN 1 END)
FROM facts GROUP BY variant_id
"""


@dataclass(frozen=True, slots=True)
class VariantResult:
    """`conversions` are visitors who converted, `events` what they did; `conversion_rate` is conversions / visitors.

    `exposed` are the visitors who saw it; the others converted by its name.
    """

    variant_id: str
    exposed: int
    visitors: int
    impressions: int
    conversions: int
    events: int
    conversion_rate: float


def experiment_results(
    dialect: Dialect, query: Query, experiment_id: str, event: str, variant_ids: Sequence[str]
) -> Report[list[VariantResult]]:
    """A result for each variant, in the order of `variant_ids`.

    `event` is what counts as conversion, "" for every conversion.

    A visitor belongs to the variant of the first exposure in the range, and what happens from then on is its success.
    An event that names a variant itself counts for that one only, also when its visitor was never exposed: a shop's
    server, say, knows the variant but not the browser. Such visitors are visitors of the variant too, since they must
    have seen it, and a rate may not count somebody above its line who is missing below; so no rate is above 1.
    """
    condition = scope(replace(query, alone=True), dialect)
    of_variant = f"experiment_id = ? AND variant_id IN ({', '.join('?' * len(variant_ids)) or 'NULL'})"
    converts, named = ("name = ?", [event]) if event else ("category = 'conversion'", [])
    rows = yield Statement(
        f"""
        WITH scoped AS (
            SELECT event_id, time, visitor_id, kind, {converts} AS converts,
                CASE WHEN {of_variant} THEN variant_id END AS variant_id
            FROM events
            WHERE {condition.sql} AND (kind = 'exposure' AND experiment_id = ? OR kind = 'event' AND {converts})
        ), {RESULTS}
        """,
        (*named, experiment_id, *variant_ids, *condition.parameters, experiment_id, *named),
    )
    found = {variant_id: tuple(map(int, figures)) for variant_id, *figures in rows}
    return [variant_result(each, *found.get(each, (0, 0, 0, 0, 0))) for each in variant_ids]


def variant_result(
    variant_id: str, exposed: int, visitors: int, impressions: int, conversions: int, events: int
) -> VariantResult:
    rate = conversions / visitors if visitors else 0.0
    return VariantResult(variant_id, exposed, visitors, impressions, conversions, events, rate)


class Outcome(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NOT_SHOWN = "no_difference_shown"
    TOO_EARLY = "too_early"
    SPLIT_BROKEN = "split_broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """A variant against the control, in figures and in words. `comparison` is None as long as one has no visitors."""

    comparison: Comparison | None
    outcome: Outcome
    verdict: str


@dataclass(frozen=True, slots=True)
class Split:
    """Whether those who were exposed fall as the weights say; `p_value` is None while they are too few to tell."""

    p_value: float | None
    mismatch: bool
    verdict: str


def split_of(results: Sequence[VariantResult], weights: Sequence[int]) -> Split:
    p_value = sample_ratio_p_value([each.exposed for each in results], weights)
    if p_value is None:
        return Split(None, False, "There are too few visitors to check the split.")
    if p_value >= SAMPLE_RATIO_ALPHA:
        return Split(p_value, False, "The visitors fall as the weights say.")
    verdict = (
        f"The visitors do not fall as the weights say (p = {p_value:.2g}). Something splits or loses them unevenly, so"
        " the rates compare different people: look for the cause and start anew before you believe any result."
    )
    return Split(p_value, True, verdict)


def finding(
    control: VariantResult, variant: VariantResult, names: tuple[str, str], comparisons: int, split: Split
) -> Finding:
    """`names` are those of control and variant; `comparisons` is how many variants the control is compared with."""
    counts = (Counts(control.visitors, control.conversions), Counts(variant.visitors, variant.conversions))
    found = compare(*counts)
    if split.mismatch:
        return Finding(found, Outcome.SPLIT_BROKEN, "Not to be trusted: the visitors do not fall as the weights say.")
    if found is None:
        return Finding(None, Outcome.TOO_EARLY, f"{names[0]} and {names[1]} have not both been seen yet.")
    if found.always_valid is None:
        verdict = (
            f"Too early to say: for both, {LEAST_EXPECTED} conversions and {LEAST_EXPECTED} visitors without one"
            " must be expected first."
        )
        return Finding(found, Outcome.TOO_EARLY, verdict)
    return Finding(found, *read(found, found.always_valid, names, ALPHA / comparisons))


def read(found: Comparison, always_valid: Reading, names: tuple[str, str], alpha: float) -> tuple[Outcome, str]:
    """The outcome in words. With several variants each has to meet its part of the 5 %, which is `alpha`."""
    control, variant = names
    outcome = Outcome.BETTER if found.difference > 0 else Outcome.WORSE
    lower, upper = (f"{bound * 100:+.2f}" for bound in (always_valid.interval.lower, always_valid.interval.upper))
    if always_valid.p_value < alpha:
        return outcome, (
            f"{variant} converts {outcome} than {control}: the difference is between {lower} and {upper} percentage"
            " points. This holds however often you look."
        )
    several = f" Of several variants, each needs a p-value below {alpha:.2g}." if alpha < ALPHA else ""
    if found.fixed.p_value < alpha:
        return Outcome.NOT_SHOWN, (
            f"No difference is shown yet to those who look more than once. If this is your only look, at a time that"
            f" was set before, {variant} converts {outcome} than {control}.{several}"
        )
    return Outcome.NOT_SHOWN, (
        f"No difference is shown yet: it may lie between {lower} and {upper} percentage points.{several}"
    )
