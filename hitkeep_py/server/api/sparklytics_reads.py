"""Sparklytics' key figures, series, breakdowns, realtime and sessions, in its shapes and units."""

import base64
import binascii
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from hitkeep_py.clock import MINUTE_MS, utc_text
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.filters import checked_condition, read_filters
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.hits import Hit, hits
from hitkeep_py.reports.overview import Overview, overview, visitors
from hitkeep_py.reports.series import series
from hitkeep_py.reports.sessions import Session, SessionEvent, session_events, sessions
from hitkeep_py.reports.table import table, table_of
from hitkeep_py.server.api.sparklytics_question import (
    answer,
    compared,
    comparison_json,
    previous_days,
    query_of,
    read_comparison,
    read_granularity,
    read_whole,
    spaced,
    zone_of,
)
from hitkeep_py.server.call import Call, Result

REALTIME_MS = 30 * MINUTE_MS
REALTIME_EVENTS = 100
MOST_SESSIONS = 200
SESSION_EVENTS = 1_000
TYPES = {
    "page": "page",
    "event_name": "event",
    **{
        name: name
        for name in (
            *("referrer", "country", "region", "city", "browser", "os", "device", "screen", "language"),
            *("utm_source", "utm_medium", "utm_campaign"),
        )
    },
}
DIRECT = "(direct)"


def stats(call: Call) -> Result:
    site = call.site()
    query = query_of(call, site)
    comparison = read_comparison(call, query)
    found = call.answer(overview, query)
    before = call.answer(overview, query.over(comparison.range if comparison else previous_days(query.range)))
    data = {**figures(found), **figures(before, "prev_"), "timezone": zone_of(call, site)}
    return answer(data, **compared(query, comparison))


def figures(found: Overview, prefix: str = "") -> dict[str, Any]:
    """The bounce rate is a fraction, rounded as Sparklytics does."""
    return {
        f"{prefix}pageviews": found.pageviews,
        f"{prefix}visitors": found.visitors,
        f"{prefix}sessions": found.sessions,
        f"{prefix}bounce_rate": round(found.bounce_rate or 0, 3),
        f"{prefix}avg_duration_seconds": found.average_session_duration or 0,
    }


def pageviews(call: Call) -> Result:
    query = query_of(call, call.site())
    comparison = read_comparison(call, query)
    unit = read_granularity(call, query.range)
    before = views(call, query.over(comparison.range), unit) if comparison else None
    data = {"series": views(call, query, unit), "granularity": unit, "compare_series": before}
    return answer(data, **compared(query, comparison))


def views(call: Call, query: Query, unit: str) -> list[dict[str, Any]]:
    asked = replace(query, metrics=(METRICS["pageviews"], METRICS["visitors"]))
    return [
        {"date": spaced(point.time, unit), "pageviews": point.figures[0], "visitors": point.figures[1]}
        for point in call.answer(series, asked, unit)
    ]


def metrics(call: Call) -> Result:
    site, kind = call.site(), call.last("type") or ""
    if not kind:
        raise InvalidInput(f"type is required: one of {', '.join(TYPES)}", field="type")
    if kind not in TYPES:
        raise InvalidInput(f"invalid metric type: {kind[:100]}; there are {', '.join(TYPES)}", field="type")
    query = breakdown_query(call, query_of(call, site), kind)
    comparison = read_comparison(call, query)
    found = call.answer(table, query)
    rows = [metric_row(keys[0], values) for keys, values in found.rows]
    if comparison:
        before = call.answer(table_of, query.over(comparison.range), [keys for keys, _ in found.rows])
        known = dict(before.rows)
        rows = [with_change(row, known.get(keys)) for row, (keys, _) in zip(rows, found.rows, strict=True)]
    limit, offset = query.limit or 0, query.offset
    pagination = {
        "total": found.total_rows,
        "limit": limit,
        "offset": offset,
        "has_more": offset + limit < found.total_rows,
    }
    return answer({"type": kind, "rows": rows}, pagination=pagination, compare=comparison_json(query, comparison))


def breakdown_query(call: Call, query: Query, kind: str) -> Query:
    """What has no value is left out, but visits without a referrer are direct ones."""
    views = "events" if kind == "event_name" else "pageviews"
    filters = query.filters
    if kind != "referrer":
        filters = (*filters, (checked_condition(TYPES[kind], "is set", (), "type"),))
    if kind in ("event_name", "page"):
        wanted = "event" if kind == "event_name" else "pageview"
        filters = (*filters, (checked_condition("kind", "is", [wanted], "type"),))
    return replace(
        query,
        metrics=tuple(METRICS[name] for name in ("visitors", views, "bounce_rate", "average_session_duration")),
        dimensions=(dimension(TYPES[kind]),),
        filters=filters,
        order=((views if kind in ("event_name", "page") else "visitors", True),),
        limit=min(max(read_whole(call, "limit", 10, -(10**9), 10**9), 1), 100),
        offset=max(read_whole(call, "offset", 0, -(10**9), 10**9), 0),
    )


