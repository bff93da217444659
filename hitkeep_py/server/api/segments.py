"""Segments: filters with a name."""

from hitkeep_py.server.call import Call, Result


def list_segments(call: Call) -> Result:
    return Result([each.as_json() for each in call.analytics.catalog.segments.of_site(call.site().id)])


def add_segment(call: Call) -> Result:
    segment = call.analytics.catalog.segments.add(call.site().id, call.body.get("name"), call.body.get("filters"))
    return Result(segment.as_json(), 201)


def show_segment(call: Call) -> Result:
    return Result(call.analytics.catalog.segments.find(call.site().id, call.path["segment_id"]).as_json())


def change_segment(call: Call) -> Result:
    segment = call.analytics.catalog.segments.change(call.site().id, call.path["segment_id"], call.body)
    return Result(segment.as_json())


def remove_segment(call: Call) -> Result:
    call.analytics.catalog.segments.remove(call.site().id, call.path["segment_id"])
    return Result({"status": "ok"})
