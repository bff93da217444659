"""analytics export"""

import http.client
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

import click
import orjson

from hitkeep_py.cli.access import SocketConnection, catalog, values_of
from hitkeep_py.cli.options import data_command, show
from hitkeep_py.cli.progress import MEGABYTE, progress
from hitkeep_py.cli.report import path_of, question_options, question_values
from hitkeep_py.config import Settings
from hitkeep_py.data_directory import DataDirectory
from hitkeep_py.errors import AnalyticsError, InvalidInput, Unavailable

FORMATS = ("csv", "json", "ndjson", "parquet")
PIECE_BYTES = 256 * 1024
EVENTS = "events"
STDOUT = "-"


@click.command()
@click.argument("site")
@click.argument("report", default=EVENTS)
@question_options
@click.option("--format", "kind", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--output", required=True, metavar="FILE", help="Where to; - is standard output.")
@data_command
def export(site: str, report: str, kind: str, output: str, settings: Settings, as_json: bool, **options: Any) -> None:
    """Write the events of SITE, or a report such as pages, into a file.

    Without a range these are the last 30 days. An unfinished file is never left under the name of FILE.
    """
    with catalog(settings) as opened:
        found = opened.sites.find(site)
    names = ("start", "end", "name", "filters", "segment")
    query = {**question_values(*(options[name] for name in names)), "format": kind}
    path, named = ("export", {}) if report == EVENTS else table_of(report, kind)
    query.update(named)
    with pieces_of(settings, f"/api/sites/{found.id}/{path}", query) as pieces:
        written = write(pieces, output)
    if output != STDOUT:
        show({"file": output, "bytes": written}, as_json, f"Wrote {written:,} bytes to {output}")


def table_of(report: str, kind: str) -> tuple[str, dict[str, str]]:
    path, named = path_of(report, "")
    if path not in ("breakdown", "series"):
        raise InvalidInput(f"{report} is not a table; write it with: analytics report SITE {report} --format json")
    if kind == "json":
        raise InvalidInput(
            f"for JSON use: analytics report SITE {report} --format json; for lines of it --format ndjson"
        )
    return f"reports/{path}", named


def write(pieces: Iterator[bytes], output: str) -> int:
    """Gives the number of bytes. A file gets its name when it is complete."""
    if output == STDOUT:
        return copied(pieces, sys.stdout.buffer)
    target = Path(output)
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with unfinished.open("wb") as file, progress("Exporting", lambda: f"{file.tell() / MEGABYTE:,.1f} MB"):
            written = copied(pieces, file)
        unfinished.replace(target)
    except OSError as error:
        raise AnalyticsError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return written


def copied(pieces: Iterator[bytes], file: IO[bytes]) -> int:
    return sum(file.write(piece) for piece in pieces)


@contextmanager
def pieces_of(settings: Settings, path: str, query: dict[str, Any]) -> Iterator[Iterator[bytes]]:
    """From the running server, or from the data after opening it."""
    connection = SocketConnection(DataDirectory(settings.directory).socket)
    try:
        connection.connect()
    except OSError:
        connection.close()
        with offline_pieces(settings, path, query) as pieces:
            yield pieces
        return
    try:
        connection.request("GET", f"{path}?{urlencode(values_of(query), doseq=True)}")
        response = connection.getresponse()
        if response.status >= 400:
            raise InvalidInput(orjson.loads(response.read())["error"]["message"])
        yield iter(lambda: response.read(PIECE_BYTES), b"")
    except http.client.HTTPException as error:
        raise Unavailable(f"the server broke off: {error}") from error
    finally:
        connection.close()


@contextmanager
def offline_pieces(settings: Settings, path: str, query: dict[str, Any]) -> Iterator[Iterator[bytes]]:
    # Imported here: duckdb alone takes 130 ms, which `--help` does not need.
    from hitkeep_py.analytics import Analytics  # noqa: PLC0415
    from hitkeep_py.server.local import local_answer  # noqa: PLC0415

    analytics = Analytics.open(settings, "an export")
    try:
        analytics.drain()
        stream = local_answer(analytics, path, values_of(query))
        try:
            yield stream.pieces
        finally:
            stream.pieces.close()
    finally:
        analytics.close()
