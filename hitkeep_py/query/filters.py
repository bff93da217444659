"""Conditions on dimensions: all of the given ones hold, each of which may be one of several."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.address import normal_page, part_of_path
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import PAGES, PROPERTY, Dimension, Scope, dimension
from hitkeep_py.query.regular_expressions import LOOKED_AT, check_expression, usable
from hitkeep_py.query.sql import Statement, joined

OPERATORS: dict[str, str] = {
    "is": "one of the values",
    "is not": "none of the values, or nothing",
    "contains": "has one of the values in it",
    "does not contain": "has none of the values in it, or is nothing",
    "contains in any case": "has one of the values in it, in capital or small letters",
    "does not contain in any case": "has none of the values in it, in capital or small letters, or is nothing",
    "starts with": "begins with one of the values",
    "matches": "matches one of the patterns, in which * is any text",
    "does not match": "matches none of the patterns, or is nothing",
    "matches regex": "a regular expression (RE2) is found in its first 500 characters",
    "does not match regex": "none of the regular expressions (RE2) is found in it, or is nothing",
    "is set": "has a value",
    "is not set": "has no value",
    ">": "a number above the value",
    ">=": "a number not below the value",
    "<": "a number below the value",
    "<=": "a number not above the value",
}
WITHOUT_VALUE = ("is set", "is not set")
NUMERIC = (">", ">=", "<", "<=")
NEGATIVE = {
    "is not": "is",
    "does not contain": "contains",
    "does not contain in any case": "contains in any case",
    "does not match": "matches",
    "does not match regex": "matches regex",
}
MOST_CONDITIONS = 50
MOST_VALUES = 1_000
VALUE_LENGTH = 2_048
TEXT_LENGTH = 64 * 1024
"""Of a condition written as a text: what fits into a request."""
UNESCAPED_COMMA = re.compile(r"(?<!\\),")
QUOTES = ('"', "'")
COUNTRY = re.compile("[A-Z]{2}")
NAME = re.compile(r"property:.+|[a-z_]+", re.DOTALL)
OPERATOR = re.compile(
    r"\s("
    + "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in sorted(OPERATORS, key=len, reverse=True))
    + r")(?!\S)"
)


@dataclass(frozen=True, slots=True)
class Condition:
    dimension: Dimension
    operator: str
    values: tuple[str, ...] = ()
    number: float = 0.0

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"dimension": self.dimension.name, "operator": self.operator}
        if self.operator in NUMERIC:
            return {**shown, "values": [self.number]}
        return shown if self.operator in WITHOUT_VALUE else {**shown, "values": list(self.values)}


ExpressionCheck = Callable[[str, str], None]
"""Raises InvalidInput for a regular expression that is not taken, with the field."""
AnyOf = tuple[Condition, ...]
Filters = tuple[AnyOf, ...]
"""Of each group at least one condition holds."""


def read_filters(given: object, field: str = "filters") -> Filters:
    """From JSON: a list whose items are conditions, or lists of which one has to hold. Raises InvalidInput.

    A condition is {"dimension", "operator", "values"}, or a text such as "country is DE, FR". One that no event can
    ever meet is refused.
    """
    groups = _filters(given, field, check_expression)
    for group in groups:
        for condition in group:
            check_possible(condition, field)
    return groups


def stored_filters(given: object, field: str = "filters") -> Filters:
    """As read_filters, of those that were read before: what is taken may have changed since."""
    return _filters(given, field, _unchecked)


def _unchecked(text: str, field: str) -> None:
    """It was checked when it was stored."""


def _filters(given: object, field: str, check: ExpressionCheck) -> Filters:
    if not isinstance(given, list | tuple):
        raise InvalidInput(f"{field} must be a list", field=field)
    groups = tuple(
        tuple(_condition(each, field, check) for each in (item if isinstance(item, list | tuple) else [item]))
        for item in given
    )
    if any(not group for group in groups):
        raise InvalidInput(f"{field} must not hold an empty list", field=field)
    if sum(map(len, groups)) > MOST_CONDITIONS:
        raise InvalidInput(f"{field} must hold at most {MOST_CONDITIONS} conditions", field=field)
    return groups


def _condition(given: object, field: str, check: ExpressionCheck) -> Condition:
    if isinstance(given, str):
        return _from_text(given, field, check)
    if not isinstance(given, Mapping):
        raise InvalidInput(f"a condition of {field} must be an object or a text such as 'country is DE'", field=field)
    if unknown := set(given) - {"dimension", "operator", "values"}:
        raise InvalidInput(
            f"a condition of {field} has no {sorted(map(str, unknown))[0][:100]!r}; it has dimension, operator, values",
            field=field,
        )
    values = given.get("values", [])
    return checked_condition(
        given.get("dimension"), given.get("operator"), values if isinstance(values, list) else [values], field, check
    )


def _from_text(text: str, field: str, check: ExpressionCheck) -> Condition:
    if len(text) > TEXT_LENGTH:
        raise InvalidInput(f"a condition of {field} is longer than {TEXT_LENGTH} characters", field=field)
    parts = _split_text(text.strip())
    if parts is None:
        raise InvalidInput(
            f"cannot read the condition {text[:100]!r}: write DIMENSION OPERATOR VALUE, such as 'country is DE, FR'; "
            f"operators are {', '.join(OPERATORS)}",
            field=field,
        )
    name, operator, value = parts
    if len(value) > 1 and value[0] == value[-1] and value[0] in QUOTES:
        raise InvalidInput(
            f"the value of the condition {text[:100]!r} is written without quotes; to look for the quotes themselves "
            'write it as JSON, {"dimension", "operator", "values"}',
            field=field,
        )
    values = [] if not value else [value] if operator in NUMERIC else split_values(value)
    return checked_condition(name, operator, values, field, check)


def _split_text(text: str) -> tuple[str, str, str] | None:
    """Name, operator and value, at the first operator that stands between blanks, in one pass over the text."""
    least = len(PROPERTY) + 1 if text.startswith(PROPERTY) else 1
    found = OPERATOR.search(text, least)
    if found is None:
        return None
    # The key of a property may be a blank.
    name = text[: max(least, len(text[: found.start()].rstrip()))]
    return (name, " ".join(found[1].split()), text[found.end() :].strip()) if NAME.fullmatch(name) else None


def split_values(text: str) -> list[str]:
    """At commas, unless a backslash stands before them."""
    return [part.replace("\\,", ",").strip() for part in UNESCAPED_COMMA.split(text)]


def checked_condition(
    name: object, operator: object, values: Sequence[object], field: str, check: ExpressionCheck = check_expression
) -> Condition:
    """`name` may be a dimension that is not of the list. Raises InvalidInput."""
    if not isinstance(name, str | Dimension):
        raise InvalidInput(f"a condition of {field} needs a dimension", field=field)
    found = dimension(name, field) if isinstance(name, str) else name
    if found.scope is Scope.TIME:
        raise InvalidInput(f"{field} cannot name {found.name}: choose the range instead", field=field)
    if not isinstance(operator, str):
        raise InvalidInput(f"a condition of {field} needs an operator; there are {', '.join(OPERATORS)}", field=field)
    if operator not in OPERATORS:
        raise InvalidInput(f"there is no operator {operator[:100]!r}; there are {', '.join(OPERATORS)}", field=field)
    words = f"{found.name} {operator}"
    if operator in WITHOUT_VALUE:
        if values:
            raise InvalidInput(f"{words!r} takes no value", field=field)
        return Condition(found, operator)
    if found.numeric and operator not in NUMERIC:
        raise InvalidInput(f"{found.name} is a number; compare it with {', '.join(NUMERIC)}", field=field)
    if operator in NUMERIC:
        return Condition(found, operator, (), _number(values, words, field))
    return Condition(found, operator, in_form(found, operator, _texts(values, operator, words, field, check)))


def in_form(found: Dimension, operator: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Pages are found in whatever spelling they are asked for; a regular expression is left as it is."""
    form = FORMS.get(NEGATIVE.get(operator, operator))
    return tuple(map(form, texts) if form and found.name in PAGES else texts)


