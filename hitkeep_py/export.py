"""Rows as files: CSV, also as Excel wants it, JSON, NDJSON and Parquet, made piece by piece in bounded memory."""

import codecs
import csv
import gzip
import io
import re
import tempfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from hitkeep_py.clock import utc_text
from hitkeep_py.errors import InvalidInput, Unavailable
from hitkeep_py.exact_json import json_bytes
from hitkeep_py.query.time_range import milliseconds
from hitkeep_py.stores.parquet import write_parquet

BATCH = 1_000
"""Rows of a piece."""
PIECE_BYTES = 256 * 1024
PARQUET_WRITERS = threading.BoundedSemaphore(2)
"""At once, of some 140 MB each; 20 took 2.2 GB."""
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""Full-width signs are read as the plain ones by some spreadsheets."""
FORMULA_OF_A_PART = re.compile(r"([;|][ \u3000]*)(?=[=+\-@＝＋－＠])")
"""After a separator of other spreadsheets than those that take commas."""
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
UNSAFE_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
NAME_LENGTH = 100

Pieces = Generator[bytes, None, None]
Rows = Iterable[Sequence[Any]]


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole number"
    AMOUNT = "sum of whole minor units, of any size; in Parquet a DECIMAL"
    NUMBER = "number"
    TIME = "UTC milliseconds, shown as RFC 3339; in Parquet a TIMESTAMP"
    MOMENT = "RFC 3339, shown as it is; in Parquet a TIMESTAMP in UTC"
    JSON = "checked JSON text; in JSON and NDJSON it is what it says"


PARQUET_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.WHOLE: "BIGINT",
    Kind.AMOUNT: "DECIMAL(38, 0)",
    Kind.NUMBER: "DOUBLE",
    Kind.TIME: "TIMESTAMP_MS",
    Kind.MOMENT: "TIMESTAMP_MS",
    Kind.JSON: "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class FileFormat:
    name: str
    content_type: str
    pieces: Callable[[Sequence[Column], Rows], Pieces]
    ending: str
    """Of a file's name, after the dot."""


def read_format(name: object, field: str = "format") -> FileFormat:
    """Raises InvalidInput with the names that exist."""
    if not isinstance(name, str) or name not in FORMATS:
        raise InvalidInput(f"there is no format {str(name)[:100]!r}; there are {', '.join(FORMATS)}", field=field)
    return FORMATS[name]


def file_name(words: str, file_format: FileFormat) -> str:
    """Safe in a header and on every system."""
    name = UNSAFE_IN_NAMES.sub("-", words).strip("-.")[:NAME_LENGTH]
    return f"{name or 'export'}.{file_format.ending}"


def csv_pieces(columns: Sequence[Column], rows: Rows) -> Pieces:
    """RFC 4180 with a head; what a spreadsheet would take for a formula has an apostrophe before it."""
    yield from encoded(csv_lines(columns, rows), ",")


def excel_pieces(columns: Sequence[Column], rows: Rows) -> Pieces:
    """CSV for an Excel whose numbers have a decimal comma: it wants `;` between cells, and a mark to know UTF-8 by."""
    yield codecs.BOM_UTF8
    yield from encoded(map(with_decimal_commas, csv_lines(columns, rows)), ";")


def csv_lines(columns: Sequence[Column], rows: Rows) -> Iterator[list[Any]]:
    times = {place for place, each in enumerate(columns) if each.kind is Kind.TIME}
    yield [safe_cell(each.name) for each in columns]
    for row in rows:
        yield [csv_cell(value, place in times) for place, value in enumerate(row)]


def encoded(lines: Iterable[list[Any]], delimiter: str) -> Pieces:
    for batch in batches(lines):
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(batch)
        yield text.getvalue().encode("utf-8", "replace")


def with_decimal_commas(line: list[Any]) -> list[Any]:
    return [str(value).replace(".", ",") if isinstance(value, float | Decimal) else value for value in line]


def csv_cell(value: Any, is_time: bool = False) -> Any:
    if isinstance(value, str):
        return safe_cell(value)
    return utc_text(value) if is_time and value is not None else value


def safe_cell(text: str) -> str:
    text = FORMULA_OF_A_PART.sub(r"\1'", text)
    return f"'{text}" if text.startswith(FORMULA) and not PLAIN_NUMBER.fullmatch(text) else text


