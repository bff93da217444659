"""What ClickHouse is told where it differs from DuckDB. Each expression gives exactly what DuckDBDialect's gives."""

from collections.abc import Sequence

from hitkeep_py.query.dialect import FAR, FIXED_LENGTHS, Bounds, offset_case

DAY_MS = 86_400_000
NUMBER = "^[[:space:]]*([+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?)[[:space:]]*$"


class ClickHouseDialect:
    summarised = False
    visitor = "visitor_id"
    materialized = ""
    key_places = 1

    def moment(self) -> str:
        return "fromUnixTimestamp64Milli(?::Int64, 'UTC')"

    def site(self) -> str:
        return "?::UUID"

    def among_ids(self, column: str) -> str:
        return f"{column} IN (?)"

    def bucket(self, unit: str, offsets: Sequence[tuple[int, int]], column: str = "time") -> str:
        time = self.milliseconds(column)
        offset = offset_case(time, offsets)
        local = f"({time} + {offset})"
        if length := FIXED_LENGTHS.get(unit):
            return f"toInt64(intDiv({local} + {FAR}, {length}) * {length} - {FAR} - {offset})"
        day = f"toInt64(floor({local} / {DAY_MS}))"
        return f"{day} * {DAY_MS}" if unit == "day" else f"{first_day(unit, day)} * {DAY_MS}"

    def milliseconds(self, time: str) -> str:
        return f"toUnixTimestamp64Milli({time})"

    def milliseconds_between(self, first: str, last: str) -> str:
        return f"(toUnixTimestamp64Milli({last}) - toUnixTimestamp64Milli({first}))"

    def each_key(self, text: str) -> str:
        return f"arrayJoin(JSONExtractKeys(coalesce({text}, '')))"

    def value_text(self, text: str, key: str) -> str:
        # The lambda lets the key be written once: it may be a parameter. Whole numbers written as fractions lose their
        # ".0" here and get it back; within lists and objects they do not.
        value = f"JSONExtract(coalesce({text}, ''), each, 'Nullable(String)')"
        is_whole = f"match({value}, '^-?[0-9]+$') AND JSONType(coalesce({text}, ''), each) = 'Double'"
        return f"arrayElement(arrayMap(each -> if({is_whole}, concat({value}, '.0'), {value}), [{key}]), 1)"

    def number(self, text: str) -> str:
        # The 11th place decides how the 10th is rounded; without the pattern 1.2.3 would be a number.
        rounded = f"round(toDecimal256OrNull(extract({text}, '{NUMBER}'), 11), 10)"
        fits = f"arrayMap(number -> if(abs(number) < toDecimal256('{10**16}', 0), number, NULL), [{rounded}])"
        return f"accurateCastOrNull(arrayElement({fits}, 1), 'Decimal(26, 10)')"

    def wide(self, number: str) -> str:
        return f"toInt128({number})"

    def minor_units(self, number: str, exponent: int) -> str:
        # By way of a text, since a number that is too large would be an error otherwise.
        return f"toInt64OrNull(toString(round(toDecimal256({number}, 10) * {10 ** int(exponent)})))"

    def beginning(self, text: str, characters: int) -> str:
        return f"leftUTF8({text}, {int(characters)})"

    def matches(self, text: str) -> str:
        # Without it a dot would match the end of a line.
        return f"match({text}, concat('(?-s)', ?))"

    def lowered(self, text: str) -> str:
        # As DuckDB: one letter for one letter.
        return f"lowerUTF8(replaceAll({text}, 'İ', 'i'))"

    def smallest(self, number: int, *columns: str) -> str:
        return f"groupArraySorted({int(number)})(tuple({', '.join(columns)}))"

    def earliest(self, value: str, *order: str) -> str:
        return f"argMin({value}, tuple({', '.join(order)}))"

    def latest(self, value: str, *order: str) -> str:
        return f"argMax({value}, tuple({', '.join(order)}))"

    def percentile(self, number: str, fraction: float) -> str:
        return f"quantileExactInclusive({float(fraction)})(CAST({number} AS Float64))"

    def percentiles(self, number: str, fractions: Sequence[float]) -> str:
        levels = ", ".join(str(float(each)) for each in fractions)
        return f"quantilesExactInclusive({levels})(CAST({number} AS Float64))"

    def distinct_visitors(self, bounds: Bounds | None) -> str:
        return "count(DISTINCT visitor_id)"

    def met_again(self, visitor: str, bounds: Bounds) -> str:
        raise NotImplementedError("ClickHouse has no numbers of visitors")


def first_day(unit: str, day: str) -> str:
    """The first day of the unit that a day falls in, both as days since 1970. toStartOfMonth would end in 2149."""
    date = f"toDate32(toInt32({day}))"
    if unit == "week":
        return f"({day} - toDayOfWeek({date}) + 1)"
    month = f"toMonth({date})" if unit == "month" else "1"
    return f"toInt64(toInt32(makeDate32(toYear({date}), {month}, 1)))"