def page_pattern(text: str) -> str:
    """In the form of stored pages, as far as it is known to begin where they do."""
    return normal_page(text) if text.startswith("/") else part_of_path(text)


def check_without_query(text: str, field: str) -> None:
    """Raises InvalidInput for a page that there cannot be."""
    if "?" in text:
        page, _, query = text.partition("?")
        raise InvalidInput(
            f"pages are stored without their query string, so that none is ever {text[:100]!r}; leave out"
            f" {'?' + query[:100]!r} to find {page[:100]!r}",
            field=field,
        )


def _number(values: Sequence[object], words: str, field: str) -> float:
    try:
        (value,) = values
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(value)
        number = float(value)
        if number != number or abs(number) == float("inf"):
            raise ValueError(value)
        return number
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{words!r} needs one number", field=field) from error


def _texts(values: Sequence[object], operator: str, words: str, field: str, check: ExpressionCheck) -> tuple[str, ...]:
    if not values:
        raise InvalidInput(f"{words!r} needs a value", field=field)
    if len(values) > MOST_VALUES:
        raise InvalidInput(f"{words!r} takes at most {MOST_VALUES} values", field=field)
    if not all(isinstance(each, str | int | float) for each in values):
        raise InvalidInput(f"the values of {words!r} must be texts, numbers, true or false", field=field)
    texts = tuple(_text(each) for each in values)
    if any(len(each) > VALUE_LENGTH for each in texts):
        raise InvalidInput(f"a value of {words!r} is longer than {VALUE_LENGTH} characters", field=field)
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(f"a value of {words!r} is not valid Unicode", field=field) from error
    if NEGATIVE.get(operator, operator) == "matches regex":
        for each in texts:
            check(each, field)
    return texts


