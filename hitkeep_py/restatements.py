"""What earlier versions stored in another form than this one does, brought to it once, when the data is opened."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from hitkeep_py.address import normal_page
from hitkeep_py.clock import Clock, utc_text
from hitkeep_py.enrich.lookups import normal_language
from hitkeep_py.stores import EventStore, Restated, Restatement, Values

log = logging.getLogger(__name__)


def each_text(form: Callable[[str], str | None]) -> Callable[[Values], Values]:
    """Of columns that know nothing of each other."""

    def restate(values: Values) -> Values:
        return tuple(None if value is None else form(value) for value in values)

    return restate


RESTATEMENTS: tuple[Restatement, ...] = (
    Restatement("pages in one spelling", ("path",), each_text(normal_page)),
    Restatement("languages in one spelling", ("language",), each_text(normal_language)),
)
"""In the order in which they are done. A new one goes to the end; the name of a released one stays."""


def bring_up_to_date(store: EventStore, clock: Clock, restatements: Sequence[Restatement] = RESTATEMENTS) -> None:
    """Do what was not done before. The log says how far it is, and what has changed."""
    done = {each.name for each in store.restated()}
    for each in restatements:
        if each.name not in done:
            found = store.restate(each, clock.now_ms(), partial(log.info, "%s: %s", each.name))
            if found.events:
                log.info("%s", told(found))


def next_start(done: Sequence[Restated], restatements: Sequence[Restatement] = RESTATEMENTS) -> str | None:
    """What is left for bring_up_to_date, in words."""
    names = {each.name for each in done}
    columns = sorted({column for each in restatements if each.name not in names for column in each.columns})
    if not columns:
        return None
    return f"brings {len(columns)} column{'s' * (len(columns) > 1)} up to date: {', '.join(columns)}"


def told(done: Restated) -> str:
    return f"{done.name}: {done.events:,} events, {done.values:,} values, changed at {utc_text(done.time)}"


def restate_columns(columns: dict[str, list[Any]], restatements: Sequence[Restatement] = RESTATEMENTS) -> None:
    """In place, of events that an earlier version accepted and did not store."""
    for each in restatements:
        known = [name for name in each.columns if name in columns]
        if len(known) == len(each.columns):
            rows = [each.restate(values) for values in zip(*(columns[name] for name in known), strict=True)]
            columns.update((name, list(values)) for name, values in zip(known, zip(*rows, strict=True), strict=True))
