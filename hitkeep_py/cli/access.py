"""How commands reach the data: the catalog's file directly, events through a running server or by opening them."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.cli.terminal import say
from hitkeep_py.clock import SystemClock
from hitkeep_py.config import Settings
from hitkeep_py.data_directory import DataDirectory, socket_address
from hitkeep_py.errors import AnalyticsError, DataDirectoryError, InvalidInput, Unavailable
from hitkeep_py.exact_json import json_bytes
from hitkeep_py.shortage import require_address_space

if TYPE_CHECKING:
    from hitkeep_py.analytics import Analytics

ANSWER_SECONDS = 600.0
REFRESH_SECONDS = 5.0


@contextmanager
def catalog(settings: Settings, *, new: bool = False) -> Iterator[Catalog]:
    """The catalog, also beside a running server, which goes by a change before the command ends.

    Only with `new` is a data directory made where there is none.
    """
    directory = DataDirectory(settings.directory)
    if not new:
        directory.require()
    elif not directory.path.exists():
        say(f"Making a new data directory: {directory.path}", error=True)
    directory.prepare()
    if directory.restore_waiting():
        raise DataDirectoryError("a restore was broken off: start the server, or run `analytics restore` again, first")
    opened = Catalog(directory.catalog, SystemClock())
    try:
        before = opened.database.version()
        yield opened
        changed = opened.database.version() != before
    finally:
        opened.close()
    if changed:
        tell_server(settings)


def tell_server(settings: Settings) -> None:
    """Have a running server look at the catalog now. One that does not answer looks by itself soon."""
    with suppress(AnalyticsError):
        server_answer(settings, "POST", "/api/catalog/refresh", seconds=REFRESH_SECONDS)


@contextmanager
def opened_data(settings: Settings, purpose: str) -> Iterator["Analytics"]:
    """The data itself, while no server runs on it, with all that was accepted in the store."""
    DataDirectory(settings.directory).require()
    require_address_space()
    # Imported here: duckdb alone takes 130 ms, which most commands do not need.
    from hitkeep_py.analytics import Analytics  # noqa: PLC0415

    analytics = Analytics.open(settings, purpose)
    try:
        analytics.drain()
        yield analytics
    finally:
        analytics.close()


def asked(settings: Settings, path: str, query: Mapping[str, object]) -> Any:
    """What a GET of the API answers: the running server's answer, or our own after opening the data."""
    answer = server_answer(settings, "GET", path, query)
    if answer is not None:
        return answer
    with opened_data(settings, "a question") as analytics:
        # Imported here: starlette takes its time, which `--help` does not need.
        from hitkeep_py.server.local import local_answer  # noqa: PLC0415

        return local_answer(analytics, path, values_of(query))


def values_of(query: Mapping[str, object]) -> dict[str, list[str]]:
    lists = {name: value if isinstance(value, list | tuple) else [value] for name, value in query.items()}
    return {name: [str(each) for each in values if each is not None] for name, values in lists.items()}


def server_answer(
    settings: Settings,
    method: str,
    path: str,
    query: Mapping[str, object] | None = None,
    body: Any = None,
    seconds: float = ANSWER_SECONDS,
) -> Any | None:
    """What the server of this data directory answers on its socket file; None when no server runs there."""
    given = urlencode(values_of(query or {}), doseq=True)
    target = f"{path}?{given}" if given else path
    connection = connected(settings, seconds)
    if connection is None:
        return None
    try:
        content = json_bytes(body) if body is not None else None
        connection.request(method, target, content, {"content-type": "application/json"})
        response = connection.getresponse()
        # Not orjson, which takes a whole number of more than 64 bits for a float.
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
        raise Unavailable(f"the server did not answer: {error}") from error
    finally:
        connection.close()
    if response.status >= 400:
        raise refusal(response.status, answer)
    return answer


def refusal(status: int, answer: Any) -> AnalyticsError:
    """The error that the server answered, of the kind that it is without a server, for the same exit code."""
    refused = InvalidInput if status in (400, 413) else AnalyticsError
    return refused(answer["error"]["message"])


def connected(settings: Settings, seconds: float = ANSWER_SECONDS) -> "SocketConnection | None":
    """To the server of this data directory; None when none runs there."""
    connection = SocketConnection(DataDirectory(settings.directory).socket, seconds)
    try:
        connection.connect()
    except PermissionError as error:
        raise DataDirectoryError(f"cannot use the data directory {settings.directory}: {error.strerror}") from error
    except OSError:
        connection.close()
        return None
    return connection


class SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, seconds: float = ANSWER_SECONDS) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        with socket_address(self._path) as address:
            self.sock.connect(address)
