"""Events and answers as files."""

import itertools
import time
from collections.abc import Generator, Sequence
from typing import Any

from hitkeep_py.errors import QueryBusy
from hitkeep_py.export import Column, FileFormat, Kind, Rows, file_name, read_format
from hitkeep_py.query.query import Query
from hitkeep_py.reports.raw_events import EVENT_COLUMNS, IDS, Cursor, Extent, extent, page
from hitkeep_py.server.call import Call, Result, Stream

PAGE = 10_000
PATIENCE = 10
BUSY_SECONDS = 1.0
KINDS = {"time": Kind.TIME, "props": Kind.JSON, "revenue": Kind.WHOLE, "scroll_depth": Kind.WHOLE}
KINDS |= {"engagement_ms": Kind.WHOLE, "value": Kind.NUMBER}
TEXT_PLACES = [EVENT_COLUMNS.index(name) for name in IDS]
"""Numbers past what JavaScript and spreadsheets hold: shown as texts."""


def export(call: Call) -> Result:
    """All events of a range that match the filters, each once, oldest first, as they are stored at this moment."""
    site = call.site()
    wanted = read_format(call.last("format") or "csv")
    query = call.query(site)
    found = call.answer(extent, query, PAGE)
    columns = [Column(name, KINDS.get(name, Kind.TEXT)) for name in EVENT_COLUMNS]
    result = file_result(wanted, f"{site.domain}-events", columns, event_rows(call, query, found))
    result.headers.append(("x-total-rows", str(found.count)))
    return result


def event_rows(call: Call, query: Query, found: Extent) -> Generator[Sequence[Any], None, None]:
    """Page after page, each within the time limit of a question of its own."""
    with call.streams.place():
        for start, until in itertools.pairwise(found.bounds):
            after, rows = (start, 0), None
            while rows is None or len(rows) == PAGE:
                rows = patient_page(call, query, found.newest, after, until)
                yield from map(with_text_ids, rows)
                after = (rows[-1][0], rows[-1][-1]) if rows else after


def patient_page(
    call: Call, query: Query, newest: int, after: Cursor, until: int, patience: int = PATIENCE
) -> list[Any]:
    """A file that is half sent is not given up because others ask much at this moment."""
    questions = call.analytics.questions
    request = questions.request()
    request.keep = False
    try:
        return questions.answer(request, page, query, newest, after, until, PAGE)
    except QueryBusy:
        if not patience:
            raise
    time.sleep(BUSY_SECONDS)
    return patient_page(call, query, newest, after, until, patience - 1)


def with_text_ids(row: Sequence[Any]) -> list[Any]:
    values = list(row)
    for place in TEXT_PLACES:
        values[place] = None if values[place] is None else str(values[place])
    return values


def read_file_format(name: object) -> FileFormat | None:
    """None for JSON as every answer is. Raises InvalidInput with the names that exist."""
    return None if name is None or name == "json" else read_format(name)


def file_result(wanted: FileFormat, words: str, columns: Sequence[Column], rows: Rows) -> Result:
    name = file_name(words, wanted)
    headers = [("content-disposition", f'attachment; filename="{name}"')]
    return Result(Stream(wanted.pieces(columns, rows)), 200, headers, wanted.content_type)
