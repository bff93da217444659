"""What differs between engines when they are asked the same thing."""

import itertools
from collections.abc import Sequence
from typing import Protocol


class Dialect(Protocol):
    """Each method gives a piece of SQL; `?` in it stands for a value that the caller passes as a parameter."""

    def moment(self) -> str:
        """A time from a parameter in UTC milliseconds."""

    def site(self) -> str:
        """A site id from a parameter."""

    def bucket(self, unit: str, offsets: Sequence[tuple[int, int]]) -> str:
        """The key, as in time_range.buckets, of the bucket that the column `time` falls in."""

    def seconds_between(self, first: str, last: str) -> str: ...

    def each_key(self, text: str) -> str:
        """The keys of the JSON object in `text`, a row each; none for NULL."""

    def value_text(self, text: str, key: str) -> str:
        """The value of a key of the JSON object in `text`: a text as it is, NULL for null, else JSON."""

    def smallest(self, number: int, *columns: str) -> str:
        """An aggregate: the list of the smallest rows of the columns, in order, at most so many."""


class DuckDBDialect:
    def moment(self) -> str:
        return "epoch_ms(?::BIGINT)::TIMESTAMP_MS"

    def site(self) -> str:
        return "?::UUID"

    def bucket(self, unit: str, offsets: Sequence[tuple[int, int]]) -> str:
        offset = offset_case("epoch_ms(time)", offsets)
        if unit == "hour":
            return f"(epoch_ms(time) + {offset}) // 3600000 * 3600000 - {offset}"
        return f"epoch_ms(date_trunc('{unit}', epoch_ms(epoch_ms(time) + {offset}))::TIMESTAMP)"

    def seconds_between(self, first: str, last: str) -> str:
        return f"(epoch_ms({last}) - epoch_ms({first})) / 1000.0"

    def each_key(self, text: str) -> str:
        # json_each takes several times as long where few texts repeat.
        return f"unnest(json_keys({text}))"

    def value_text(self, text: str, key: str) -> str:
        # A JSON pointer, since a path cannot name every key.
        return f"json_extract_string({text}, '/' || replace(replace({key}, '~', '~0'), '/', '~1'))"

    def smallest(self, number: int, *columns: str) -> str:
        # row_number() sorts all rows, which takes several times as long where there are many.
        return f"min(row({', '.join(columns)}), {int(number)})"


def offset_case(time: str, offsets: Sequence[tuple[int, int]]) -> str:
    """The zone's offset at a time in milliseconds. The numbers are computed, never text from outside."""
    text = f"{int(offsets[-1][1])}"
    for (_, offset), (until, _) in reversed(list(itertools.pairwise(offsets))):
        text = f"CASE WHEN {time} < {int(until)} THEN {int(offset)} ELSE {text} END"
    return f"({text})"
