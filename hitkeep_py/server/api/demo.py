"""The page /demo, on which the tracker can be tried out. `scripts/build` makes it; only `--demo` shows it."""

from functools import cache
from importlib.resources import files

from hitkeep_py.errors import NotFound
from hitkeep_py.server.base_path import placed
from hitkeep_py.server.call import Call, Result

SITE = "shop.demo.example"
"""To which the page's tag sends."""
PAGE = "/demo"
FOLDER = "static/demo"
START, MISSING = "page.html", "missing.html"
FILES = {
    "page.js": "text/javascript; charset=utf-8",
    "before.js": "text/javascript; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "prices.csv": "text/csv; charset=utf-8",
}
PARTS = ("products", "cart")
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
SEEN = ("time", "outcome", "reason", "message", "kind", "name", "path")


def show_page(call: Call) -> Result:
    """The start of the page's small application."""
    return page(call, START)


def show_part(call: Call) -> Result:
    """Another address of the application, so that it can be loaded anew, or a file; all else is a missing page."""
    name = call.path["name"]
    if name in FILES:
        return Result(content(name), content_type=FILES[name])
    return page(call, START) if name in PARTS else page(call, MISSING, 404)


def show_events(call: Call) -> Result:
    """What the debugger knows of the shop's last events, newest first. The invented visitors are not among them."""
    site = call.analytics.catalog.sites.find(SITE)
    return Result({"events": [{name: each[name] for name in SEEN} for each in call.analytics.debugger.last(site.id)]})


def page(call: Call, name: str, status: int = 200) -> Result:
    headers = [("content-security-policy", CONTENT_SECURITY)]
    return Result(placed(content(name), call.base), status, headers, "text/html; charset=utf-8")


@cache
def content(name: str) -> bytes:
    file = files("hitkeep_py").joinpath(FOLDER, name)
    if not file.is_file():
        raise NotFound("the page is not built here; in a clone of the repository run scripts/build")
    return file.read_bytes()
