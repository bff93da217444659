"""Goals and their conversions."""

from dataclasses import asdict

from hitkeep_py.catalog.goals import with_currency
from hitkeep_py.query.time_range import unit_for
from hitkeep_py.reports.goals import goal_series, goals
from hitkeep_py.server.api.answering import range_json
from hitkeep_py.server.call import Call, Result


def list_goals(call: Call) -> Result:
    return Result([goal.as_json() for goal in call.analytics.catalog.goals.of_site(call.site().id)])


def add_goal(call: Call) -> Result:
    """Revenue that names no currency is in the site's."""
    site, body = call.site(), call.body
    goal = call.analytics.catalog.goals.add(
        site.id,
        body.get("name"),
        body.get("type"),
        body.get("value"),
        filters=body.get("filters"),
        revenue=with_currency(body.get("revenue"), site.currency),
    )
    return Result(goal.as_json(), 201)


def change_goal(call: Call) -> Result:
    site, changes = call.site(), dict(call.body)
    if "revenue" in changes:
        changes["revenue"] = with_currency(changes["revenue"], site.currency)
    goal = call.analytics.catalog.goals.change(site.id, call.path["goal_id"], changes)
    return Result(goal.as_json())


def remove_goal(call: Call) -> Result:
    call.analytics.catalog.goals.remove(call.site().id, call.path["goal_id"])
    return Result({"status": "ok"})


def goal_stats(call: Call) -> Result:
    """Every goal's conversions in the range; rates are fractions 0..1, revenue is minor units by currency."""
    site = call.site()
    query = call.query(site)
    sessions, stats = call.answer(goals, query, call.analytics.catalog.goals.of_site(site.id))
    return Result(
        {
            **range_json(query.range),
            "sessions": sessions,
            "goals": [asdict(each) for each in stats],
        }
    )


def goal_timeseries(call: Call) -> Result:
    """HitKeep's shape: conversions of the named goals, or of all, added up, a point a bucket."""
    site = call.site()
    catalog, query = call.analytics.catalog.goals, call.query(site)
    named = dict.fromkeys(call.query_values.get("goal_id", ()))
    wanted = [catalog.get(site.id, goal_id) for goal_id in named] or catalog.of_site(site.id)
    return Result([asdict(point) for point in call.answer(goal_series, query, wanted, unit_for(query.range))])
