"""Conditions as options take them and as people read them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from hitkeep_py.errors import InvalidInput

CONDITIONS = (
    'Such as "country is DE, FR". Of several all have to hold; of a JSON list, such as '
    '\'["country is DE", "source is Google"]\', one.'
)
EITHER = "["
"""What begins so is JSON: a list of conditions of which one has to hold."""


def read_conditions(texts: Sequence[str], option: str) -> list[Any]:
    """As the catalog takes them. Raises InvalidInput for JSON that is none."""
    return [read_json(text, option) if text.startswith(EITHER) else text for text in texts]


def address_values(question: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of the API: a list of conditions is JSON in it, in a parameter of its own."""
    given = read_conditions(question.get("filter", ()), "--filter")
    lists = [each for each in given if not isinstance(each, str)]
    texts = [each for each in given if isinstance(each, str)]
    return {**question, "filter": texts, "filters": orjson.dumps(lists).decode() if lists else None}


def read_json(text: str, option: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"{option} {text} is not valid JSON: {error}") from error


def conditions_text(filters: Sequence[Any]) -> str:
    """Of filters in JSON, with the words of the query language."""
    groups = [" or ".join(map(condition_text, each if isinstance(each, list) else [each])) for each in filters]
    return "; ".join(groups)


def condition_text(condition: dict[str, Any]) -> str:
    shown = condition.get("values", ())
    values = ", ".join(f"{each:g}" if isinstance(each, float) else each.replace(",", "\\,") for each in shown)
    return f"{condition['dimension']} {condition['operator']} {values}".rstrip()
