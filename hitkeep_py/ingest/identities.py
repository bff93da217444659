"""Who an event is of, and in which session: what the writer finds out of it, and a rebuild once more."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from hitkeep_py.event import ACTS, NO_SESSION
from hitkeep_py.ingest.sessions import Attributes, OpenSession, Sessions
from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES


class Identity(NamedTuple):
    """`crossed_visitor_id` is another id under which its session is found.

    `own_attributes` is, as JSON, what the event itself says of where its visitor came from, kept where a session may
    turn out to begin with it.
    """

    visitor_id: int
    session_id: int
    crossed_visitor_id: int | None
    attributes: Attributes
    flag: str | None
    own_attributes: str | None


def identity(
    sessions: Sessions, kind: str, given: tuple[Any, ...], told: Attributes, begins: int | None = None
) -> Identity:
    """`given` is the event's number, time, visitor, visitor before the salt changed, session key, user, and who that
    was before being named; `told` what it says of SESSION_ATTRIBUTES, and `begins` the number of a session it begins.
    """
    number, at, own, previous, key, user, anonymous = given
    ids = own, anonymous, previous
    if kind in ACTS:
        session: OpenSession | None = sessions.assign(number, at, ids, key, told, user, begins)
    else:
        session = sessions.join(number, at, ids, key, user)
    if session is None:
        return Identity(own, number if begins is None else begins, None, told, NO_SESSION, None)
    keeps_own = session.may_not_stay(number, at) and told != session.attributes
    return Identity(
        session.visitor_id,
        session.session_id,
        session.crossing(at, ids),
        session.attributes,
        None,
        written(told) if keeps_own else None,
    )


def attribute_columns(rows: Sequence[Attributes]) -> Iterable[tuple[str, list[str | None]]]:
    return ((name, list(values)) for name, values in zip(SESSION_ATTRIBUTES, zip(*rows, strict=True), strict=True))


def written(attributes: Attributes) -> str:
    known = {name: value for name, value in zip(SESSION_ATTRIBUTES, attributes, strict=True) if value is not None}
    return orjson.dumps(known).decode()


def read(own_attributes: str) -> Attributes:
    known = orjson.loads(own_attributes)
    return tuple(known.get(name) for name in SESSION_ATTRIBUTES)
