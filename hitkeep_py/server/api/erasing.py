"""Deleting a site's old events, or those of one of its users."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.clock import zone_text
from hitkeep_py.errors import InvalidInput
from hitkeep_py.protocols.json_input import id_field
from hitkeep_py.query.named_range import day_of
from hitkeep_py.query.time_range import midnight
from hitkeep_py.server.call import Call, Result


def erase(call: Call) -> Result:
    """Delete all events `before` a day of the site's time zone, or those of the user whom the site named with this
    `user_id`, and what was derived from them, for ever.
    """
    return Result(erased(call.analytics, call.site(), call.body))


def erased(analytics: Analytics, site: Site, given: Mapping[str, Any]) -> dict[str, Any]:
    """Raises InvalidInput."""
    if "before" in given and "user_id" in given:
        raise InvalidInput("give either before or user_id", field="user_id")
    if "user_id" in given:
        return {"events": analytics.erase_user(site, read_user(given)), "user_id": given["user_id"]}
    time = read_before(given.get("before"), ZoneInfo(site.time_zone), analytics.clock.now_ms())
    return {"events": analytics.erase(site.id, time), "before": zone_text(time, site.time_zone)}


def read_user(given: Mapping[str, Any]) -> str:
    """As events name users: a whole number is its digits."""
    found = id_field(dict(given), "user_id")
    if not found:
        raise InvalidInput("user_id must be the id that the site gave the user, as events have it", field="user_id")
    return found


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
