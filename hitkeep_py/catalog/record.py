"""How what people define is shown, the same in the API and in `--json`."""

from dataclasses import fields
from typing import Any

from hitkeep_py.clock import utc_text


class Record:
    """A dataclass whose `created_at` is in UTC milliseconds."""

    __slots__ = ()

    def as_json(self) -> dict[str, Any]:
        values = {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[arg-type]
        return {**values, "created_at": utc_text(values["created_at"])}
