"""The API's description, and a page that shows it without anything from outside."""

from functools import cache
from importlib.resources import files

from hitkeep_py.server.call import Call, Result

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
HEADERS = [("content-security-policy", CONTENT_SECURITY)]
FOLDER = "docs"


def show_page(call: Call) -> Result:
    return Result(content("page.html"), 200, list(HEADERS), "text/html; charset=utf-8")


def show_script(call: Call) -> Result:
    return Result(content("page.js"), content_type="text/javascript; charset=utf-8")


def show_style(call: Call) -> Result:
    return Result(content("page.css"), content_type="text/css; charset=utf-8")


@cache
def content(name: str) -> bytes:
    return files("hitkeep_py.server").joinpath(FOLDER, name).read_bytes()