def json_pieces(columns: Sequence[Column], rows: Rows) -> Pieces:
    """One list of objects, a line each."""
    separator = b"[\n"
    for batch in batches(object_lines(columns, rows)):
        yield separator + b",\n".join(batch)
        separator = b",\n"
    yield b"\n]\n" if separator == b",\n" else b"[]\n"


def ndjson_pieces(columns: Sequence[Column], rows: Rows) -> Pieces:
    for batch in batches(object_lines(columns, rows)):
        yield b"\n".join([*batch, b""])


def object_lines(columns: Sequence[Column], rows: Rows) -> Iterator[bytes]:
    names = [each.name for each in columns]
    special = [(place, each.kind) for place, each in enumerate(columns) if each.kind in (Kind.TIME, Kind.JSON)]
    for row in rows:
        values = list(row)
        for place, kind in special:
            if values[place] is not None:
                values[place] = utc_text(values[place]) if kind is Kind.TIME else on_one_line(values[place])
        yield json_bytes(dict(zip(names, values, strict=True)))


def on_one_line(json: str) -> orjson.Fragment:
    """Within its texts line ends are written as escapes, so those that are there are between its parts."""
    return orjson.Fragment(json.replace("\n", " ").replace("\r", " "))


def parquet_pieces(columns: Sequence[Column], rows: Rows) -> Pieces:
    """By way of the system's folder for temporary files. The empty first piece has the answer's head sent at once.

    Raises Unavailable before it while as many files are being made as memory is meant for.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="hitkeep-export-") as folder:
            source, target = Path(folder, "rows.json.gz"), Path(folder, "rows.parquet")
            with parquet_writer():
                yield b""
                write_lines(source, columns, rows)
                types = [(name, PARQUET_TYPES[each.kind]) for name, each in unique_names(columns)]
                write_parquet(source, target, types)
            with target.open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    yield piece
    except OSError as error:
        raise Unavailable(f"the Parquet file could not be written: {error.strerror}") from error


@contextmanager
def parquet_writer() -> Iterator[None]:
    if not PARQUET_WRITERS.acquire(blocking=False):
        raise Unavailable("other Parquet files are being made; try again soon, or ask for csv or ndjson")
    try:
        yield
    finally:
        PARQUET_WRITERS.release()


def write_lines(target: Path, columns: Sequence[Column], rows: Rows) -> None:
    names = [f"c{number}" for number in range(len(columns))]
    changed = [(place, SENT_AS[each.kind]) for place, each in enumerate(columns) if each.kind in SENT_AS]
    with gzip.open(target, "wb", compresslevel=1) as file:
        for row in rows:
            values = list(row)
            for place, sent in changed:
                values[place] = None if values[place] is None else sent(values[place])
            file.write(json_bytes(dict(zip(names, values, strict=True)), orjson.OPT_APPEND_NEWLINE))


def utc_milliseconds(time: str) -> int:
    return milliseconds(datetime.fromisoformat(time))


SENT_AS: dict[Kind, Callable[[Any], Any]] = {Kind.MOMENT: utc_milliseconds, Kind.AMOUNT: str}
"""For Parquet. As a text, since the reader takes a number of more than 64 bits for a float."""


def unique_names(columns: Sequence[Column]) -> Iterator[tuple[str, Column]]:
    """In a Parquet file names are not empty, and differ in more than case."""
    taken: set[str] = set()
    for number, each in enumerate(columns):
        name = each.name.replace("\0", "") or "column"
        name = f"{name} ({number + 1})" if name.lower() in taken else name
        taken.add(name.lower())
        yield name, each


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


FORMATS: dict[str, FileFormat] = {
    each.name: each
    for each in (
        FileFormat("csv", "text/csv; charset=utf-8", csv_pieces, "csv"),
        FileFormat("excel", "text/csv; charset=utf-8", excel_pieces, "csv"),
        FileFormat("json", "application/json", json_pieces, "json"),
        FileFormat("ndjson", "application/x-ndjson", ndjson_pieces, "ndjson"),
        FileFormat("parquet", "application/vnd.apache.parquet", parquet_pieces, "parquet"),
    )
}
