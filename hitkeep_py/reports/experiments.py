"""Results of an experiment: how many saw each variant, and how many of them converted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.question import Query, Statement, scope

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
    count(DISTINCT CASE WHEN fact <> 'impression' THEN visitor_id END),
    count(CASE WHEN fact = 'impression' THEN 1 END),
    count(DISTINCT CASE WHEN fact = 'conversion' THEN visitor_id END),
    count(CASE WHEN fact = 'conversion' THEN 1 END)
FROM facts GROUP BY variant_id
"""


@dataclass(frozen=True, slots=True)
class VariantResult:
    """`conversions` are visitors who converted, `events` what they did; `conversion_rate` is conversions / visitors."""

    variant_id: str
    visitors: int
    impressions: int
    conversions: int
    events: int
    conversion_rate: float


def build(query: Query, experiment_id: str, event: str, variant_ids: Sequence[str], dialect: Dialect) -> Statement:
    """A row for each variant that was seen or converted. `event` is what counts as conversion, "" for every conversion.

    A visitor belongs to the variant of the first exposure in the range, and what happens from then on is its success.
    An event that names a variant itself counts for that one only, also when its visitor was never exposed: a shop's
    server, say, knows the variant but not the browser. Such visitors are visitors of the variant too, since they must
    have seen it, and a rate may not count somebody above its line who is missing below; so no rate is above 1.
    """
    condition = scope(query, dialect)
    of_variant = f"experiment_id = ? AND variant_id IN ({', '.join('?' * len(variant_ids)) or 'NULL'})"
    converts = "name = ?" if event else "category = 'conversion'"
    return Statement(
        f"""
        WITH scoped AS (
            SELECT event_id, time, visitor_id, kind, {converts} AS converts,
                CASE WHEN {of_variant} THEN variant_id END AS variant_id
            FROM events WHERE {condition.sql} AND kind IN ('exposure', 'event')
        ), {RESULTS}
        """,
        (*([event] if event else []), experiment_id, *variant_ids, *condition.parameters),
    )


def shape(rows: Sequence[tuple[Any, ...]], variant_ids: Sequence[str]) -> list[VariantResult]:
    """A result for every variant, in the order of `variant_ids`."""
    found = {variant_id: tuple(map(int, figures)) for variant_id, *figures in rows}
    return [variant_result(each, *found.get(each, (0, 0, 0, 0))) for each in variant_ids]


def variant_result(variant_id: str, visitors: int, impressions: int, conversions: int, events: int) -> VariantResult:
    rate = conversions / visitors if visitors else 0.0
    return VariantResult(variant_id, visitors, impressions, conversions, events, rate)
