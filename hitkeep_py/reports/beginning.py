"""When a site's story begins."""

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.report import Report
from hitkeep_py.query.sql import Statement


def first_time(dialect: Dialect, site_id: str) -> Report[int | None]:
    """When the site's first event happened, in UTC milliseconds; None without any."""
    rows = yield Statement(
        f"SELECT count(*), {dialect.milliseconds('min(time)')} FROM events"
        f" WHERE site_id = {dialect.site()} AND flagged IS NULL",
        (site_id,),
    )
    count, first = rows[0]
    return int(first) if count else None
