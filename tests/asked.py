"""Reports asked straight of the product, below HTTP."""

from collections.abc import Sequence
from typing import NamedTuple

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.goals import Goal
from hitkeep_py.catalog.sites import Site
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange, unit_for
from hitkeep_py.reports import goals, overview, series


class ChartPoint(NamedTuple):
    time: str
    pageviews: int
    visitors: int


def overview_of(analytics: Analytics, site: Site, time_range: TimeRange) -> overview.Overview:
    return analytics.answer(overview.overview, Query(site.id, time_range))


def live_visitors_of(analytics: Analytics, site: Site) -> int:
    now = analytics.clock.now_ms()
    return analytics.answer(overview.visitors, Query(site.id, TimeRange(now - 5 * 60_000, now + 1)))


def chart_of(analytics: Analytics, site: Site, time_range: TimeRange) -> list[ChartPoint]:
    query = Query(site.id, time_range, (METRICS["pageviews"], METRICS["visitors"]))
    points = analytics.answer(series.series, query, unit_for(time_range))
    return [ChartPoint(point.time, *point.figures) for point in points]


def goals_of(
    analytics: Analytics, site: Site, time_range: TimeRange, wanted: Sequence[Goal]
) -> tuple[int, list[goals.GoalStats]]:
    return analytics.answer(goals.goals, Query(site.id, time_range), wanted)


def goal_series_of(
    analytics: Analytics, site: Site, time_range: TimeRange, wanted: Sequence[Goal]
) -> list[goals.GoalPoint]:
    return analytics.answer(goals.goal_series, Query(site.id, time_range), wanted, unit_for(time_range))
