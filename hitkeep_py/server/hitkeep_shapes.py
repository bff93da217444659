"""What the routes in HitKeep's shape take and answer, for the API's description."""

from hitkeep_py.catalog.funnels import Funnel
from hitkeep_py.reports.web_vitals import THRESHOLDS
from hitkeep_py.server.api import hitkeep_commerce, hitkeep_reads, stats
from hitkeep_py.server.api.hitkeep_commerce import (
    MOST_LISTED,
    MOST_VITAL_ROWS,
    RATINGS,
    ROWS,
    SOURCES,
    VITAL_DIMENSIONS,
    VITAL_ROWS,
)
from hitkeep_py.server.api.hitkeep_question import TYPES
from hitkeep_py.server.api.hitkeep_reads import AUDIENCE, HITS, MOST_HITS, NEVER_STORED, SORTS
from hitkeep_py.server.api.stats import LISTS, UTM
from hitkeep_py.server.report_shapes import FILTER, RANGE
from hitkeep_py.server.schemas import TIME, Fields
from hitkeep_py.server.shape import Answers, Parameter, Shape, cut_to, one_of, rows

_, *OTHER_FILTERS = FILTER
ASKED = (
    *RANGE,
    Parameter(
        "filter",
        f"TYPE:VALUE, where a type is one of {', '.join(TYPES)}; or a condition such as 'country is DE, FR'.",
        repeated=True,
    ),
    *OTHER_FILTERS,
    Parameter("goal_id", "Only sessions that met one of these goals.", repeated=True),
    Parameter("funnel_id", "Only sessions that entered one of these funnels.", repeated=True),
)
FUNNELS_ASKED = (*ASKED[:-1], Parameter("funnel_id", "Ids of the funnels; without any all.", repeated=True))
EVENT = Parameter("event_name", "Name of the event.", required=True)
KEY, NEEDED_KEY = (Parameter("property_key", "Name of a property.", required=needed) for needed in (False, True))
VALUE = Parameter("property_value", "Only events whose property has this value.")
PURCHASES = (
    *ASKED,
    Parameter("currency", "Code of the currency; by default the one of most purchases."),
    Parameter("item_id", "Only purchases of this product."),
    Parameter("item_name", "Only purchases of products of this name."),
    KEY,
    VALUE,
)
MOST = Parameter("limit", "Most rows.", cut_to(1, MOST_LISTED, ROWS))
METRIC, NEEDED_METRIC = (
    Parameter("metric", "Name of the web vital.", one_of(THRESHOLDS), required=needed) for needed in (False, True)
)
VITALS = (
    *ASKED,
    Parameter("path", "Only this page."),
    Parameter("rating", "Only measurements that are rated so; needs a metric.", one_of(RATINGS.values())),
)
MOST_VITALS = Parameter("limit", "Most rows.", cut_to(1, MOST_VITAL_ROWS, VITAL_ROWS))


TOP = rows(Fields(more={"name": str, "value": int}))
TOP_OR_NULL = {"anyOf": [{"type": "null"}, TOP]}
NOTHING = {"anyOf": [{"type": "null"}, {**TOP, "maxItems": 0}], "description": "Not known here."}
FIGURES = {
    "total_pageviews": int,
    "unique_sessions": int,
    "bounce_rate": float,
    "avg_session_duration": float,
    "pages_per_session": float,
    "chart_data": rows(Fields(more={"time": TIME, "pageviews": int, "visitors": int})),
    "goals": rows(
        Fields(
            more={
                "goal_id": str,
                "name": str,
                "conversions": int,
                "events": int,
                "visitors": int,
                "conversion_rate": float,
            }
        )
    ),
    **{f"utm_{name}_hits": int for name in UTM},
}
STATS = Fields(
    more={
        **FIGURES,
        **dict.fromkeys(("live_visitors", "total_events", "unique_visitors", "ai_bot_hits", "ai_source_visits"), int),
        **dict.fromkeys(("top_pages", "top_ai_sources", *LISTS), TOP),
        "top_cities": TOP_OR_NULL,
        **dict.fromkeys(("top_providers", "top_asns", "top_ai_bots"), NOTHING),
        "funnels": list[Funnel],
        "comparison": Fields(more={**FIGURES, "total_conversions": int}),
    },
    optional=("comparison",),
)
HIT = Fields(
    more={
        "id": str,
        "site_id": str,
        "session_id": str,
        "timestamp": TIME,
        **dict.fromkeys(("path", "hostname", "referrer", "language", "region", "city", "country_code"), str | None),
        **dict.fromkeys([f"utm_{name}" for name in UTM], str | None),
        **dict.fromkeys(("screen_width", "screen_height"), int | None),
        **{name: {"type": "null", "description": "Never stored here."} for name in NEVER_STORED},
    }
)
FUNNEL_STEP = Fields(more={"step_index": int, "name": str, "visitors": int, "dropoff": int, "conversion_rate": float})
FUNNEL_STATS = Fields(
    more={
        "funnel_id": str,
        "name": str,
        "steps": rows(FUNNEL_STEP),
        "total_entries": int,
        "total_completions": int,
        "overall_conversion_rate": float,
    }
)
COMMERCE = Fields(
    more={
        "revenue": float,
        "orders": int,
        "average_order_value": float,
        "checkout_starts": int,
        "checkout_conversion_rate": float,
        "currency": str,
        "top_cities": TOP,
        "top_providers": NOTHING,
        "top_asns": NOTHING,
    }
)
EARNED = {"revenue": float, "orders": int}
COUNTS = dict.fromkeys(("samples", "good", "needs_improvement", "poor"), int)
MEASURED = {"p75": float, **COUNTS}
RATED = {**MEASURED, "rating": one_of(RATINGS.values())}

