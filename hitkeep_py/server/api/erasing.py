"""Deleting a site's old events."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.clock import zone_text
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.named_range import day_of
from hitkeep_py.query.time_range import midnight
from hitkeep_py.server.call import Call, Result


def erase(call: Call) -> Result:
    """Delete all events before a day of the site's time zone, and what was derived from them, for ever."""
    return Result(erased(call.analytics, call.site(), call.body.get("before")))


def erased(analytics: Analytics, site: Site, before: object) -> dict[str, Any]:
    """Raises InvalidInput."""
    time = read_before(before, ZoneInfo(site.time_zone), analytics.clock.now_ms())
    return {"events": analytics.erase(site.id, time), "before": zone_text(time, site.time_zone)}


def read_before(value: object, timezone: ZoneInfo, now: int) -> int:
    """When the day begins. Tomorrow is the last that can be named: before it is all there is."""
    try:
        day = date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise InvalidInput("before must be a day such as 2026-01-31", field="before") from error
    if day.isoformat() != value or day.year < 1970:
        raise InvalidInput("before must be a day such as 2026-01-31, in 1970 or later", field="before")
    if day > day_of(now, timezone) + timedelta(days=1):
        raise InvalidInput("before must not be later than tomorrow", field="before")
    return midnight(day, timezone)
