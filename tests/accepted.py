"""What a request made durable, read from the inbox: fast enough to ask after each of many requests."""

import json
from dataclasses import dataclass
from typing import Any

from tests.product import Answer, Headers, Product, Request


@dataclass(frozen=True, slots=True)
class Outcome:
    answer: Answer
    events: list[dict[str, Any]]


def send(product: Product, path: str, body: Any, headers: Headers = ()) -> Outcome:
    """`body` is bytes, or what is written as JSON, NaN and lone surrogates included."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    outcome = outcome_of(product, Request("POST", path, headers, (text,)))
    assert outcome.answer.status < 500, (outcome.answer, body)
    return outcome


def outcome_of(product: Product, request: Request) -> Outcome:
    before = product.analytics.inbox.position
    answer = product.requests.send(request)
    portion = product.analytics.inbox.read(before, 1_000)
    if portion is None:
        return Outcome(answer, [])
    return Outcome(answer, [dict(zip(portion.fields, row, strict=True)) for row in portion.rows])


def props_of(event: dict[str, Any]) -> Any:
    return json.loads(event["props"] or "{}")


def said(props: dict[str, Any]) -> dict[str, Any]:
    """Those of them that are stored: nothing that is null or blank, nor whose name is."""
    return {name: value for name, value in props.items() if name.strip() and not is_blank(value)}


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip() == "")
