"""The usage ledger: what each site sent in a month, for bills and quotas, and what was dropped; and the last events."""

import re
from typing import Any

from hitkeep_py.analytics import Analytics
from hitkeep_py.errors import InvalidInput
from hitkeep_py.server.call import Call, Result

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def usage(call: Call) -> Result:
    """Of all sites, or of the one given as `site`, in a `month` such as 2026-11 (UTC), by default this one."""
    return Result(usage_json(call.analytics, call.last("month"), call.last("site")))


def usage_json(analytics: Analytics, month: str | None, site: str | None) -> dict[str, Any]:
    if month is not None and not MONTH.fullmatch(month):
        raise InvalidInput("month must be like 2026-11", field="month")
    only = analytics.catalog.sites.find(site).id if site else None
    return analytics.usage_of(month, only)


def debug(call: Call) -> Result:
    """The last events of a site with what became of each, newest first."""
    return seen(call, call.site().id)


def debug_unmatched(call: Call) -> Result:
    """The last requests and events for which no site could be found."""
    return seen(call, "")


def seen(call: Call, site_id: str) -> Result:
    """With what is wrong for all sites alike: whom the visitors behind a proxy are taken for."""
    problem = call.ingest.addresses.problem
    return Result({"events": call.analytics.debugger.last(site_id), "forwarding_problem": problem})
