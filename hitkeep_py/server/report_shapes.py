"""What questions take and answer, for the API's description."""

from typing import Any

from hitkeep_py.catalog.funnels import Funnel
from hitkeep_py.catalog.goals import Goal
from hitkeep_py.export import FORMATS
from hitkeep_py.query.dimensions import TIME_UNITS
from hitkeep_py.query.filters import Filters
from hitkeep_py.query.metrics import NUMBERS
from hitkeep_py.query.named_range import COMPARED_WITH, COMPARISONS, NAMES
from hitkeep_py.query.read_query import (
    ABOUT_THE_ANSWER,
    DEFAULT_LIMIT,
    DIRECTIONS,
    FIELDS,
    LARGEST_LIMIT,
    MOST_DIMENSIONS,
    MOST_METRICS,
)
from hitkeep_py.reports.engagement import Engagement, EngagementGroup, EngagementPoint
from hitkeep_py.reports.events import EventPoint, Property, PropertyNames
from hitkeep_py.reports.funnels import FunnelPoint, FunnelResult
from hitkeep_py.reports.goals import GoalPoint, GoalStats
from hitkeep_py.reports.journeys import DIRECTIONS as WAYS
from hitkeep_py.reports.journeys import MOST_BRANCHES, MOST_DEPTH, Journeys
from hitkeep_py.reports.numbers import Numbers, NumbersGroup, NumbersOfCurrency, NumbersPoint
from hitkeep_py.reports.overview import Overview
from hitkeep_py.reports.realtime import Realtime
from hitkeep_py.reports.retention import RETENTION_UNITS, Retention
from hitkeep_py.reports.revenue import Earnings, EarningsGroup, EarningsSeries
from hitkeep_py.reports.sessions import SessionEvents, SessionList
from hitkeep_py.reports.web_vitals import VitalSeries, VitalsGroup, WebVital
from hitkeep_py.server.api import (
    behaviour,
    export,
    figures,
    live,
    query,
    reports,
)
from hitkeep_py.server.schemas import TIME, Fields, Name
from hitkeep_py.server.shape import FLAG, TEXT, Answers, Parameter, Shape, one_of, whole

FILES = tuple(each.content_type.partition(";")[0] for each in FORMATS.values())
RANGE = (
    Parameter("from", FIELDS["from"]),
    Parameter("to", FIELDS["to"]),
    Parameter("range", f"{FIELDS['range']} One of {', '.join(NAMES)}; numbers may be others."),
)
FILTER = (
    Parameter("filter", "A condition such as 'country is DE, FR'; all that are given hold.", repeated=True),
    Parameter("filters", "Conditions as JSON, as POST …/query takes them."),
    Parameter("segment", FIELDS["segment"]),
)
EXPLAIN = (Parameter("explain", ABOUT_THE_ANSWER["explain"], FLAG),)
FORMAT = (Parameter("format", ABOUT_THE_ANSWER["format"], one_of(FORMATS)),)
ASKED = (*RANGE, *FILTER, *EXPLAIN, *FORMAT)
COMPARE = (
    Parameter("compare", f"{FIELDS['compare']} By its name; {COMPARED_WITH}.", one_of(COMPARISONS)),
    Parameter(
        "compare_from", "First day, or time, of any other range to compare with; with compare_to, not with compare."
    ),
    Parameter("compare_to", "Last day of that range, included, or the time before which it ends."),
)
UNIT = Parameter("unit", "Length of the buckets; by default one that suits the range.", one_of(TIME_UNITS))
ROWS = (
    *ASKED,
    *COMPARE,
    Parameter("metrics", f"{FIELDS['metrics']} Names with commas between them.", Name.METRIC, repeated=True),
    Parameter("order", f"{FIELDS['order']} Such as visitors:desc, with commas between them.", repeated=True),
    Parameter("limit", FIELDS["limit"], whole(1, LARGEST_LIMIT, DEFAULT_LIMIT)),
    Parameter("offset", FIELDS["offset"], {"type": "integer", "minimum": 0}),
    Parameter("totals", FIELDS["totals"], FLAG),
    Parameter("goal", FIELDS["goal"], repeated=True),
)
SEARCH = Parameter("search", FIELDS["search"])
EXPLANATION = Fields(
    more={
        "definitions": dict[str, str],
        "statements": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "sql": TEXT,
                    "parameters": {"type": "array", "items": {"type": ["string", "number", "boolean", "null"]}},
                    "seconds": {"type": "number"},
                    "kept": {"type": "boolean", "description": "Whether the rows were known from an earlier question."},
                    "rows": {"type": "integer"},
                },
                "required": ["sql", "parameters", "seconds", "kept", "rows"],
            },
        },
    },
    name="Explanation",
)
IN_RANGE = {"from": TIME, "to": TIME, "time_zone": str}
FIGURES = dict[str, float | None]
NO_FIGURES = dict[str, float | None] | None
COMPARISON_RANGE = {"anyOf": [{"type": "null"}, Fields(more={"from": TIME, "to": TIME}, name="Edges")]}
ROW = Fields(
    more={
        "dimensions": dict[str, str | None],
        "metrics": FIGURES,
        "comparison": FIGURES,
        "comparison_time": TIME,
    },
    optional=("comparison", "comparison_time"),
    name="Row",
)


