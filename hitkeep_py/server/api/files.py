"""Rows of answers sent as files, piece by piece."""

import time
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Concatenate, ParamSpec, TypeVar

from hitkeep_py.errors import InvalidInput, QueryBusy
from hitkeep_py.export import FileFormat, Pieces, file_name, read_format
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.report import Report
from hitkeep_py.server.api.sheets import Sheet
from hitkeep_py.server.call import Call, Result, Stream

TOTAL_ROWS = "x-total-rows"
PATIENCE = 10
BUSY_SECONDS = 1.0
ROWS_ALONE = ("explain", "totals")
"""What an answer has besides its rows, and a file has not."""
Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


def wanted_file(call: Call) -> FileFormat | None:
    """None for the answer as a whole. Raises InvalidInput with the formats that exist."""
    found = read_file_format(call.last("format"))
    refuse_besides(found, [name for name in ROWS_ALONE if call.last(name) not in (None, "0", "false")])
    return found


def read_file_format(name: object) -> FileFormat | None:
    return None if name is None else read_format(name)


def refuse_besides(wanted: FileFormat | None, asked: list[str]) -> None:
    """Raises InvalidInput when a file is wanted and what it has no place for is asked."""
    if wanted and asked:
        raise InvalidInput(
            f"a file of {wanted.name} holds rows alone: leave out {asked[0]}, or leave out format", field=asked[0]
        )


def file_result(call: Call, wanted: FileFormat, words: str, sheet: Sheet) -> Result:
    name = file_name(words, wanted)
    headers = [("content-disposition", f'attachment; filename="{name}"')]
    return Result(Stream(placed(call, wanted.pieces(sheet.columns, sheet.rows))), 200, headers, wanted.content_type)


def placed(call: Call, pieces: Pieces) -> Generator[bytes, None, None]:
    """With one of the places of streams for as long as it takes."""
    with closing(pieces), call.streams.place(call.caller):
        yield from pieces


def patient_answer(
    call: Call,
    report: Callable[Concatenate[Dialect, Arguments], Report[Answer]],
    *arguments: Arguments.args,
    **named: Arguments.kwargs,
) -> Answer:
    """Within the time limit of a question of its own; a file that is half sent is not given up because others ask much
    at this moment.
    """
    questions = call.analytics.questions
    tries = 0
    while True:
        request = questions.request()
        request.keep = False
        try:
            return questions.answer(request, report, *arguments, **named)
        except QueryBusy:
            tries += 1
            if tries > PATIENCE:
                raise
        time.sleep(BUSY_SECONDS)
