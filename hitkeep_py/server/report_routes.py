"""Routes that answer questions: the general one, one for each report, files, and questions that are kept."""

import re

from hitkeep_py.server.access import Access
from hitkeep_py.server.api import annotations, behaviour, export, figures, funnels, live, query, reports, segments
from hitkeep_py.server.call import ApiRoute

SITE = "/api/sites/{site_id}"
REPORTS = f"{SITE}/reports"
FUNNEL = f"{SITE}/funnels/{{funnel_id}}"
SEGMENT = f"{SITE}/segments/{{segment_id}}"
ANNOTATION = f"{SITE}/annotations/{{annotation_id}}"
READER, USER = Access.READER, Access.USER

REPORT_PATH = re.compile(r"/api/sites/[^/]+/reports(/|$)")

REPORT_ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("POST", f"{SITE}/query", READER, query.query, "Any metrics by any dimensions."),
    ApiRoute("GET", f"{SITE}/export", READER, export.export, "All events of a range as a file."),
    ApiRoute("GET", f"{REPORTS}/overview", READER, reports.show_overview, "Key figures, goals and revenue."),
    ApiRoute("GET", f"{REPORTS}/series", READER, reports.show_series, "Metrics over time."),
    ApiRoute(
        "GET", f"{REPORTS}/breakdown/{{dimension}}", READER, reports.show_breakdown, "Metrics by a dimension's values."
    ),
    ApiRoute(
        "GET",
        f"{REPORTS}/breakdown",
        READER,
        reports.show_breakdown,
        "Metrics by the dimension `dimension`, whose name may have a slash.",
    ),
    ApiRoute("GET", f"{REPORTS}/events", READER, reports.show_events, "Custom events by name."),
    ApiRoute(
        "GET",
        f"{REPORTS}/events/{{event_name}}/properties",
        READER,
        reports.show_properties,
        "The properties of an event with their values.",
    ),
    ApiRoute(
        "GET", f"{REPORTS}/events/{{event_name}}/series", READER, reports.show_event_series, "An event over time."
    ),
    ApiRoute(
        "GET",
        f"{REPORTS}/properties",
        READER,
        reports.show_properties,
        "The properties of the event `event`, whose name may have a slash.",
    ),
    ApiRoute(
        "GET",
        f"{REPORTS}/property-names",
        READER,
        reports.show_property_names,
        "Which properties there are, over all events.",
    ),
    ApiRoute(
        "GET",
        f"{REPORTS}/event-series",
        READER,
        reports.show_event_series,
        "The event `event` over time, whose name may have a slash.",
    ),
    ApiRoute("GET", f"{REPORTS}/goals", READER, reports.show_goals, "Conversions of every goal."),
    ApiRoute("POST", f"{REPORTS}/goals", READER, reports.try_goal, "A goal that is not kept."),
    ApiRoute("GET", f"{REPORTS}/funnels/{{funnel_id}}", READER, behaviour.show_funnel, "A funnel, by its id or name."),
    ApiRoute("POST", f"{REPORTS}/funnels", READER, behaviour.try_funnel, "A funnel that is not kept."),
    ApiRoute("GET", f"{REPORTS}/journeys", READER, behaviour.show_journeys, "Where sessions go from a page or event."),
    ApiRoute("GET", f"{REPORTS}/retention", READER, behaviour.show_retention, "How many visitors come back, and when."),
    ApiRoute("GET", f"{REPORTS}/sessions", READER, behaviour.show_sessions, "Sessions, newest first."),
    ApiRoute("GET", f"{REPORTS}/sessions/{{session_id}}", READER, behaviour.show_session, "One session's events."),
    ApiRoute("GET", f"{REPORTS}/realtime", READER, live.show_realtime, "The last 5 and 30 minutes."),
    ApiRoute("GET", f"{REPORTS}/realtime/stream", READER, live.stream_realtime, "The same again and again, as events."),
    ApiRoute("GET", f"{REPORTS}/revenue", READER, figures.show_revenue, "Revenue, orders and refunds by currency."),
    ApiRoute("GET", f"{REPORTS}/web-vitals", READER, figures.show_web_vitals, "How fast pages are."),
    ApiRoute("GET", f"{REPORTS}/numbers", READER, figures.show_numbers, "What a number of events adds up to."),
    ApiRoute("GET", f"{REPORTS}/engagement", READER, figures.show_engagement, "How far and how long pages are read."),
    ApiRoute("GET", f"{SITE}/funnels", READER, funnels.list_funnels, "A site's funnels, newest first."),
    ApiRoute("POST", f"{SITE}/funnels", USER, funnels.add_funnel, "Add a funnel."),
    ApiRoute("GET", FUNNEL, READER, funnels.show_funnel, "One funnel."),
    ApiRoute("PATCH", FUNNEL, USER, funnels.change_funnel, "Change a funnel."),
    ApiRoute("DELETE", FUNNEL, USER, funnels.remove_funnel, "Remove a funnel."),
    ApiRoute("GET", f"{SITE}/annotations", READER, annotations.list_annotations, "A site's annotations, latest first."),
    ApiRoute("POST", f"{SITE}/annotations", USER, annotations.add_annotation, "Add an annotation."),
    ApiRoute("PATCH", ANNOTATION, USER, annotations.change_annotation, "Change an annotation."),
    ApiRoute("DELETE", ANNOTATION, USER, annotations.remove_annotation, "Remove an annotation."),
    ApiRoute("GET", f"{SITE}/segments", READER, segments.list_segments, "A site's segments, newest first."),
    ApiRoute("POST", f"{SITE}/segments", USER, segments.add_segment, "Add a segment."),
    ApiRoute("GET", SEGMENT, READER, segments.show_segment, "One segment."),
    ApiRoute("PATCH", SEGMENT, USER, segments.change_segment, "Change a segment."),
    ApiRoute("DELETE", SEGMENT, USER, segments.remove_segment, "Remove a segment."),
)
REPORT_NAMES = tuple(
    dict.fromkeys(each.path.removeprefix(f"{REPORTS}/") for each in REPORT_ROUTES if each.path.startswith(REPORTS))
)
