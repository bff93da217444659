"""Around every route: no parameter or field that it does not know, and one state of the events for all that it asks."""

from collections.abc import Mapping, Sequence

from hitkeep_py.errors import InvalidInput
from hitkeep_py.server.access import OPEN
from hitkeep_py.server.call import ApiRoute, Call, Result
from hitkeep_py.server.schemas import names_of
from hitkeep_py.server.shape import parameters_of
from hitkeep_py.server.shapes import SHAPES

MOST_SHOWN = 100
"""Characters of a name that was sent."""


def answer_of(route: ApiRoute, call: Call) -> Result:
    """Raises InvalidInput for an unknown parameter or field, and what the route raises."""
    if is_strict(route):
        check_parameters(route, call.query_values)
        check_fields(route, call.body)
    with call.analytics.questions.one_state(call.request):
        return route.answer(call)


def is_strict(route: ApiRoute) -> bool:
    """Routes that are open to anyone, probes, pages and the like, take whatever a cache or a monitor adds."""
    return route.strict and route.access not in OPEN


def check_parameters(route: ApiRoute, given: Mapping[str, Sequence[str]]) -> None:
    known = {each.name: each for each in parameters_of(SHAPES[route.answer], route.path)}
    for name, values in given.items():
        if not values:
            continue
        if name not in known:
            raise unknown("parameter", name, list(known))
        if len(values) > 1 and not known[name].repeated:
            raise InvalidInput(f"the parameter {name} is given {len(values)} times; it takes one value", field=name)
        if not all(values):
            raise InvalidInput(f"the parameter {name} is empty; leave it out, or give it a value", field=name)


def check_fields(route: ApiRoute, body: Mapping[str, object]) -> None:
    shape = SHAPES[route.answer].body
    if shape is None:
        return
    known = names_of(shape)
    for name in body:
        if name not in known:
            raise unknown("field", name, known)


def unknown(kind: str, name: str, known: Sequence[str]) -> InvalidInput:
    there_are = f"there are {', '.join(known)}" if known else "there are none"
    return InvalidInput(f"there is no {kind} {name[:MOST_SHOWN]!r} here; {there_are}", field=name[:MOST_SHOWN])
