"""What the routes in Sparklytics' shape take and answer, for the API's description."""

from typing import Any

from hitkeep_py.query.time_range import LONGEST_DAYS, UNITS
from hitkeep_py.server.api import sparklytics_behaviour, sparklytics_reads, websites
from hitkeep_py.server.api.sparklytics_behaviour import ANCHORS, DIRECTIONS, MODELS, PERIODS
from hitkeep_py.server.api.sparklytics_question import BOOLEANS, COMPARISONS, EVENT_DAYS, FILTERS
from hitkeep_py.server.api.sparklytics_reads import MOST_SESSIONS, TYPES
from hitkeep_py.server.schemas import TIME, Fields
from hitkeep_py.server.shape import Answers, Parameter, Shape, one_of, rows, whole


def days(most: int = LONGEST_DAYS, required: bool = False) -> tuple[Parameter, ...]:
    return (
        Parameter("start_date", f"First day; at most {most} days.", required=required),
        Parameter("end_date", "Last day, included.", required=required),
        Parameter("timezone", "Whose days these are; by default the site's.", {"type": "string"}),
        Parameter("include_bots", "Taken and of no effect: what is flagged is never counted.", one_of(BOOLEANS)),
        *(Parameter(f"filter_{name}", f"Only events whose {name} this is.") for name in FILTERS),
    )


ASKED, EVENTS_ASKED, NEEDED = days(), days(EVENT_DAYS), days(required=True)
COMPARED = (
    Parameter("compare_mode", "What to compare with.", one_of(COMPARISONS, "none")),
    Parameter("compare_start_date", "First day of the mode custom."),
    Parameter("compare_end_date", "Last day of the mode custom."),
)
GRANULARITY = Parameter("granularity", "Length of the buckets; by default one that suits the range.", one_of(UNITS))
EVENT = Parameter("event_name", "Name of the event.", required=True)
FORMAT = Parameter("format", "v2 answers as Sparklytics' server does, else as its documentation says.", one_of(("v2",)))
COMPARISON = {
    "anyOf": [
        {"type": "null"},
        Fields(more={"mode": str, "primary_range": list[str], "comparison_range": list[str]}),
    ]
}


def data(of: Any, **beside: Any) -> Fields:
    return Fields(more={"data": of, "compare": COMPARISON, **beside}, optional=("compare",))


FIGURES = {
    f"{prefix}{name}": kind
    for prefix in ("", "prev_")
    for name, kind in (
        ("pageviews", int),
        ("visitors", int),
        ("sessions", int),
        ("bounce_rate", float),
        ("avg_duration_seconds", float),
    )
}
VIEWS = rows(Fields(more={"date": str, "pageviews": int, "visitors": int}))
NO_VIEWS = {"anyOf": [{"type": "null"}, VIEWS]}
BEFORE = {
    "prev_visitors": int,
    "prev_pageviews": int,
    "delta_visitors_abs": int,
    "delta_visitors_pct": float,
}
METRIC_ROW = Fields(
    more={
        "value": str,
        "visitors": int,
        "pageviews": int,
        "bounce_rate": float,
        "avg_duration_seconds": float,
        **BEFORE,
    },
    optional=tuple(BEFORE),
)
RECENT = Fields(
    more={
        "event_type": str,
        "url": str,
        **dict.fromkeys(("referrer_domain", "country", "browser", "device_type"), str | None),
        "ts": TIME,
    }
)
SESSION = Fields(
    more={
        "session_id": str,
        "visitor_id": str,
        "first_seen": TIME,
        "last_seen": TIME,
        "duration_seconds": int,
        "pageview_count": int,
        "event_count": int,
        **dict.fromkeys(("entry_page", "exit_page", "country", "browser", "os", "device_type"), str | None),
    }
)
SESSION_EVENT = Fields(
    more={
        "id": str,
        "event_type": str,
        "url": str,
        "event_name": str | None,
        "event_data": str | None,
        "created_at": TIME,
    }
)
GOAL = Fields(
    more={
        "id": str,
        "website_id": str,
        "name": str,
        "goal_type": one_of(("event", "page_view")),
        "match_value": str,
        "match_operator": one_of(("equals", "contains")),
        "value_mode": one_of(("none", "fixed", "event_property")),
        "fixed_value": float | None,
        "value_property_key": str | None,
        "currency": str,
        "created_at": TIME,
        "updated_at": TIME,
    }
)
GOAL_STATS = Fields(
    more={
        "goal_id": str,
        "conversions": int,
        "converting_sessions": int,
        "total_sessions": int,
        "conversion_rate": float,
        **dict.fromkeys(("prev_conversions", "prev_conversion_rate", "trend_pct"), float | None),
    }
)
FUNNEL = Fields(
    more={"id": str, "website_id": str, "name": str, "step_count": int, "created_at": TIME, "updated_at": TIME}
)
FUNNEL_STEP = Fields(
    more={
        "step_order": int,
        "label": str,
        "sessions_reached": int,
        "drop_off_count": int,
        **dict.fromkeys(("drop_off_rate", "conversion_rate_from_start", "conversion_rate_from_previous"), float),
    }
)
FUNNEL_RESULTS = Fields(
    more={
        "funnel_id": str,
        "name": str,
        "total_sessions_entered": int,
        "final_conversion_rate": float,
        "steps": rows(FUNNEL_STEP),
    }
)
JOURNEY = Fields(
    more={
        "anchor": Fields(more={"type": one_of(ANCHORS), "value": str}),
        "direction": one_of(DIRECTIONS),
        "max_depth": int,
        "total_anchor_sessions": int,
        "branches": rows(Fields(more={"nodes": list[str], "sessions": int, "share": float})),
    }
)
COHORT = Fields(
    more={
        "cohort_start": str,
        "cohort_size": int,
        "periods": rows(Fields(more={"offset": int, "retained": int | None, "rate": float | None})),
    }
)
RETENTION = Fields(
    more={
        "granularity": one_of(PERIODS),
        "max_periods": int,
        "rows": rows(COHORT),
        "summary": Fields(more={"avg_period1_rate": float, "avg_period4_rate": float | None}),
    }
)
REVENUE = Fields(
    more={
        "goal_id": str,
        "model": one_of(MODELS),
        "conversions": int,
        "revenue": float | None,
        "revenue_by_currency": dict[str, float],
    }
)
NAMED = Fields(
    more={"event_name": str, "count": int, "visitors": int, "prev_count": int}, optional=("visitors", "prev_count")
)
PROPERTY = Fields(more={"property_key": str, "values": rows(Fields(more={"value": str, "count": int}))})
FLAT_PROPERTIES = Fields(
    more={
        "event_name": str,
        "total_occurrences": int,
        "sample_size": int,
        "properties": rows(Fields(more={"property_key": str, "property_value": str, "count": int})),
    }
)
POINT = Fields(
    more={"date": str, "count": int, "pageviews": int, "visitors": int}, optional=("count", "pageviews", "visitors")
)
EVENT_SERIES = Fields(
    more={"series": rows(POINT), "granularity": one_of(UNITS), "compare_series": rows(POINT)},
    optional=("compare_series",),
)

