"""The API without HTTP: for the command line while no server runs."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from hitkeep_py.analytics import Analytics
from hitkeep_py.errors import NotFound
from hitkeep_py.server.access import Caller
from hitkeep_py.server.app import Server
from hitkeep_py.server.asking import answer_of
from hitkeep_py.server.call import Call
from hitkeep_py.server.routes import ROUTES


def local_answer(analytics: Analytics, path: str, query: Mapping[str, Sequence[str]]) -> Any:
    """The value that a GET route answers. Raises what the route raises."""
    for route in ROUTES:
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path), path)
        if route.method == "GET" and found:
            server = Server(analytics)
            values = {name: list(given) for name, given in query.items()}
            call = Call(
                analytics,
                server.logins,
                server.ingest,
                Caller(local=True),
                "",
                False,
                {name: unquote(value) for name, value in found.groupdict().items()},
                values,
                {},
                analytics.questions.request(),
            )
            return answer_of(route, call).value
    raise NotFound(f"there is nothing at {path}")
