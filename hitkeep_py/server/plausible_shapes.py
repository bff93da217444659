"""What the routes in Plausible's shape take and answer, for the API's description."""

from typing import Any

from hitkeep_py.reports.plausible import METRICS, RATES
from hitkeep_py.server.api import plausible_query, plausible_v1
from hitkeep_py.server.api.plausible_query import INCLUDES, MOST_DIMENSIONS, MOST_RESULTS
from hitkeep_py.server.api.plausible_ranges import POSSIBLE
from hitkeep_py.server.api.plausible_v1 import COUNTED_DAYS, COUNTED_MONTHS, LARGEST_PAGE, MOST_PAGES, ROWS
from hitkeep_py.server.api.plausible_words import TIMES, known_dimensions
from hitkeep_py.server.schemas import ANYTHING, Fields, Schema
from hitkeep_py.server.shape import TEXT, Answers, Parameter, Shape, one_of, rows, whole

NAMES = (*METRICS, *RATES)
ORDER: Schema = {
    "type": "array",
    "items": {"type": "array", "prefixItems": [TEXT, one_of(("asc", "desc"))], "minItems": 2, "maxItems": 2},
}
FILTERS: Schema = {
    "type": "array",
    "items": rows(ANYTHING),
    "description": 'All of them hold, each such as ["is", "event:page", ["/"]], with and, or, not, has_done.',
}
INCLUDE = {
    "type": "object",
    "properties": {name: {"type": "boolean"} for name in INCLUDES},
    "additionalProperties": False,
}
PAGINATION = Fields(
    more={"limit": whole(1, MOST_RESULTS, MOST_RESULTS), "offset": {"type": "integer", "minimum": 0}},
    required=(),
)
DATE_RANGE: Schema = {"description": POSSIBLE, "anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 2}]}
QUESTION: dict[str, Any] = {
    "site_id": {**TEXT, "description": "Domain of the site, or its id."},
    "metrics": {"type": "array", "items": one_of(NAMES), "minItems": 1},
    "date_range": DATE_RANGE,
    "filters": FILTERS,
    "dimensions": {
        "type": "array",
        "items": TEXT,
        "maxItems": MOST_DIMENSIONS,
        "description": f"There are {known_dimensions('time', *TIMES)}.",
    },
    "order_by": ORDER,
    "include": INCLUDE,
    "pagination": PAGINATION,
}
FIGURE: Schema = {"type": ["number", "null"]}
DATED: Schema = {"type": "object", "properties": {"date": TEXT}, "required": ["date"], "additionalProperties": ANYTHING}
META = Fields(
    more={
        "imports_included": bool,
        "imports_skip_reason": str,
        "time_labels": list[str],
        "total_rows": int,
    },
    required=(),
)
ANSWER = Fields(
    more={
        "results": {
            "type": "array",
            "items": Fields(more={"metrics": rows(FIGURE), "dimensions": rows(TEXT)}),
        },
        "meta": META,
        "query": Fields(more={**QUESTION, "date_range": rows(TEXT)}),
    }
)
SITE = Parameter("site_id", "Domain of the site, or its id.", required=True)
PERIOD = (
    Parameter("period", "Days around the date.", one_of(("day", *COUNTED_DAYS, "month", *COUNTED_MONTHS, "custom"))),
    Parameter("date", "A day, by default today; of the period custom the first and the last day, a comma between."),
)
ASKED = (
    SITE,
    *PERIOD,
    Parameter("metrics", f"Names with commas between them, by default visitors: {', '.join(NAMES)}."),
    Parameter("filters", "Such as event:page==/blog/*;visit:source!=Google, all of which hold."),
)
VALUE = Fields(
    more={"value": FIGURE, "comparison_value": FIGURE, "change": FIGURE}, optional=("comparison_value", "change")
)

PLAUSIBLE_SHAPES: dict[Answers, Shape] = {
    plausible_query.query: Shape(ANSWER, body=Fields(more=QUESTION, required=("site_id", "metrics", "date_range"))),
    plausible_v1.aggregate: Shape(
        Fields(more={"results": {"type": "object", "additionalProperties": VALUE}}),
        (*ASKED, Parameter("compare", "What the change is against.", one_of(("previous_period",)))),
    ),
    plausible_v1.timeseries: Shape(
        Fields(more={"results": {"type": "array", "items": DATED}}),
        (*ASKED, Parameter("interval", "Length of the buckets.", one_of(("date", "day", "month")))),
    ),
    plausible_v1.breakdown: Shape(
        Fields(more={"results": {"type": "array", "items": {"type": "object", "additionalProperties": ANYTHING}}}),
        (
            *ASKED,
            Parameter("property", f"There are {known_dimensions()}.", required=True),
            Parameter("limit", "Most rows of a page.", whole(1, LARGEST_PAGE, ROWS)),
            Parameter("page", "Number of the page.", whole(1, MOST_PAGES, 1)),
        ),
    ),
    plausible_v1.realtime_visitors: Shape(int, (SITE,)),
}
