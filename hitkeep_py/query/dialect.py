"""What differs between engines when they are asked the same thing."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Bounds(NamedTuple):
    """The smallest and the largest visitor number that a question can meet."""

    low: int
    high: int


class Dialect(Protocol):
    """Each method gives a piece of SQL; `?` in it stands for a value that the caller passes as a parameter."""

    summarised: bool
    """Whether there is a table `sessions`, always equal to what `events` says."""

    visitor: str
    """The column that tells visitors apart."""

    materialized: str
    """Said of a named part of a statement that is looked at several times."""

    key_places: int
    """How often `value_text` names its key."""

    def moment(self) -> str:
        """A time from a parameter in UTC milliseconds."""

    def site(self) -> str:
        """A site id from a parameter."""

    def among_ids(self, column: str) -> str:
        """Whether an id, such as a visitor's, is in the list of a parameter."""

    def bucket(self, unit: str, offsets: Sequence[tuple[int, int]], column: str = "time") -> str:
        """The key, as in time_range.buckets, of the bucket that a time falls in."""

    def milliseconds(self, time: str) -> str:
        """A time as UTC milliseconds."""

    def milliseconds_between(self, first: str, last: str) -> str: ...

    def each_key(self, text: str) -> str:
        """The keys of the JSON object in `text`, a row each; none for NULL."""

    def value_text(self, text: str, key: str) -> str:
        """The value of a key of the JSON object in `text`: a text as it is, NULL for null, else JSON."""

    def number(self, text: str) -> str:
        """A text as a decimal number with 10 places, NULL when it is none below 10^16. Sums of 10^12 are exact."""

    def wide(self, number: str) -> str:
        """A whole number of 64 bits, in as many as its sum needs: an engine's own may run over without a word."""

    def minor_units(self, number: str, exponent: int) -> str:
        """What `number` made, times 10^exponent (0 to 4), as a whole number: halves are rounded away from zero.

        NULL where it is NULL or too large for 64 bits.
        """

    def beginning(self, text: str, characters: int) -> str:
        """The first characters of a text."""

    def matches(self, text: str) -> str:
        """Whether a text matches the regular expression (RE2) of a parameter."""

    def lowered(self, text: str) -> str:
        """A text in small letters."""

    def smallest(self, number: int, *columns: str) -> str:
        """An aggregate: the list of the smallest rows of the columns, in order, at most so many."""

    def earliest(self, value: str, *order: str) -> str:
        """An aggregate: the first value, in this order, that is not NULL."""

    def latest(self, value: str, *order: str) -> str:
        """An aggregate: the last value, in this order, that is not NULL."""

    def percentile(self, number: str, fraction: float) -> str:
        """An aggregate: the percentile of the numbers that are not NULL, between two of them in proportion."""

    def percentiles(self, number: str, fractions: Sequence[float]) -> str:
        """An aggregate: what `percentile` gives for each fraction, as a list. There must be a number in each group."""

    def distinct_visitors(self, bounds: Bounds | None) -> str:
        """An aggregate: how many visitors there are. Bounds, of all rows of the question, may make it cheaper."""

    def met_again(self, visitor: str, bounds: Bounds) -> str:
        """A statement about rows of `bucket` and a visitor's number, to be filled in at `{}`: how many of those first
        seen in a bucket were there in it and in each later one: cohort, bucket, count. Only where `summarised`.
        """


