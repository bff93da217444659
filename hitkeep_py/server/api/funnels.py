"""Funnels of a site. What they count is a report."""

from hitkeep_py.server.call import Call, Result


def list_funnels(call: Call) -> Result:
    return Result([each.as_json() for each in call.analytics.catalog.funnels.of_site(call.site().id)])


def add_funnel(call: Call) -> Result:
    """HitKeep's body, {"name", "steps": [{"type", "value"}]}, is enough."""
    body = call.body
    funnel = call.analytics.catalog.funnels.add(
        call.site().id,
        body.get("name"),
        body.get("steps"),
        window_seconds=body.get("window_seconds"),
        scope=body.get("scope", "session"),
    )
    return Result(funnel.as_json(), 201)


def show_funnel(call: Call) -> Result:
    return Result(call.analytics.catalog.funnels.find(call.site().id, call.path["funnel_id"]).as_json())


def change_funnel(call: Call) -> Result:
    funnel = call.analytics.catalog.funnels.change(call.site().id, call.path["funnel_id"], call.body)
    return Result(funnel.as_json())


def remove_funnel(call: Call) -> Result:
    call.analytics.catalog.funnels.remove(call.site().id, call.path["funnel_id"])
    return Result({"status": "ok"})