SPARKLYTICS_SHAPES: dict[Answers, Shape] = {
    sparklytics_reads.stats: Shape(data(Fields(more={**FIGURES, "timezone": str})), (*ASKED, *COMPARED)),
    sparklytics_reads.pageviews: Shape(
        data(Fields(more={"series": VIEWS, "granularity": one_of(UNITS), "compare_series": NO_VIEWS})),
        (*ASKED, *COMPARED, GRANULARITY),
    ),
    sparklytics_reads.metrics: Shape(
        data(
            Fields(more={"type": one_of(TYPES), "rows": rows(METRIC_ROW)}),
            pagination=Fields(more={"total": int, "limit": int, "offset": int, "has_more": bool}),
        ),
        (
            *ASKED,
            *COMPARED,
            Parameter("type", "What to break down by.", one_of(TYPES), required=True),
            Parameter("limit", "Most rows of a page.", whole(1, 100, 10)),
            Parameter("offset", "Rows to leave out before.", {"type": "integer", "minimum": 0}),
        ),
    ),
    sparklytics_reads.realtime: Shape(
        data(
            Fields(
                more={
                    "active_visitors": int,
                    "recent_events": rows(RECENT),
                    "pagination": Fields(more={"limit": int, "total_in_window": int}),
                }
            )
        )
    ),
    sparklytics_reads.list_sessions: Shape(
        data(rows(SESSION), pagination=Fields(more={"limit": int, "next_cursor": str | None, "has_more": bool})),
        (
            *ASKED,
            Parameter("limit", "Most sessions of a page.", whole(1, MOST_SESSIONS, 50)),
            Parameter("cursor", "Where the next page begins: next_cursor of the one before."),
        ),
    ),
    sparklytics_reads.show_session: Shape(
        data(Fields(more={"session": SESSION, "events": rows(SESSION_EVENT), "truncated": bool}))
    ),
    sparklytics_behaviour.list_goals: Shape(data(rows(GOAL))),
    sparklytics_behaviour.goal_stats: Shape(data(GOAL_STATS), ASKED),
    sparklytics_behaviour.list_funnels: Shape(data(rows(FUNNEL))),
    sparklytics_behaviour.funnel_results: Shape(data(FUNNEL_RESULTS), ASKED),
    sparklytics_behaviour.journey: Shape(
        data(JOURNEY),
        (
            *NEEDED,
            Parameter("anchor_type", "What journeys start from or lead to.", one_of(ANCHORS), required=True),
            Parameter("anchor_value", "The page's path or the event's name.", required=True),
            Parameter("direction", "Whether after or before it.", one_of(DIRECTIONS), required=True),
            Parameter("max_depth", "Steps to follow.", whole(1, 5, 3)),
        ),
    ),
    sparklytics_behaviour.retained: Shape(
        data(RETENTION),
        (
            *NEEDED,
            Parameter("cohort_granularity", "Length of the periods.", one_of(PERIODS, "week")),
            Parameter("max_periods", "Periods to show.", {"type": "integer", "minimum": 1}),
        ),
    ),
    sparklytics_behaviour.revenue_summary: Shape(
        data(REVENUE),
        (
            *ASKED,
            Parameter("goal_id", "Id of the goal.", required=True),
            Parameter("model", "Both give the same sum.", one_of(MODELS, "last_touch")),
        ),
    ),
    websites.event_names: Shape(
        data({"anyOf": [rows(NAMED), Fields(more={"rows": rows(NAMED), "total": int})]}),
        (*EVENTS_ASKED, *COMPARED, FORMAT),
    ),
    websites.event_properties: Shape(
        data({"anyOf": [rows(PROPERTY), FLAT_PROPERTIES]}), (*EVENTS_ASKED, *COMPARED, EVENT, FORMAT)
    ),
    websites.event_timeseries: Shape(data(EVENT_SERIES), (*EVENTS_ASKED, *COMPARED, EVENT, GRANULARITY, FORMAT)),
}
