"""Around every route: no parameter that it does not know, and one state of the events for all that it asks."""

from collections.abc import Iterable

from hitkeep_py.errors import InvalidInput
from hitkeep_py.server.access import OPEN
from hitkeep_py.server.call import ApiRoute, Call, Result
from hitkeep_py.server.shape import parameters_of
from hitkeep_py.server.shapes import SHAPES

MOST_SHOWN = 100
"""Characters of a name that was sent."""


def answer_of(route: ApiRoute, call: Call) -> Result:
    """Raises InvalidInput for an unknown parameter, and what the route raises."""
    check_parameters(route, (name for name, values in call.query_values.items() if values))
    with call.analytics.questions.one_state(call.request):
        return route.answer(call)


def check_parameters(route: ApiRoute, names: Iterable[str]) -> None:
    """Routes that are open to anyone, probes, pages and the like, take whatever a cache or a monitor adds."""
    if not route.strict or route.access in OPEN:
        return
    known = [each.name for each in parameters_of(SHAPES[route.answer], route.path)]
    for name in names:
        if name not in known:
            there_are = f"there are {', '.join(known)}" if known else "there are none"
            raise InvalidInput(
                f"there is no parameter {name[:MOST_SHOWN]!r} here; {there_are}", field=name[:MOST_SHOWN]
            )
