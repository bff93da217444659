"""The dashboard: one page for all its addresses, and the files that it loads. `scripts/build` makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from hitkeep_py.errors import NotFound
from hitkeep_py.server.api.scripts import FOR_EVER
from hitkeep_py.server.base_path import placed
from hitkeep_py.server.call import Call, Result
from hitkeep_py.server.static_content import StaticContent, sent, static_content, unless_known

FOLDER = "static/dashboard"
SHELL, ASSETS = "index.html", "assets"
PAGES = ("/", "/login", "/setup", "/sites", "/sites/{path}", "/settings", "/settings/{path}")
"""Addresses that people may open or keep; what they show is the script's affair."""
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; manifest-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; require-trusted-types-for 'script'"
)
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".png": "image/png",
}
"""Of the files that are served, by how their names end."""
PACKED = (".woff2", ".png")
"""Compressed by their formats already."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    shell: bytes
    assets: Mapping[str, StaticContent]


def show_page(call: Call) -> Result:
    """The page, the same for every address."""
    return page(call, shell_below(call.base))


def show_asset(call: Call) -> Result:
    """A file of the page; its name has the content's hash, so it may be kept for ever."""
    return asset(call, built(), call.path["file"])


@cache
def shell_below(base: str) -> StaticContent:
    return made(placed(built().shell, base), ".html")


@cache
def built() -> Dashboard:
    return read_dashboard(files("hitkeep_py").joinpath(FOLDER))


def read_dashboard(folder: Traversable) -> Dashboard:
    """Raises NotFound where it is not built."""
    shell, assets = folder.joinpath(SHELL), folder.joinpath(ASSETS)
    if not shell.is_file() or not assets.is_dir():
        raise NotFound("the dashboard is not built here; in a clone of the repository run scripts/build")
    known = (each for each in assets.iterdir() if each.is_file() and ending(each.name) in TYPES)
    return Dashboard(shell.read_bytes(), {each.name: made(each.read_bytes(), ending(each.name)) for each in known})


def made(content: bytes, kind: str) -> StaticContent:
    return static_content(content, TYPES[kind], packed=kind in PACKED)


def ending(name: str) -> str:
    _, dot, last = name.rpartition(".")
    return f"{dot}{last}"


def page(call: Call, shell: StaticContent) -> Result:
    headers = [
        ("content-security-policy", CONTENT_SECURITY),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-cache"),
    ]
    return unless_known(call, shell, headers)


def asset(call: Call, found: Dashboard, name: str) -> Result:
    """Only names that were in the folder when it was read. Raises NotFound."""
    wanted = found.assets.get(name)
    if wanted is None:
        raise NotFound(f"the dashboard has no file {name[:100]!r}; it may be of an older version: load the page again")
    return sent(call, wanted, [("cache-control", FOR_EVER), ("cross-origin-resource-policy", "same-origin")])
