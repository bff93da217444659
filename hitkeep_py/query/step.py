"""A step of a funnel, a goal, an anchor of journeys: what kind of event, which one, with which conditions on it."""

from dataclasses import dataclass

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import Filters, check_without_query, page_pattern

EVENT, PATH = "event", "path"
STEP_TYPES = (EVENT, PATH)
ANY_PAGE = "*"


@dataclass(frozen=True, slots=True)
class Step:
    """`value` is an event's name or a page's path, in the form of stored ones; `*` in it is any text, alone any page.

    `filters` are conditions on the very event, such as those on its properties.
    """

    type: str
    value: str
    filters: Filters = ()

    def __post_init__(self) -> None:
        if self.type == PATH:
            object.__setattr__(self, "value", page_pattern(self.value))


def checked_path(text: str, field: str) -> str:
    """In the form of stored paths. Raises InvalidInput for what no page can have."""
    if not text.startswith(("/", ANY_PAGE)):
        raise InvalidInput(
            f"a path starts with / or *, such as /pricing or /docs/*; {text[:100]!r} does not", field=field
        )
    check_without_query(text, field)
    return page_pattern(text)