def asked(name: str, of: type | None = None, /, *, optional: tuple[str, ...] = (), **more: Any) -> Fields:
    """What a report answers, with its range."""
    fields = {**more, **IN_RANGE, "explain": EXPLANATION}
    return Fields(of, None, fields, None, ("explain", *optional), name)


TABLE = asked(
    "Table",
    rows={"type": "array", "items": ROW},
    total_rows=int,
    totals=NO_FIGURES,
    comparison_totals=NO_FIGURES,
    comparison_range=COMPARISON_RANGE,
)
QUESTION = Fields(
    more={
        "metrics": {"type": "array", "items": Name.METRIC, "maxItems": MOST_METRICS, "description": FIELDS["metrics"]},
        "dimensions": {
            "type": "array",
            "items": Name.DIMENSION,
            "maxItems": MOST_DIMENSIONS,
            "description": FIELDS["dimensions"],
        },
        "filters": Filters,
        **{
            name: {"type": "string", "description": FIELDS[name]}
            for name in ("from", "to", "range", "search", "segment")
        },
        "goal": {"type": "array", "items": TEXT, "description": FIELDS["goal"]},
        "compare": {
            "description": f"{FIELDS['compare']} An object with from and to, or a name; {COMPARED_WITH}.",
            "anyOf": [one_of(COMPARISONS), {"type": "object", "properties": {"from": TEXT, "to": TEXT}}],
        },
        "order": {
            "description": FIELDS["order"],
            "type": "array",
            "items": {"anyOf": [TEXT, {"type": "array", "prefixItems": [TEXT, one_of(DIRECTIONS)], "maxItems": 2}]},
        },
        "limit": {**whole(1, LARGEST_LIMIT, DEFAULT_LIMIT), "description": FIELDS["limit"]},
        "offset": {"type": "integer", "minimum": 0, "description": FIELDS["offset"]},
        "totals": {"type": "boolean", "description": FIELDS["totals"]},
        "explain": {"type": "boolean", "description": ABOUT_THE_ANSWER["explain"]},
        "format": {**one_of(FORMATS), "description": ABOUT_THE_ANSWER["format"]},
    },
    required=(),
)
OVERVIEW = Fields(
    more={
        "metrics": Overview,
        "revenue": dict[str, int],
        "goals": list[GoalStats],
        "conversions": int,
        "conversion_rate": float | None,
    },
    name="OverviewFigures",
)
ANCHORS = (
    Parameter("page", "Path of the page; * is any text."),
    Parameter("event", "Name of the event, instead of a page."),
    Parameter("direction", "Whether steps after or before it.", one_of(WAYS)),
    Parameter("depth", "Steps to follow.", whole(1, MOST_DEPTH, 3)),
    Parameter("limit", "Branches of each step.", whole(1, MOST_BRANCHES, behaviour.BRANCHES)),
    Parameter("with_events", "Whether custom events are steps too.", FLAG),
)
EVENT_NAME = Parameter("event", "Name of the event.", path="event_name")
DIMENSION = Parameter("dimension", "What to group by.", Name.DIMENSION, path="dimension")
GOAL = Parameter("goal", "Id or name of a goal; without one all.", repeated=True)
GROUPED = (
    *ASKED,
    UNIT,
    SEARCH,
    Parameter("dimensions", "Adds rows by these, with commas between them.", Name.DIMENSION, repeated=True),
    Parameter("limit", FIELDS["limit"], whole(1, LARGEST_LIMIT, DEFAULT_LIMIT)),
    Parameter("offset", FIELDS["offset"], {"type": "integer", "minimum": 0}),
)
KEPT_FUNNEL = {"funnel_id": str, "name": str}


def page_of(default: int, most: int) -> tuple[Parameter, ...]:
    return (
        Parameter("limit", FIELDS["limit"], whole(1, most, default)),
        Parameter("offset", FIELDS["offset"], {"type": "integer", "minimum": 0}),
    )


def report(answer: Any, parameters: tuple[Parameter, ...], body: Any = None) -> Shape:
    """Its answer as JSON, or its rows as a file."""
    return Shape(answer, parameters, body, files=FILES)


