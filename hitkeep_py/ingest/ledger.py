"""The usage ledger as people read it: a month, site by site."""

from collections.abc import Mapping, Sequence
from typing import Any

from hitkeep_py.catalog.sites import Site

UNMATCHED = ""


def month_json(
    month: str, sites: Sequence[Site], events: Mapping[str, int], drops: Sequence[tuple[str, str, int]]
) -> dict[str, Any]:
    """Every site, those that sent nothing and those that were removed since (their domain is null) included."""
    dropped: dict[str, dict[str, int]] = {}
    for site_id, reason, count in drops:
        dropped.setdefault(site_id, {})[reason] = count
    known = {site.id: site for site in sites}
    removed = sorted((events.keys() | dropped.keys()) - known.keys() - {UNMATCHED})
    return {
        "month": month,
        "events": sum(events.values()),
        "sites": [
            site_json(site_id, known.get(site_id), events.get(site_id, 0), dropped.get(site_id, {}))
            for site_id in [*known, *removed]
        ],
        "unmatched": dropped.get(UNMATCHED, {}),
    }


def site_json(site_id: str, site: Site | None, events: int, dropped: Mapping[str, int]) -> dict[str, Any]:
    quota = site.monthly_quota if site else None
    return {
        "site_id": site_id,
        "domain": site.domain if site else None,
        "events": events,
        "monthly_quota": quota,
        "remaining": None if quota is None else max(0, quota - events),
        "dropped": dict(dropped),
    }
