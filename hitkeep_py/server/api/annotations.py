"""Annotations of a site's figures."""

from hitkeep_py.server.call import Call, Result


def list_annotations(call: Call) -> Result:
    return Result([each.as_json() for each in call.analytics.catalog.annotations.of_site(call.site().id)])


def add_annotation(call: Call) -> Result:
    added = call.analytics.catalog.annotations.add(call.site().id, call.body.get("time"), call.body.get("text"))
    return Result(added.as_json(), 201)


def change_annotation(call: Call) -> Result:
    changed = call.analytics.catalog.annotations.change(call.site().id, call.path["annotation_id"], call.body)
    return Result(changed.as_json())


def remove_annotation(call: Call) -> Result:
    call.analytics.catalog.annotations.remove(call.site().id, call.path["annotation_id"])
    return Result({"status": "ok"})
