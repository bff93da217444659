"""HitKeep's questions about custom events, raw hits and funnels, in its shapes; its rates are percentages."""

import re
from collections import Counter
from dataclasses import replace
from typing import Any

from hitkeep_py.catalog.funnels import Funnel
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.filters import AnyOf, checked_condition, read_filters
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Did, Query
from hitkeep_py.query.time_range import HOUR_MS, TimeRange, buckets, unit_for
from hitkeep_py.reports.events import event_names, event_properties, event_series
from hitkeep_py.reports.funnels import FunnelResult, funnel, funnel_series
from hitkeep_py.reports.hits import Hit, hits
from hitkeep_py.reports.table import table
from hitkeep_py.server.api.hitkeep_question import of_events, query_of, read_whole, required, top
from hitkeep_py.server.call import Call, Result

BREAKDOWN_ROWS = 20
HITS, MOST_HITS = 10, 100
SORTS = {"timestamp": "time", "path": "path", "referrer": "referrer"}
SEARCHED = (
    *("page", "hostname", "referrer", "browser"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
)
AUDIENCE = {"top_referrers": "referrer", "top_devices": "device", "top_countries": "country", "top_cities": "city"}
NEVER_STORED = (
    *("page_id", "user_agent", "viewport_width", "viewport_height"),
    *("provider", "asn", "asn_org", "qr_code_id", "is_unique"),
)
SIZE = re.compile("([0-9]{1,6})x([0-9]{1,6})")


def names(call: Call) -> Result:
    """The most frequent first."""
    found = call.answer(event_names, query_of(call, call.site()))
    return Result([each.name for each in found.rows])


def properties(call: Call) -> Result:
    query = query_of(call, call.site())
    (name,) = required(call, "event_name")
    return Result([each.key for each in call.answer(event_properties, query, name).rows])


def breakdown(call: Call) -> Result:
    """Sessions by a property's values."""
    query = query_of(call, call.site())
    name, key = required(call, "event_name", "property_key")
    asked = replace(
        query,
        metrics=(METRICS["sessions"],),
        dimensions=(dimension(f"property:{key}", "property_key"),),
        filters=(*query.filters, *of_events(call, [name])),
        order=(("sessions", True),),
        limit=BREAKDOWN_ROWS,
    )
    return Result([{"name": value, "value": count} for (value,), (count,) in call.answer(table, asked).rows])


def timeseries(call: Call) -> Result:
    query = query_of(call, call.site())
    (name,) = required(call, "event_name")
    asked = replace(query, filters=(*query.filters, *of_events(call, [name])))
    points = call.answer(event_series, asked, name, unit_for(query.range))
    return Result([{"time": point.time, "count": point.count} for point in points])


def audience(call: Call) -> Result:
    """What the sessions that have the event have in common, counted in sessions."""
    query = query_of(call, call.site())
    (name,) = required(call, "event_name")
    asked = replace(query, did=(*query.did, Did(of_events(call, [name]))))
    pages = replace(asked, filters=(*asked.filters, *read_filters(["kind is pageview"])))
    found: dict[str, Any] = {"top_pages": top(call, pages, "page", "sessions")}
    found |= {shown: top(call, asked, ours, "sessions") for shown, ours in AUDIENCE.items()}
    return Result({**found, "top_cities": found["top_cities"] or None, "top_providers": None, "top_asns": None})


def list_hits(call: Call) -> Result:
    """Pageviews, by default those of the last 24 hours, the newest first."""
    site = call.site()
    sort, order = call.last("sort") or "timestamp", (call.last("order") or "desc").lower()
    if sort not in SORTS:
        raise InvalidInput(f"Invalid sort; there are {', '.join(SORTS)}", field="sort")
    if order not in ("asc", "desc"):
        raise InvalidInput("Invalid order; there are asc and desc", field="order")
    query = query_of(call, site)
    asked = replace(
        query,
        range=query.range if has_range(call) else last_day(call, site),
        filters=(*query.filters, *read_filters(["kind is pageview"]), *searched(call.last("q"))),
        limit=read_whole(call, "limit", HITS, MOST_HITS),
        offset=read_whole(call, "offset", 0, 10**9, least=0),
    )
    found = call.answer(hits, asked, SORTS[sort], order == "desc")
    return Result({"data": [hit_json(each, site) for each in found.rows], "total": found.total})


def has_range(call: Call) -> bool:
    return any(call.last(name) for name in ("from", "to", "range"))


def last_day(call: Call, site: Site) -> TimeRange:
    now = call.analytics.clock.now_ms()
    return TimeRange(now + 1 - 24 * HOUR_MS, now + 1, site.time_zone)


def searched(text: str | None) -> tuple[AnyOf, ...]:
    """Whatever case it is written in."""
    if not text:
        return ()
    return (tuple(checked_condition(name, "contains in any case", [text], "q") for name in SEARCHED),)


def hit_json(hit: Hit, site: Site) -> dict[str, Any]:
    """What is never stored here is null."""
    size = SIZE.fullmatch(hit.screen or "")
    shown = {name: getattr(hit, name) for name in ("path", "hostname", "referrer", "language", "region", "city")}
    shown |= {
        f"utm_{name}": getattr(hit, f"utm_{name}") for name in ("source", "medium", "campaign", "term", "content")
    }
    return {
        "id": hit.event_id,
        "site_id": site.id,
        "session_id": hit.session_id,
        "timestamp": hit.time,
        **shown,
        "country_code": hit.country,
        "screen_width": int(size[1]) if size else None,
        "screen_height": int(size[2]) if size else None,
        **dict.fromkeys(NEVER_STORED),
    }


def funnel_stats(call: Call) -> Result:
    site = call.site()
    found = call.analytics.catalog.funnels.get(site.id, call.path["funnel_id"])
    result = call.answer(funnel, query_of(call, site), found.steps, found.window_seconds, found.scope)
    return Result(
        {
            "funnel_id": found.id,
            "name": found.name,
            "steps": [step_json(result, place) for place in range(len(result.steps))],
            "total_entries": result.entries,
            "total_completions": result.completions,
            "overall_conversion_rate": result.conversion_rate * 100,
        }
    )


def step_json(result: FunnelResult, place: int) -> dict[str, Any]:
    step = result.steps[place]
    return {
        "step_index": place,
        "name": f"{step.type}: {step.value}",
        "visitors": step.count,
        "dropoff": step.drop_off,
        "conversion_rate": step.of_first * 100 if place else 100,
    }


def funnel_timeseries(call: Call) -> Result:
    """Of the named funnels, or of all, added up."""
    site, catalog = call.site(), call.analytics.catalog.funnels
    named = dict.fromkeys(call.query_values.get("funnel_id", ()))
    wanted = [catalog.get(site.id, each) for each in named] or catalog.of_site(site.id)
    values = {name: value for name, value in call.query_values.items() if name != "funnel_id"}
    query = query_of(replace(call, query_values=values), site)
    return Result(added_up(call, query, wanted))


def added_up(call: Call, query: Query, wanted: list[Funnel]) -> list[dict[str, Any]]:
    entries: Counter[str] = Counter()
    completions: Counter[str] = Counter()
    unit = unit_for(query.range)
    for each in wanted:
        for point in call.answer(funnel_series, query, each.steps, unit, each.window_seconds, each.scope):
            entries[point.time] += point.entries
            completions[point.time] += point.completions
    times = [label for _, label in buckets(query.range, unit)]
    return [{"time": time, "entries": entries[time], "completions": completions[time]} for time in times]
