"""The tracker, under its own name and those that pages of other products load already. `scripts/build` makes it."""

from functools import cache
from importlib.resources import files

from hitkeep_py.errors import NotFound
from hitkeep_py.server.call import Call, Result
from hitkeep_py.server.static_content import StaticContent, static_content, unless_known

FOLDER = "static/tracker"
CORE, AUTOMATIC, VITALS, COUNT = "hk.js", "hk-auto.js", "hk-vitals.js", "count.js"
NAMES = ("/hk.js", "/s.js", "/script.js", "/js/script.js", "/tracker.js", "/api/analytics/script.js")
"""HitKeep and we, Sparklytics, Umami and Liwan, Plausible, Clickport, Grademypage: one script for all."""
DAY = 86_400
FOR_A_DAY = f"public, max-age={DAY}, stale-while-revalidate={7 * DAY}"
FOR_EVER = f"public, max-age={365 * DAY}, immutable"
"""Of an address that names the content by its hash."""


def show_tracker(call: Call) -> Result:
    """The script that pages load."""
    return script(call, CORE)


def show_count(call: Call) -> Result:
    """The script that pages load, with GoatCounter's functions."""
    return script(call, COUNT)


def show_automatic(call: Call) -> Result:
    """What the tracker loads for all that it notices by itself."""
    return script(call, AUTOMATIC)


def show_vitals(call: Call) -> Result:
    """What the tracker loads to measure web vitals."""
    return script(call, VITALS)


def script(call: Call, name: str) -> Result:
    found = loaded(name)
    headers = [
        ("cache-control", FOR_EVER if call.last("v") == found.hash else FOR_A_DAY),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
    ]
    return unless_known(call, found, headers)


@cache
def loaded(name: str) -> StaticContent:
    file = files("hitkeep_py").joinpath(FOLDER, name)
    if not file.is_file():
        raise NotFound(f"{name} is not built here; in a clone of the repository run scripts/build")
    return static_content(file.read_bytes(), "text/javascript; charset=utf-8")
