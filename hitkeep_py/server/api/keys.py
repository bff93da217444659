"""Keys of a site. A key's text is in the answer that makes it, and nowhere else."""

from hitkeep_py.server.call import Call, Result


def list_keys(call: Call) -> Result:
    return Result([key.as_json() for key in call.analytics.catalog.keys.of_site(call.site().id)])


def add_key(call: Call) -> Result:
    key, text = call.analytics.catalog.keys.add(
        call.site().id, call.body.get("kind", "secret"), call.body.get("name", "")
    )
    call.analytics.catalog.refresh()
    return Result({**key.as_json(), "key": text}, 201)


def rotate_key(call: Call) -> Result:
    key, text = call.analytics.catalog.keys.rotate(call.site().id, call.path["key_id"])
    call.analytics.catalog.refresh()
    return Result({**key.as_json(), "key": text})


def revoke_key(call: Call) -> Result:
    call.analytics.catalog.keys.revoke(call.site().id, call.path["key_id"])
    call.analytics.catalog.refresh()
    return Result({"status": "ok"})