def metric_row(key: str | None, values: tuple[Any, ...]) -> dict[str, Any]:
    """Here the bounce rate is a percentage."""
    seen, views, bounce_rate, duration = values
    return {
        "value": DIRECT if key is None else key,
        "visitors": seen,
        "pageviews": views,
        "bounce_rate": round((bounce_rate or 0) * 100, 1),
        "avg_duration_seconds": round(duration or 0, 1),
    }


def with_change(row: dict[str, Any], before: tuple[Any, ...] | None) -> dict[str, Any]:
    seen, views = before[:2] if before else (0, 0)
    change = row["visitors"] - seen
    return {
        **row,
        "prev_visitors": seen,
        "prev_pageviews": views,
        "delta_visitors_abs": change,
        "delta_visitors_pct": change / seen if seen else 0.0,
    }


def realtime(call: Call) -> Result:
    site, now = call.site(), call.analytics.clock.now_ms()
    filters = read_filters(["kind is pageview, event"])
    query = Query(site.id, TimeRange(now + 1 - REALTIME_MS, now + 1, site.time_zone), limit=REALTIME_EVENTS)
    found = call.answer(hits, replace(query, filters=filters))
    data = {
        "active_visitors": call.answer(visitors, replace(query, limit=None)),
        "recent_events": [recent_event(each) for each in found.rows],
        "pagination": {"limit": REALTIME_EVENTS, "total_in_window": found.total},
    }
    return answer(data)


def recent_event(hit: Hit) -> dict[str, Any]:
    return {
        "event_type": hit.kind,
        "url": hit.path or "",
        "referrer_domain": hit.referrer.partition("/")[0] if hit.referrer else None,
        "country": hit.country,
        "browser": hit.browser,
        "device_type": hit.device,
        "ts": hit.time,
    }


def list_sessions(call: Call) -> Result:
    site = call.site()
    limit, offset = read_whole(call, "limit", 50, 1, MOST_SESSIONS), read_cursor(call.last("cursor"))
    found = call.answer(sessions, replace(query_of(call, site), limit=limit, offset=offset))
    has_more = offset + limit < found.total
    pagination = {
        "limit": limit,
        "next_cursor": cursor_text(offset + limit) if has_more else None,
        "has_more": has_more,
    }
    return answer([session_json(each) for each in found.rows], pagination=pagination)


def show_session(call: Call) -> Result:
    site = call.site()
    query = Query(site.id, TimeRange(0, 1, site.time_zone))
    found = call.answer(session_events, query, call.path["session_id"], SESSION_EVENTS)
    events = [event_json(each, found.session, number) for number, each in enumerate(found.events, start=1)]
    data = {"session": session_json(found.session), "events": events, "truncated": found.total > len(events)}
    return answer(data)


def session_json(found: Session) -> dict[str, Any]:
    return {
        "session_id": found.session_id,
        "visitor_id": found.visitor,
        "first_seen": found.start,
        "last_seen": utc_text(milliseconds_of(found.start) + round(found.duration_seconds * 1000)),
        "duration_seconds": int(found.duration_seconds),
        "pageview_count": found.pageviews,
        "event_count": found.pageviews + found.events,
        "entry_page": found.entry_page,
        "exit_page": found.exit_page,
        "country": found.country,
        "browser": found.browser,
        "os": found.os,
        "device_type": found.device,
    }


def milliseconds_of(time: str) -> int:
    return round(datetime.fromisoformat(time).timestamp() * 1000)


def event_json(event: SessionEvent, session: Session, number: int) -> dict[str, Any]:
    return {
        "id": f"{session.session_id}-{number}",
        "event_type": event.kind,
        "url": event.path or "",
        "event_name": event.name,
        "event_data": None if event.props is None else orjson.dumps(event.props).decode(),
        "created_at": event.time,
    }


def cursor_text(offset: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps({"offset": offset})).decode()


def read_cursor(given: str | None) -> int:
    if not given:
        return 0
    try:
        found = orjson.loads(base64.urlsafe_b64decode(given))["offset"]
        if type(found) is not int or not 0 <= found < 2**53:
            raise ValueError(given)
        return found
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise InvalidInput("invalid cursor", field="cursor") from error
