"""Sites."""

from hitkeep_py.server.call import Call, Result


def list_sites(call: Call) -> Result:
    return Result([site.as_json() for site in call.analytics.catalog.sites.all()])


def add_site(call: Call) -> Result:
    site = call.analytics.catalog.sites.add(**{"domain": None, **call.body})
    call.analytics.catalog.refresh()
    return Result(site.as_json(), 201)


def show_site(call: Call) -> Result:
    return Result(call.site().as_json())


def change_site(call: Call) -> Result:
    site = call.analytics.catalog.sites.change(call.site().id, call.body)
    call.analytics.catalog.refresh()
    return Result(site.as_json())


def remove_site(call: Call) -> Result:
    call.analytics.catalog.sites.remove(call.site().id)
    call.analytics.catalog.refresh()
    return Result({"status": "ok"})
