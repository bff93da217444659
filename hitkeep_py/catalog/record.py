"""How what people define is read, found and shown, the same in the API and on the command line."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, ClassVar

from hitkeep_py.clock import utc_text
from hitkeep_py.errors import InvalidInput, NotFound
from hitkeep_py.text import clean

MOST_NAMED = 20
SHOWN_LENGTH = 100


class Record:
    """A dataclass: `TIMES` are in UTC milliseconds, `HIDDEN` is shown to nobody."""

    __slots__ = ()
    TIMES: ClassVar[tuple[str, ...]] = ("created_at",)
    HIDDEN: ClassVar[tuple[str, ...]] = ()

    def as_json(self) -> dict[str, Any]:
        names = [each.name for each in fields(self) if each.name not in self.HIDDEN]  # type: ignore[arg-type]
        return {name: shown(getattr(self, name), name in self.TIMES) for name in names}


def shown(value: Any, is_time: bool) -> Any:
    if is_time:
        return None if value is None else utc_text(value)
    if isinstance(value, Record):
        return value.as_json()
    return [shown(each, False) for each in value] if isinstance(value, tuple) else value


def needed_text(field: str, value: object, length: int, subject: str = "") -> str:
    """Raises InvalidInput that calls it by its field, or by `subject`."""
    subject = subject or field
    if value is None:
        raise InvalidInput(f"{subject} is required", field=field)
    text = clean(value, length + 1) if isinstance(value, str) else ""
    if not 1 <= len(text) <= length:
        raise InvalidInput(f"{subject} must have 1 to {length} characters", field=field)
    return text


def no_such(kind: str, wanted: str, names: Iterable[str]) -> NotFound:
    """With those that a site has, the first ones if there are many."""
    known = list(names)
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    there_are = f"there are {', '.join(known[:MOST_NAMED])}{more}" if known else "there are none"
    return NotFound(f"there is no {kind} {wanted[:SHOWN_LENGTH]} on this site; {there_are}", field=kind)
