"""analytics export"""

import http.client
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlencode

import click
import orjson

from hitkeep_py.cli.access import catalog, connected, opened_data, refusal, values_of
from hitkeep_py.cli.options import data_command, question_options, show
from hitkeep_py.cli.progress import MEGABYTE, progress
from hitkeep_py.cli.report import EXCEL, address_of, given_options, report_options
from hitkeep_py.cli.report_list import FILTER, RANGE, SHOWN_NAMES, ListedReport, find_report
from hitkeep_py.cli.terminal import say, write_data
from hitkeep_py.config import Settings
from hitkeep_py.data_directory import exists
from hitkeep_py.errors import AnalyticsError, Conflict, InvalidInput, Unavailable
from hitkeep_py.export import FORMATS

PIECE_BYTES = 256 * 1024
RAW_EVENTS = "raw-events"
RAW_EVENTS_FILE = ListedReport("export", "", (*RANGE, *FILTER))
STDOUT = "-"
USUAL_FORMAT = "csv"
ENDINGS = tuple(dict.fromkeys(f".{each.ending}" for each in FORMATS.values()))
OF_SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers")


@click.command(epilog=f"Reports: {RAW_EVENTS}, {SHOWN_NAMES}.")
@click.argument("site")
@click.argument("report", default=RAW_EVENTS)
@click.argument("about", required=False)
@question_options
@report_options
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help=f"{EXCEL}. [by the ending of FILE; without one {USUAL_FORMAT}]",
)
@click.option("--output", required=True, metavar="FILE", help="Where to; - is standard output.")
@click.option("--force", is_flag=True, help="Replace FILE if there is one.")
@data_command
def export(
    site: str,
    report: str,
    about: str | None,
    kind: str | None,
    output: str,
    force: bool,
    settings: Settings,
    as_json: bool,
    **options: Any,
) -> None:
    """Write the raw events of SITE, or a report such as pages, into a file.

    Without REPORT, or with raw-events, every event is a row; the report events counts them by name. Without a range
    these are the last 30 days. ABOUT and the options are those of `analytics report`; of a report with --limit only
    so many rows are written. An unfinished file is never left under the name of FILE.
    """
    if as_json and output == STDOUT:
        raise InvalidInput("--json tells of a written file, and there is none with --output -; rows: --format json")
    refuse_to_replace(output, force)
    found, named = (RAW_EVENTS_FILE, {}) if report == RAW_EVENTS else find_report(report, RAW_EVENTS)
    given = given_options(report, found, options, about)
    kind = format_of(kind, output)
    with catalog(settings) as opened:
        path, values = address_of(opened, opened.sites.find(site).id, found, given)
    with pieces_of(settings, path, {**values, **named, "format": kind}) as pieces:
        written = write(pieces, output)
    if output != STDOUT:
        show({"file": output, "bytes": written}, as_json, f"Wrote {written:,} bytes to {output}")


def refuse_to_replace(output: str, force: bool) -> None:
    """Raises Conflict for a file that is there, without --force, and for what is no file, such as /dev/null, always."""
    target = Path(output)
    if output == STDOUT or not exists(target):
        return
    if not target.is_file():
        raise Conflict(f"{output} is there and no file; for standard output say --output -")
    if not force:
        raise Conflict(f"{output} exists already; --force replaces it")


def format_of(given: str | None, output: str) -> str:
    """By the file's ending unless it is given; where the two differ a warning tells.

    Raises InvalidInput for an ending that says something else: a program that goes by it would call the file damaged.
    """
    suffix = Path(output).suffix.lower()
    if suffix in OF_SPREADSHEETS:
        raise InvalidInput(f"{output}: no {suffix} files are written; Excel opens CSV, so name it .csv")
    if suffix and not given and suffix not in ENDINGS:
        raise InvalidInput(f"{output} ends in none of {', '.join(ENDINGS)}: say what it shall be with --format")
    ending = suffix.removeprefix(".")
    if given and ending in FORMATS and ending != FORMATS[given].ending:
        say(f"Warning: {output} will be {given}, as --format says, whatever its ending", error=True)
    return given or (ending if ending in FORMATS else USUAL_FORMAT)


def write(pieces: Iterator[bytes], output: str) -> int:
    """Gives the number of bytes. A file gets its name when it is complete."""
    if output == STDOUT:
        return write_data(pieces)
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
    connection = connected(settings)
    if connection is None:
        with offline_pieces(settings, path, query) as pieces:
            yield pieces
        return
    try:
        connection.request("GET", f"{path}?{urlencode(values_of(query), doseq=True)}")
        response = connection.getresponse()
        if response.status >= 400:
            raise refusal(response.status, orjson.loads(response.read()))
        yield iter(lambda: response.read(PIECE_BYTES), b"")
    except http.client.HTTPException as error:
        raise Unavailable(f"the server broke off: {error}") from error
    finally:
        connection.close()


@contextmanager
def offline_pieces(settings: Settings, path: str, query: dict[str, Any]) -> Iterator[Iterator[bytes]]:
    with opened_data(settings, "an export") as analytics:
        # Imported here: starlette takes its time, which `--help` does not need.
        from hitkeep_py.server.local import local_answer  # noqa: PLC0415

        answer = local_answer(analytics, path, values_of(query))
        with closing(cast(Generator[bytes, None, None], answer.pieces)) as pieces:
            yield pieces
