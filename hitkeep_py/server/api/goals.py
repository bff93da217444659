"""Goals and their conversions."""

from dataclasses import asdict
from typing import Any

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.clock import utc_text
from hitkeep_py.query.time_range import read_range
from hitkeep_py.server.call import Call, Result


def list_goals(call: Call) -> Result:
    return Result([goal.as_json() for goal in call.analytics.catalog.goals.of_site(call.site().id)])


def add_goal(call: Call) -> Result:
    goal = call.analytics.catalog.goals.add(
        call.site().id, call.body.get("name"), call.body.get("type"), call.body.get("value")
    )
    return Result(goal.as_json(), 201)


def change_goal(call: Call) -> Result:
    goal = call.analytics.catalog.goals.change(call.site().id, call.path["goal_id"], call.body)
    return Result(goal.as_json())


def remove_goal(call: Call) -> Result:
    call.analytics.catalog.goals.remove(call.site().id, call.path["goal_id"])
    return Result({"status": "ok"})


def goal_stats(call: Call) -> Result:
    """Every goal's conversions in the range; rates are fractions 0..1."""
    return Result(goal_stats_json(call.analytics, call.site(), call.last("from"), call.last("to")))


def goal_stats_json(analytics: Analytics, site: Site, start: str | None, end: str | None) -> dict[str, Any]:
    time_range = read_range(start, end, site.time_zone, analytics.clock.now_ms())
    sessions, stats = analytics.goal_stats(site, time_range, analytics.catalog.goals.of_site(site.id))
    return {
        "from": utc_text(time_range.start),
        "to": utc_text(time_range.end),
        "sessions": sessions,
        "goals": [asdict(each) for each in stats],
    }


def goal_timeseries(call: Call) -> Result:
    """HitKeep's shape: conversions of the named goals, or of all, added up, a point a bucket."""
    site = call.site()
    goals = call.analytics.catalog.goals
    wanted = [goals.get(site.id, goal_id) for goal_id in dict.fromkeys(call.query.get("goal_id", ()))] or goals.of_site(
        site.id
    )
    return Result([asdict(point) for point in call.analytics.goal_series(site, call.range(site), wanted)])
