"""The tracker, under its own name and those that pages of other products load already. `scripts/build` makes it."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hitkeep_py.errors import NotFound
from hitkeep_py.server.call import Call, Result

FOLDER = "static/tracker"
CORE, AUTOMATIC, VITALS = "hk.js", "hk-auto.js", "hk-vitals.js"
NAMES = ("/hk.js", "/s.js", "/script.js", "/js/script.js", "/tracker.js", "/api/analytics/script.js", "/count.js")
"""HitKeep and we, Sparklytics, Umami and Liwan, Plausible, Clickport, Grademypage, GoatCounter: one script for all."""
HASH_LENGTH = 6
DAY = 86_400
FOR_A_DAY = f"public, max-age={DAY}, stale-while-revalidate={7 * DAY}"
FOR_EVER = f"public, max-age={365 * DAY}, immutable"
"""Of an address that names the content by its hash."""


@dataclass(frozen=True, slots=True)
class Script:
    content: bytes
    compressed: bytes
    hash: str


def show_tracker(call: Call) -> Result:
    """The script that pages load."""
    return script(call, CORE)


def show_automatic(call: Call) -> Result:
    """What the tracker loads for all that it notices by itself."""
    return script(call, AUTOMATIC)


def show_vitals(call: Call) -> Result:
    """What the tracker loads to measure web vitals."""
    return script(call, VITALS)


def script(call: Call, name: str) -> Result:
    found = loaded(name)
    headers = [
        ("etag", f'W/"{found.hash}"'),
        ("cache-control", FOR_EVER if call.last("v") == found.hash else FOR_A_DAY),
        ("vary", "Accept-Encoding"),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
    ]
    if found.hash in call.headers.get("if-none-match", ""):
        return Result(b"", 304, headers, "text/javascript; charset=utf-8")
    content = found.content
    if "gzip" in call.headers.get("accept-encoding", ""):
        content = found.compressed
        headers.append(("content-encoding", "gzip"))
    return Result(content, 200, headers, "text/javascript; charset=utf-8")


@cache
def loaded(name: str) -> Script:
    file = files("hitkeep_py").joinpath(FOLDER, name)
    if not file.is_file():
        raise NotFound(f"{name} is not built here; in a clone of the repository run scripts/build")
    content = file.read_bytes()
    return Script(content, gzip.compress(content, 9, mtime=0), hashlib.sha256(content).hexdigest()[:HASH_LENGTH])
