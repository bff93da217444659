"""Events that a site does not want to keep any longer are deleted, whole days of the site's time zone at a time."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.query.named_range import day_of
from hitkeep_py.query.time_range import midnight


class Retention:
    """Remembers what was deleted last, since a deletion looks at all events of a site."""

    def __init__(self, analytics: Analytics) -> None:
        self._analytics = analytics
        self._deleted: dict[str, int] = {}

    def delete_expired(self) -> None:
        now = self._analytics.clock.now_ms()
        for site in self._analytics.catalog.sites.all():
            if site.retention_days is None:
                continue
            end = end_of_retention(site, site.retention_days, now)
            if self._deleted.get(site.id) != end:
                self._analytics.erase(site.id, end)
                self._deleted[site.id] = end


def end_of_retention(site: Site, days: int, now: int) -> int:
    """When the first day that is kept begins; today is one of the days."""
    timezone = ZoneInfo(site.time_zone)
    return midnight(day_of(now, timezone) - timedelta(days=days - 1), timezone)
