"""How what people define is shown, the same in the API and in `--json`."""

from dataclasses import fields
from typing import Any, ClassVar

from hitkeep_py.clock import utc_text


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