HITKEEP_SHAPES: dict[Answers, Shape] = {
    stats.stats: Shape(
        STATS,
        (
            *ASKED,
            Parameter("compare_from", "First day of a range to compare with."),
            Parameter("compare_to", "Last day of a range to compare with."),
        ),
    ),
    hitkeep_reads.names: Shape(list[str], ASKED),
    hitkeep_reads.properties: Shape(list[str], (*ASKED, EVENT)),
    hitkeep_reads.breakdown: Shape(TOP, (*ASKED, EVENT, NEEDED_KEY, VALUE)),
    hitkeep_reads.timeseries: Shape(rows(Fields(more={"time": TIME, "count": int})), (*ASKED, EVENT, KEY, VALUE)),
    hitkeep_reads.audience: Shape(
        Fields(
            more={
                "top_pages": TOP,
                **dict.fromkeys(AUDIENCE, TOP),
                "top_cities": TOP_OR_NULL,
                "top_providers": NOTHING,
                "top_asns": NOTHING,
            }
        ),
        (*ASKED, EVENT, KEY, VALUE),
    ),
    hitkeep_reads.list_hits: Shape(
        Fields(more={"data": rows(HIT), "total": int}),
        (
            *ASKED,
            Parameter("sort", "What to sort by.", one_of(SORTS, "timestamp")),
            Parameter("order", "Largest or smallest first.", one_of(("asc", "desc"), "desc")),
            Parameter("q", "A text in the path, host, referrer, browser or campaign, in any case."),
            Parameter("limit", "Most pageviews of a page.", cut_to(1, MOST_HITS, HITS)),
            Parameter("offset", "Pageviews to leave out before.", {"type": "integer", "minimum": 0}),
        ),
    ),
    hitkeep_reads.funnel_timeseries: Shape(
        rows(Fields(more={"time": TIME, "entries": int, "completions": int})), FUNNELS_ASKED
    ),
    hitkeep_reads.funnel_stats: Shape(FUNNEL_STATS, ASKED),
    hitkeep_commerce.summary: Shape(COMMERCE, (*PURCHASES, MOST)),
    hitkeep_commerce.timeseries: Shape(rows(Fields(more={"time": TIME, **EARNED})), PURCHASES),
    hitkeep_commerce.products: Shape(
        rows(Fields(more={"item_id": str, "item_name": str, **EARNED, "quantity": float})), (*PURCHASES, MOST)
    ),
    hitkeep_commerce.sources: Shape(rows(Fields(more={**dict.fromkeys(SOURCES, str), **EARNED})), (*PURCHASES, MOST)),
    hitkeep_commerce.vitals_summary: Shape(rows(Fields(more={"metric": str, **RATED})), (*VITALS, METRIC)),
    hitkeep_commerce.vitals_timeseries: Shape(rows(Fields(more={"time": TIME, **MEASURED})), (*VITALS, NEEDED_METRIC)),
    hitkeep_commerce.vitals_pages: Shape(
        rows(
            Fields(
                more={
                    "path": str,
                    **RATED,
                    "metrics": {"type": "object", "additionalProperties": Fields(more=RATED)},
                }
            )
        ),
        (*VITALS, NEEDED_METRIC, MOST_VITALS),
    ),
    hitkeep_commerce.vitals_breakdown: Shape(
        rows(Fields(more={"name": str, **RATED})),
        (
            *VITALS,
            NEEDED_METRIC,
            Parameter("dimension", "What to group by.", one_of(VITAL_DIMENSIONS), required=True),
            MOST_VITALS,
        ),
    ),
}