REPORT_SHAPES: dict[Answers, Shape] = {
    query.query: Shape(TABLE, body=QUESTION, files=FILES),
    export.export: Shape(
        parameters=(*RANGE, *FILTER, Parameter("format", "Kind of file.", one_of(FORMATS, "csv"))),
        files=FILES,
        only_files=True,
    ),
    reports.show_overview: report(
        Fields(
            more={
                **OVERVIEW.more,
                "comparison": {"anyOf": [{"type": "null"}, OVERVIEW]},
                **IN_RANGE,
                "comparison_range": COMPARISON_RANGE,
                "explain": EXPLANATION,
            },
            optional=("explain",),
            name="OverviewReport",
        ),
        (*ASKED, *COMPARE),
    ),
    reports.show_series: report(TABLE, (*ROWS, UNIT)),
    reports.show_breakdown: report(TABLE, (*ROWS, SEARCH, DIMENSION)),
    reports.show_events: report(TABLE, (*ROWS, SEARCH)),
    reports.show_properties: report(
        asked("PropertiesReport", rows=list[Property], truncated=bool), (*ASKED, EVENT_NAME)
    ),
    reports.show_property_names: report(asked("PropertyNamesReport", PropertyNames), ASKED),
    reports.show_event_series: report(
        asked("EventSeriesReport", unit=str, points=list[EventPoint]), (*ASKED, UNIT, EVENT_NAME)
    ),
    reports.show_goals: report(
        asked("GoalsReport", sessions=int, goals=list[GoalStats], points=list[GoalPoint], optional=("points",)),
        (*ASKED, UNIT, GOAL),
    ),
    reports.try_goal: report(
        Fields(
            GoalStats,
            ("conversions", "conversion_rate", "events", "visitors", "revenue"),
            {"sessions": int, "points": list[GoalPoint], **IN_RANGE, "explain": EXPLANATION},
            None,
            ("points", "explain"),
            "TriedGoalReport",
        ),
        (*ASKED, UNIT),
        body=Fields(Goal, ("type", "value", "filters", "revenue"), {}, ("type", "value")),
    ),
    behaviour.show_funnel: report(
        asked("KeptFunnelReport", FunnelResult, **KEPT_FUNNEL, points=list[FunnelPoint], optional=("points",)),
        (*ASKED, UNIT),
    ),
    behaviour.try_funnel: report(
        asked("FunnelReport", FunnelResult, points=list[FunnelPoint], optional=("points",)),
        (*ASKED, UNIT),
        body=Fields(Funnel, ("steps", "window_seconds", "scope"), {}, ("steps",)),
    ),
    behaviour.show_journeys: report(asked("JourneysReport", Journeys), (*ASKED, *ANCHORS)),
    behaviour.show_retention: report(
        asked("RetentionReport", Retention),
        (
            *ASKED,
            Parameter("unit", "Length of the periods.", one_of(RETENTION_UNITS, "week")),
            Parameter("identified_only", "Only users that the site named itself, who never get a new id.", FLAG),
        ),
    ),
    behaviour.show_sessions: report(
        asked("SessionsReport", SessionList), (*ASKED, *page_of(behaviour.SESSIONS, behaviour.MOST_SESSIONS))
    ),
    behaviour.show_session: report(
        Fields(SessionEvents, None, {"explain": EXPLANATION}, None, ("explain",), "SessionReport"),
        (*EXPLAIN, *FORMAT, *page_of(behaviour.EVENTS, behaviour.MOST_EVENTS)),
    ),
    live.show_realtime: report(asked("RealtimeReport", Realtime), (*FILTER, *EXPLAIN, *FORMAT)),
    live.stream_realtime: Shape(
        parameters=(*FILTER, Parameter("snapshots", "Ends after so many.", {"type": "integer", "minimum": 1})),
        files=(live.EVENT_STREAM,),
        only_files=True,
    ),
    figures.show_revenue: report(
        asked(
            "RevenueReport",
            currencies=list[Earnings],
            rows=list[EarningsGroup],
            total_rows=dict[str, int],
            series=list[EarningsSeries],
            optional=("rows", "total_rows", "series"),
        ),
        GROUPED,
    ),
    figures.show_engagement: report(
        asked(
            "EngagementReport",
            engagement=Engagement,
            rows=list[EngagementGroup],
            total_rows=int,
            series=list[EngagementPoint],
            optional=("rows", "total_rows", "series"),
        ),
        GROUPED,
    ),
    figures.show_numbers: report(
        asked(
            "NumbersReport",
            number=str,
            numbers=Numbers,
            currencies=list[NumbersOfCurrency],
            rows=list[NumbersGroup],
            total_rows=int,
            series=list[NumbersPoint],
            optional=("rows", "total_rows", "series"),
        ),
        (
            Parameter("number", f"One of {', '.join(NUMBERS)}, or property:KEY.", required=True),
            Parameter("event", "Name of the events to look at; without it all."),
            *GROUPED,
        ),
    ),
    figures.show_web_vitals: report(
        asked(
            "WebVitalsReport",
            vitals=list[WebVital],
            rows=list[VitalsGroup],
            total_rows=int,
            series=list[VitalSeries],
            optional=("rows", "total_rows", "series"),
        ),
        GROUPED,
    ),
}
