"""Requests of several events: a bad one does not lose the good ones, and the answer says which were refused."""

from collections.abc import Callable, Sequence
from typing import Any

from hitkeep_py.errors import AnalyticsError, InvalidInput, RateLimited
from hitkeep_py.event import Event, IncomingEvent
from hitkeep_py.protocols.format import Item, Repeat, Verdict

Refusal = tuple[int, AnalyticsError]
"""The place of an event in its request, and why it was refused."""


class Batch(list[Item]):
    """Events that were sent as a list, for formats that answer a list of one otherwise than one event."""


def read_batch(values: Sequence[Any], read: Callable[[Any], IncomingEvent]) -> Batch:
    """Each value as an event, or as the error that says what is wrong with it."""
    return Batch([read_or_error(value, read) for value in values])


def read_or_error(value: Any, read: Callable[[Any], IncomingEvent]) -> Item:
    try:
        return read(value)
    except InvalidInput as error:
        return error


def is_taken(verdict: Verdict) -> bool:
    """Stored by this request or by an earlier one."""
    return isinstance(verdict, Event | Repeat)


def refusals_of(verdicts: Sequence[Verdict]) -> list[Refusal]:
    return [(place, verdict) for place, verdict in enumerate(verdicts) if isinstance(verdict, AnalyticsError)]


def raise_when_all(refusals: Sequence[Refusal], verdicts: Sequence[Verdict]) -> None:
    """When nothing but refusals is left, one of them is the answer: the one that says to try again, if there is one."""
    if refusals and len(refusals) == len(verdicts):
        errors = [error for _, error in refusals]
        raise next((error for error in errors if isinstance(error, RateLimited)), errors[0])


def refusal_as_json(place: int, error: AnalyticsError, code: str) -> dict[str, Any]:
    return {"index": place, "code": code, "message": error.message, "field": error.field}
