"""A site's key figures in HitKeep's shape; its rates are percentages, ours elsewhere are fractions."""

from dataclasses import asdict, replace
from typing import Any

from hitkeep_py.catalog.sites import Site
from hitkeep_py.clock import MINUTE_MS
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.named_range import said_of_comparison
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange, read_range, unit_for
from hitkeep_py.reports.goals import GoalStats, goals
from hitkeep_py.reports.overview import Overview, overview, visitors
from hitkeep_py.reports.series import series
from hitkeep_py.reports.table import table
from hitkeep_py.server.api.hitkeep_question import query_of, top
from hitkeep_py.server.call import Call, Result

LIVE_MS = 5 * MINUTE_MS
CHART = ("pageviews", "visitors")
UTM = ("campaign", "content", "medium", "source", "term")
LISTS = {
    "top_landing_pages": ("entry_page", "sessions"),
    "top_exit_pages": ("exit_page", "sessions"),
    "top_referrers": ("referrer", "pageviews"),
    "top_devices": ("device", "pageviews"),
    "top_countries": ("country", "pageviews"),
    "top_browsers": ("browser", "pageviews"),
    "top_languages": ("language", "pageviews"),
    **{f"top_utm_{name}s": (f"utm_{name}", "pageviews") for name in UTM},
}
"""HitKeep's lists by our dimensions and what they count."""


def stats(call: Call) -> Result:
    site = call.site()
    query = query_of(call, site)
    found = call.answer(overview, query)
    converted = goals_json(call, query, site)
    comparison = compared(call, query, site)
    return Result(
        {
            "live_visitors": live_visitors(call, query),
            "total_events": found.events,
            "unique_visitors": found.visitors,
            **figures(found),
            "chart_data": chart(call, query),
            **lists(call, query),
            **ai_sources(call, query),
            **utm_hits(call, query),
            "goals": converted,
            "funnels": [each.as_json() for each in call.analytics.catalog.funnels.of_site(site.id)],
            **({"comparison": comparison} if comparison else {}),
        }
    )


def figures(found: Overview) -> dict[str, Any]:
    return {
        "total_pageviews": found.pageviews,
        "unique_sessions": found.sessions,
        "bounce_rate": (found.bounce_rate or 0) * 100,
        "avg_session_duration": found.average_session_duration or 0,
        "pages_per_session": found.pages_per_session or 0,
    }


def live_visitors(call: Call, query: Query) -> int:
    now = call.analytics.clock.now_ms()
    return call.answer(visitors, query.over(TimeRange(now - LIVE_MS, now + 1)))


def chart(call: Call, query: Query) -> list[dict[str, Any]]:
    asked = replace(query, metrics=tuple(METRICS[name] for name in CHART))
    points = call.answer(series, asked, unit_for(query.range))
    return [{"time": point.time, **dict(zip(CHART, point.figures, strict=True))} for point in points]


def lists(call: Call, query: Query) -> dict[str, Any]:
    """The most frequent of everything. Of networks and robots nothing is known here."""
    pages = replace(query, filters=(*query.filters, *read_filters(["kind is pageview"])))
    found: dict[str, Any] = {"top_pages": top(call, pages, "page", "pageviews")}
    found |= {shown: top(call, query, name, figure) for shown, (name, figure) in LISTS.items()}
    cities = top(call, query, "city", "pageviews")
    return {**found, "top_cities": cities or None, "top_providers": None, "top_asns": None, "top_ai_bots": []}


def ai_sources(call: Call, query: Query) -> dict[str, Any]:
    """Sessions that assistants sent."""
    asked = replace(query, filters=(*query.filters, *read_filters(["channel is AI Assistants"])))
    visits = call.answer(table, replace(asked, metrics=(METRICS["sessions"],))).rows[0][1][0]
    return {"top_ai_sources": top(call, asked, "source", "sessions"), "ai_bot_hits": 0, "ai_source_visits": visits}


def utm_hits(call: Call, query: Query) -> dict[str, int]:
    """Pageviews of sessions that have the field."""
    found = {}
    for name in UTM:
        asked = replace(query, filters=(*query.filters, *read_filters([f"utm_{name} is set"])))
        answer = call.answer(table, replace(asked, metrics=(METRICS["pageviews"],)))
        found[f"utm_{name}_hits"] = answer.rows[0][1][0]
    return found


def goals_json(call: Call, query: Query, site: Site) -> list[dict[str, Any]]:
    _, converted = call.answer(goals, query, call.analytics.catalog.goals.of_site(site.id))
    return [goal_json(each) for each in converted]


def goal_json(goal: GoalStats) -> dict[str, Any]:
    shown = asdict(goal)
    names = ("goal_id", "name", "conversions", "events", "visitors")
    return {**{name: shown[name] for name in names}, "conversion_rate": (goal.conversion_rate or 0.0) * 100}


def compared(call: Call, query: Query, site: Site) -> dict[str, Any] | None:
    """The same of `compare_from` to `compare_to`, None unless both are given."""
    start, end = call.last("compare_from"), call.last("compare_to")
    if not start or not end:
        return None
    try:
        before = query.over(read_range(start, end, site.time_zone, call.analytics.clock.now_ms()))
    except InvalidInput as error:
        raise said_of_comparison(error, f"compare_{error.field}") from error
    converted = goals_json(call, before, site)
    return {
        **figures(call.answer(overview, before)),
        "chart_data": chart(call, before),
        **utm_hits(call, before),
        "goals": converted,
        "total_conversions": sum(each["conversions"] for each in converted),
    }