class DuckDBDialect:
    summarised = True
    visitor = "visitor_number"
    materialized = "MATERIALIZED "
    key_places = 1

    def moment(self) -> str:
        return "epoch_ms(?::BIGINT)::TIMESTAMP_MS"

    def site(self) -> str:
        return "?::UUID"

    def among_ids(self, column: str) -> str:
        return f"{column} IN (SELECT unnest(?::UBIGINT[]))"

    def bucket(self, unit: str, offsets: Sequence[tuple[int, int]], column: str = "time") -> str:
        time = self.milliseconds(column)
        offset = offset_case(time, offsets)
        if unit == "day":
            return f"({time} + {offset} + {FAR}) // 86400000 * 86400000 - {FAR}"
        if length := FIXED_LENGTHS.get(unit):
            return f"({time} + {offset} + {FAR}) // {length} * {length} - {FAR} - {offset}"
        return f"epoch_ms(date_trunc('{unit}', epoch_ms({time} + {offset}))::TIMESTAMP)"

    def milliseconds(self, time: str) -> str:
        # epoch_ms takes three times as long. Without the cast 2.0.1 fails after the year 2262: it goes by nanoseconds.
        return f"(epoch_us({time}::TIMESTAMP) // 1000)"

    def milliseconds_between(self, first: str, last: str) -> str:
        return f"({self.milliseconds(last)} - {self.milliseconds(first)})"

    def each_key(self, text: str) -> str:
        # json_each takes several times as long where few texts repeat.
        return f"unnest(json_keys({text}))"

    def value_text(self, text: str, key: str) -> str:
        # A JSON pointer, since a path cannot name every key.
        return f"json_extract_string({text}, '/' || replace(replace({key}, '~', '~0'), '/', '~1'))"

    def number(self, text: str) -> str:
        # DuckDB would read 1_000 as well. A sum has 38 digits, so it holds 10^12 numbers of 26.
        return f"TRY_CAST(replace({text}, '_', '?') AS DECIMAL(26, 10))"

    def wide(self, number: str) -> str:
        # It adds them up in 128 bits.
        return number

    def minor_units(self, number: str, exponent: int) -> str:
        return f"TRY_CAST({number} * {10 ** int(exponent)} AS BIGINT)"

    def beginning(self, text: str, characters: int) -> str:
        return f"left({text}, {int(characters)})"

    def matches(self, text: str) -> str:
        return f"regexp_matches({text}, ?)"

    def lowered(self, text: str) -> str:
        return f"lower({text})"

    def smallest(self, number: int, *columns: str) -> str:
        # row_number() sorts all rows, which takes several times as long where there are many.
        return f"min(row({', '.join(columns)}), {int(number)})"

    def earliest(self, value: str, *order: str) -> str:
        return f"arg_min({value}, ({', '.join(order)}))"

    def latest(self, value: str, *order: str) -> str:
        return f"arg_max({value}, ({', '.join(order)}))"

    def percentile(self, number: str, fraction: float) -> str:
        # All usual ones at once take no longer than one, and those asked for together share them.
        if fraction in USUAL_FRACTIONS:
            return f"{self.percentiles(number, USUAL_FRACTIONS)}[{USUAL_FRACTIONS.index(fraction) + 1}]"
        return f"quantile_cont(CAST({number} AS DOUBLE), {float(fraction)})"

    def percentiles(self, number: str, fractions: Sequence[float]) -> str:
        # Each alone would keep all numbers again: four of 4 M took twice the time.
        return f"quantile_cont(CAST({number} AS DOUBLE), [{', '.join(str(float(each)) for each in fractions)}])"

    def distinct_visitors(self, bounds: Bounds | None) -> str:
        # A bit for each visitor: for 0.9 M in 2.5 M sessions 23 ms instead of 101; by page 0.3 s instead of 1.2.
        if bounds is None:
            return "count(DISTINCT visitor_number)"
        return f"coalesce(bit_count(bitstring_agg(visitor_number, {int(bounds.low)}, {int(bounds.high)})), 0)"

    def met_again(self, visitor: str, bounds: Bounds) -> str:
        # A bit for each visitor: 0.1 s where 2.5 M sessions took 1 s to join.
        return f"""
            WITH sets AS MATERIALIZED (
                SELECT bucket, bitstring_agg({visitor}, {int(bounds.low)}, {int(bounds.high)}) AS there
                FROM ({{}}) AS seen GROUP BY bucket
            ), cohorts AS MATERIALIZED (
                SELECT bucket AS cohort, there AS first_there, bit_or(there) OVER (
                    ORDER BY bucket ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS before FROM sets
            )
            SELECT cohort, bucket, bit_count(first_there & there) - coalesce(bit_count(first_there & there & before), 0)
            FROM cohorts JOIN sets ON bucket >= cohort
        """


USUAL_FRACTIONS = (0.5, 0.75, 0.9, 0.95, 0.99)
FIXED_LENGTHS = {"minute": 60_000, "hour": 3_600_000}
"""Buckets of the same length in every zone, in milliseconds."""
FAR = 62_135_596_800_000
"""From the year 1 to 1970, in whole days: engines divide towards 0, which is another way before 1970."""


def offset_case(time: str, offsets: Sequence[tuple[int, int]]) -> str:
    """The zone's offset at a time in milliseconds. The numbers are computed, never text from outside."""
    (_, first), *later = offsets
    if not later:
        return f"({int(first)})"
    # The newest first: most events are there, and of many years there are a hundred changes.
    changes = " ".join(f"WHEN {time} >= {int(since)} THEN {int(offset)}" for since, offset in reversed(later))
    return f"(CASE {changes} ELSE {int(first)} END)"
