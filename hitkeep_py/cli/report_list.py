"""The reports of the command line: where the API has them, what they take, and where their rows are."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import DIMENSIONS, PROPERTY

RANGE = ("from", "to", "range")
FILTER = ("filter", "segment")
TABLE = (*RANGE, *FILTER, "compare", "metrics", "order", "limit", "offset", "goal")
GROUPED = (*RANGE, *FILTER, "unit", "dimensions", "search", "limit", "offset")


@dataclass(frozen=True, slots=True)
class ListedReport:
    """`rows` is the field of the answer that has them, `over_time` the one that `unit` adds. `about` is the option
    that may be given without its name; with `needs` that, or the option `instead`, has to be. `totals` are other
    figures, with words for them. `path_end` is what follows the id of what it is about in the path.
    """

    path: str
    rows: str
    options: tuple[str, ...]
    over_time: str = ""
    about: str = ""
    needs: str = ""
    instead: str = ""
    totals: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    path_end: str = ""


PLURALS = {
    "pages": "page",
    "entry_pages": "entry_page",
    "exit_pages": "exit_page",
    "hostnames": "hostname",
    "referrers": "referrer",
    "sources": "source",
    "channels": "channel",
    "campaigns": "utm_campaign",
    "countries": "country",
    "regions": "region",
    "cities": "city",
    "languages": "language",
    "browsers": "browser",
    "devices": "device",
    "screens": "screen",
}
"""Breakdowns by their usual names; every dimension is one by its own."""
BREAKDOWN = ListedReport("reports/breakdown", "rows", (*TABLE, "search"))
REPORTS = {
    "overview": ListedReport("reports/overview", "", (*RANGE, *FILTER, "compare")),
    "series": ListedReport("reports/series", "rows", (*TABLE, "unit")),
    "events": ListedReport("reports/events", "rows", (*TABLE, "search")),
    "properties": ListedReport(
        "reports/properties",
        "rows",
        (*RANGE, *FILTER, "event"),
        about="event",
        needs="EVENT",
        renamed={"key": "property"},
    ),
    "property-names": ListedReport("reports/property-names", "rows", (*RANGE, *FILTER), renamed={"key": "property"}),
    "goals": ListedReport(
        "reports/goals",
        "goals",
        (*RANGE, *FILTER, "goal", "unit"),
        over_time="points",
        about="goal",
        totals={"sessions": "sessions"},
    ),
    "funnels": ListedReport(
        "reports/funnels",
        "steps",
        (*RANGE, *FILTER, "funnel", "unit"),
        over_time="points",
        about="funnel",
        needs="FUNNEL",
        totals={"entries": "entries", "completions": "completions", "conversion_rate": "conversion rate"},
    ),
    "journeys": ListedReport(
        "reports/journeys",
        "paths",
        (*RANGE, *FILTER, "page", "event", "direction", "depth", "limit", "with_events"),
        about="page",
        needs="PAGE",
        instead="event",
        totals={
            "sessions": "sessions that met it",
            "ended": "of them without another step",
            "others": "on other paths",
        },
    ),
    "retention": ListedReport("reports/retention", "cohorts", (*RANGE, *FILTER, "unit", "identified_only")),
    "sessions": ListedReport("reports/sessions", "rows", (*RANGE, *FILTER, "limit", "offset")),
    "realtime": ListedReport(
        "reports/realtime",
        "pages",
        FILTER,
        totals={"visitors_5_minutes": "visitors now", "visitors_30_minutes": "in the last 30 minutes"},
        renamed={"value": "page"},
    ),
    "experiments": ListedReport(
        "experiments",
        "variants",
        (*RANGE, "experiment", "control"),
        about="experiment",
        needs="EXPERIMENT",
        renamed={"name": "variant"},
        path_end="/results",
    ),
    "revenue": ListedReport("reports/revenue", "currencies", GROUPED, over_time="series"),
    "web-vitals": ListedReport("reports/web-vitals", "vitals", GROUPED, over_time="series"),
    "engagement": ListedReport("reports/engagement", "engagement", GROUPED, over_time="series"),
    "numbers": ListedReport(
        "reports/numbers", "numbers", ("number", "event", *GROUPED), over_time="series", about="number", needs="NUMBER"
    ),
}
SINGULARS = {"goal": "goals", "funnel": "funnels", "journey": "journeys", "session": "sessions"}
SHOWN_NAMES = f"{', '.join(REPORTS)}, {', '.join(PLURALS)}, and any dimension, also {PROPERTY}KEY"


def find_report(name: str, *others: str) -> tuple[ListedReport, dict[str, str]]:
    """With what its name says of the question. Raises InvalidInput with the reports that exist, and the `others`."""
    if found := REPORTS.get(SINGULARS.get(name, name)):
        return found, {}
    dimension = PLURALS.get(name, name)
    if dimension in DIMENSIONS or dimension.startswith(PROPERTY):
        return BREAKDOWN, {"dimension": dimension}
    raise InvalidInput(f'there is no report "{name}"; there are {", ".join((*others, SHOWN_NAMES))}')


def check_options(
    command: str, name: str, found: ListedReport, given: Container[str], flags: Mapping[str, str]
) -> None:
    """Raises InvalidInput that names the options which the report has, or the one that it lacks."""
    unfit = [flag for name, flag in flags.items() if name in given and name not in found.options]
    if unfit:
        fit = ", ".join(flag for name, flag in flags.items() if name in found.options)
        raise InvalidInput(f"analytics {command} SITE {name} has no {', '.join(unfit)}; it takes {fit}")
    if found.instead and found.about in given and found.instead in given:
        raise InvalidInput(f"give either {found.needs} or {flags[found.instead]}")
    if found.needs and found.about not in given and found.instead not in given:
        instead = f", or {flags[found.instead]}" if found.instead else ""
        raise InvalidInput(f"say which: analytics {command} SITE {name} {found.needs}{instead}")