def _text(value: object) -> str:
    """As properties show it: JSON's words for true and false."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_possible(condition: Condition, field: str) -> None:
    """Raises InvalidInput for a value that the dimension never has, and for a text compared as a number."""
    found = condition.dimension
    if condition.operator in NUMERIC and not (found.numeric or found.key):
        others = ", ".join(each for each in OPERATORS if each not in NUMERIC)
        raise InvalidInput(
            f"{found.name} is a text, which {condition.operator} cannot compare; there are {others}", field=field
        )
    if NEGATIVE.get(condition.operator, condition.operator) != "is":
        return
    for value in condition.values:
        if found.name in PAGES:
            check_without_query(value, field)
        if found.values and value not in found.values:
            raise InvalidInput(
                f"there is no {found.name} {value[:100]}; there are {', '.join(found.values)}", field=field
            )
        if found.name == "country" and not COUNTRY.fullmatch(value):
            raise InvalidInput(
                f"there is no country {value[:100]}: it is written in two capital letters, such as DE", field=field
            )


def scopes(filters: Filters) -> set[Scope]:
    return {condition.dimension.scope for group in filters for condition in group}


def only_currency(filters: Filters) -> str | None:
    """The one currency that the filters leave; None where they leave several."""
    alone = (group[0] for group in filters if len(group) == 1)
    found = (each for each in alone if each.dimension.name == "currency" and each.operator == "is")
    return next((each.values[0] for each in found if len(each.values) == 1), None)


def pattern(text: str) -> str:
    """A regular expression (RE2) for a text in which * stands for any characters."""
    return r"(?s)\A" + ".*".join(_literal(part) for part in text.split("*")) + r"\z"


def _literal(text: str) -> str:
    return "".join(each if each.isalnum() or each in "_/-" else rf"\x{{{ord(each):x}}}" for each in text)


def condition_sql(condition: Condition, expression: Statement, dialect: Dialect) -> Statement:
    """A condition on the dimension's value, a text or NULL that `expression` gives; for numbers, a number or NULL."""
    operator = NEGATIVE.get(condition.operator, condition.operator)
    if operator in WITHOUT_VALUE:
        word = "IS NOT NULL" if operator == "is set" else "IS NULL"
        return Statement(f"{expression.sql} {word}", expression.parameters)
    if operator in NUMERIC:
        number = expression.sql if condition.dimension.numeric else dialect.number(expression.sql)
        return Statement(f"coalesce({number} {operator} ?, FALSE)", (*expression.parameters, condition.number))
    if operator == "is":
        places = ", ".join("?" * len(condition.values))
        holds = Statement(f"{expression.sql} IN ({places})", (*expression.parameters, *condition.values))
    else:
        holds = joined(" OR ", (_one_value(operator, expression, each, dialect) for each in condition.values))
    default = "FALSE" if operator == condition.operator else "TRUE"
    negation = "" if operator == condition.operator else "NOT "
    return Statement(f"coalesce({negation}({holds.sql}), {default})", holds.parameters)


def _one_value(operator: str, expression: Statement, value: str, dialect: Dialect) -> Statement:
    if operator == "matches":
        return Statement(dialect.matches(expression.sql), (*expression.parameters, pattern(value)))
    if operator == "matches regex":
        looked_at = dialect.beginning(expression.sql, LOOKED_AT)
        return Statement(dialect.matches(looked_at), (*expression.parameters, usable(value)))
    wanted, text = "?", expression.sql
    if operator == "contains in any case":
        # A fifth of the time of a regular expression that ignores case. Engines differ in how they lower other letters.
        if not value.isascii():
            return Statement(dialect.matches(text), (*expression.parameters, f"(?i){_literal(value)}"))
        wanted, text = dialect.lowered(wanted), dialect.lowered(text)
    found = Statement(f"position({wanted} IN {text})", (value, *expression.parameters))
    return Statement(f"{found.sql} {'= 1' if operator == 'starts with' else '> 0'}", found.parameters)


FORMS: Mapping[str, Callable[[str], str]] = {
    "is": normal_page,
    "matches": page_pattern,
    **dict.fromkeys(("contains", "contains in any case", "starts with"), part_of_path),
}
