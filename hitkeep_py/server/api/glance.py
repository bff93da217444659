"""All sites at a glance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from hitkeep_py.catalog.sites import Site
from hitkeep_py.clock import MINUTE_MS
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.read_query import from_address, read_comparison, read_time_range
from hitkeep_py.query.time_range import TimeRange, unit_for
from hitkeep_py.reports.glance import Glance, GlancePoint, sites_at_a_glance
from hitkeep_py.reports.realtime import LIVE_MINUTES
from hitkeep_py.server.api.answering import comparison_range, range_json
from hitkeep_py.server.call import Call, Result

RANGE = ("from", "to", "range", "compare", "compare_from", "compare_to")


@dataclass(frozen=True, slots=True)
class Compared:
    visitors: int
    pageviews: int


@dataclass(frozen=True, slots=True)
class SiteAtAGlance:
    """points are visitors over time, in the site's time zone; live_visitors are those of the last 5 minutes."""

    site_id: str
    domain: str
    visitors: int
    pageviews: int
    live_visitors: int
    comparison: Compared | None
    points: list[GlancePoint]


Row = tuple[SiteAtAGlance, Mapping[str, object]]
"""A site with its range."""


def show_sites(call: Call) -> Result:
    """Each site in the same days of its own time zone, the one with most visitors first."""
    ranges(call, "UTC")  # What is wrong is said without sites as well.
    now, sites = call.analytics.clock.now_ms(), call.analytics.catalog.sites.all()
    live_range = TimeRange(now - LIVE_MINUTES * MINUTE_MS, now + 1)
    live = call.answer(sites_at_a_glance, [each.id for each in sites], live_range)
    rows = [row for zone, of_zone in by_zone(sites) for row in rows_of(call, zone, of_zone, live)]
    rows.sort(key=lambda row: (-row[0].visitors, row[0].domain))
    return Result({"sites": [{**asdict(found), **head} for found, head in rows]})


def by_zone(sites: Iterable[Site]) -> list[tuple[str, list[Site]]]:
    ordered = sorted(sites, key=lambda each: each.time_zone)
    return [(zone, list(of_zone)) for zone, of_zone in groupby(ordered, key=lambda each: each.time_zone)]


def rows_of(call: Call, zone: str, sites: Sequence[Site], live: Mapping[str, Glance]) -> list[Row]:
    """Of sites in one time zone: one question for the range, another for what it is compared with."""
    asked, other = ranges(call, zone)
    ids, unit = [each.id for each in sites], unit_for(asked)
    found = call.answer(sites_at_a_glance, ids, asked, unit)
    before = call.answer(sites_at_a_glance, ids, other) if other else {}
    head = {**range_json(asked), "comparison_range": comparison_range(other), "unit": unit}
    return [(at_a_glance(each, found[each.id], live[each.id], before.get(each.id)), head) for each in sites]


def at_a_glance(site: Site, found: Glance, live: Glance, before: Glance | None) -> SiteAtAGlance:
    compared = Compared(before.visitors, before.pageviews) if before else None
    return SiteAtAGlance(site.id, site.domain, found.visitors, found.pageviews, live.visitors, compared, found.points)


def ranges(call: Call, zone: str) -> tuple[TimeRange, TimeRange | None]:
    """The address's range in a zone and what it is compared with. Raises InvalidInput."""
    given = from_address({name: call.query_values.get(name, []) for name in RANGE})
    if given.get("range") == "all":
        raise InvalidInput("all begins on another day for each site; name another range", field="range")
    now = call.analytics.clock.now_ms()
    asked = read_time_range(given, zone, now)
    return asked, read_comparison(given.get("compare"), asked, now)
