"""Events as files."""

import itertools
from collections.abc import Generator, Sequence
from typing import Any

from hitkeep_py.export import Column, Kind, read_format
from hitkeep_py.query.query import Query
from hitkeep_py.reports.raw_events import EVENT_COLUMNS, IDS, Extent, extent, page
from hitkeep_py.server.api.files import TOTAL_ROWS, file_result, patient_answer
from hitkeep_py.server.api.sheets import Sheet
from hitkeep_py.server.call import Call, Result

PAGE = 10_000
KINDS = {"time": Kind.TIME, "props": Kind.JSON, "revenue": Kind.WHOLE, "scroll_depth": Kind.WHOLE}
KINDS |= {"engagement_ms": Kind.WHOLE, "passive": Kind.WHOLE, "value": Kind.NUMBER}
TEXT_PLACES = [EVENT_COLUMNS.index(name) for name in IDS]
"""Numbers past what JavaScript and spreadsheets hold: shown as texts."""


def export(call: Call) -> Result:
    """All events of a range that match the filters, each once, oldest first, as they are stored at this moment."""
    site = call.site()
    wanted = read_format(call.last("format") or "csv")
    query = call.query(site)
    found = call.answer(extent, query, PAGE)
    columns = [Column(name, KINDS.get(name, Kind.TEXT)) for name in EVENT_COLUMNS]
    result = file_result(call, wanted, f"{site.domain}-events", Sheet(columns, event_rows(call, query, found)))
    result.headers.append((TOTAL_ROWS, str(found.count)))
    return result


def event_rows(call: Call, query: Query, found: Extent) -> Generator[Sequence[Any], None, None]:
    """Page after page, each within the time limit of a question of its own."""
    for start, until in itertools.pairwise(found.bounds):
        after, rows = (start, 0), None
        while rows is None or len(rows) == PAGE:
            rows = patient_answer(call, page, query, found.newest, after, until, PAGE)
            yield from map(with_text_ids, rows)
            after = (rows[-1][0], rows[-1][-1]) if rows else after


def with_text_ids(row: Sequence[Any]) -> list[Any]:
    values = list(row)
    for place in TEXT_PLACES:
        values[place] = None if values[place] is None else str(values[place])
    return values
