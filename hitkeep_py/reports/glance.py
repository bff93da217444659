"""Many sites at a glance: what each had in the same range, as a whole and over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hitkeep_py.query.dialect import Bounds, Dialect
from hitkeep_py.query.report import Report, Rows
from hitkeep_py.query.sql import Statement, filled
from hitkeep_py.query.time_range import TimeRange, buckets, check_points, offsets
from hitkeep_py.reports.table import BITS_BUDGET

Portion = tuple[Sequence[str], Bounds | None]
"""Sites with the bounds of their visitors' numbers; None where there are too many for a bit each."""
PAGEVIEWS = "CASE WHEN kind = 'pageview' THEN 1 ELSE 0 END"


@dataclass(frozen=True, slots=True)
class GlancePoint:
    """`time` is when the bucket begins, RFC 3339 with the zone's offset."""

    time: str
    visitors: int


@dataclass(frozen=True, slots=True)
class Glance:
    visitors: int
    pageviews: int
    points: list[GlancePoint]


def sites_at_a_glance(
    dialect: Dialect, site_ids: Sequence[str], time_range: TimeRange, unit: str | None = None
) -> Report[Mapping[str, Glance]]:
    """Every site by its id, also those without events; with `unit` a point a bucket. Days are those of the range."""
    if unit:
        check_points(time_range, unit)
    places = buckets(time_range, unit) if unit else []
    portions: list[Portion] = [(site_ids, None)]
    if site_ids and dialect.summarised:
        portions = alike((yield bounds_of_sites(dialect, site_ids, time_range)), len(places) + 1)
    wholes: dict[str, tuple[int, int]] = {}
    counted: dict[tuple[str, int], int] = {}
    for portion, bounds in portions:
        rows = (yield statement(dialect, portion, time_range, unit, bounds)) if portion else []
        wholes |= {str(site): (int(visitors), int(views)) for whole, site, _, visitors, views in rows if whole}
        counted |= {(str(site), int(key)): int(visitors) for whole, site, key, visitors, _ in rows if not whole}
    return {
        site: Glance(
            *wholes.get(site, (0, 0)), [GlancePoint(label, counted.get((site, key), 0)) for key, label in places]
        )
        for site in site_ids
    }


def bounds_of_sites(dialect: Dialect, site_ids: Sequence[str], time_range: TimeRange) -> Statement:
    """A row a site that has sessions in the range: its visitors' smallest and largest numbers."""
    return Statement(
        f"SELECT site_id, min({dialect.visitor}), max({dialect.visitor}) FROM sessions"
        f" WHERE {one_of(site_ids, dialect)} AND {touching(dialect)} GROUP BY site_id",
        (*site_ids, time_range.start, time_range.end),
    )


def alike(rows: Rows, groups: int, budget: int = BITS_BUDGET) -> list[Portion]:
    """Sites of about as many visitors, to be counted together with a bit for each visitor in each of their groups."""
    found: list[Portion] = []
    ids: list[str] = []
    low = high = 0
    for site, first, last in sorted(rows, key=lambda row: (row[2], str(row[0]))):
        if (len(ids) + 1) * groups * (last + 1 - min(low, first)) > budget and ids:
            found.append((ids, Bounds(low, high)))
            ids = []
        low, high = (min(low, first), last) if ids else (first, last)
        ids.append(str(site))
    too_many = groups * (high - low + 1) > budget
    return [*found, (ids, None if too_many else Bounds(low, high))]


def statement(
    dialect: Dialect, site_ids: Sequence[str], time_range: TimeRange, unit: str | None, bounds: Bounds | None
) -> Statement:
    """Rows: whether it is of a whole site, site, bucket, visitors, pageviews."""
    visitors = dialect.distinct_visitors(bounds)
    whole = f"SELECT 1 AS whole, site_id, 0 AS key, {visitors} AS people, sum(pageviews) AS views FROM seen"
    over_time = f"SELECT 0 AS whole, site_id, bucket AS key, {visitors} AS people, 0 AS views FROM seen"
    return filled(
        "WITH seen AS ({}) "
        f"{f'{over_time} GROUP BY site_id, bucket UNION ALL ' if unit else ''}{whole} GROUP BY site_id",
        looked_at(dialect, site_ids, time_range, unit),
    )


def looked_at(dialect: Dialect, site_ids: Sequence[str], time_range: TimeRange, unit: str | None) -> Statement:
    """Site, bucket, visitor and pageviews: of sessions that lie in one bucket as a whole, else of events."""
    spans = offsets(time_range)
    sites = one_of(site_ids, dialect)

    def bucket(column: str) -> str:
        return dialect.bucket(unit, spans, column) if unit else "0"

    times = (time_range.start, time_range.end)
    events = (
        f"SELECT site_id, {bucket('time')} AS bucket, {dialect.visitor} AS {dialect.visitor}, {PAGEVIEWS} AS pageviews"
        f" FROM events WHERE {sites} AND {between('time', 'time', dialect)} AND flagged IS NULL"
    )
    if not dialect.summarised:
        return Statement(events, (*site_ids, *times))
    within = f"{between('start', 'last', dialect)} AND {bucket('start')} = {bucket('last')}"
    whole = f"SELECT site_id, {bucket('start')}, {dialect.visitor}, pageviews FROM sessions WHERE {sites} AND {within}"
    cut = f"SELECT session_id FROM sessions WHERE {sites} AND {touching(dialect)} AND NOT ({within})"
    # No two sites have a session in common: its id is the number of an event. By pairs it took three times as long.
    return Statement(
        f"{events} AND session_id IN ({cut}) UNION ALL {whole}",
        (*site_ids, *times, *site_ids, *times, *times, *site_ids, *times),
    )


def one_of(site_ids: Sequence[str], dialect: Dialect) -> str:
    return f"site_id IN ({', '.join([dialect.site()] * len(site_ids))})"


def between(first: str, last: str, dialect: Dialect) -> str:
    return f"{first} >= {dialect.moment()} AND {last} < {dialect.moment()}"


def touching(dialect: Dialect) -> str:
    """Parameters as those of `between`: the range's start and end."""
    return f"last >= {dialect.moment()} AND start < {dialect.moment()}"
