"""Annotations: what happened on a day or at a time, to be shown over a site's figures."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.record import Record, needed_text, no_such
from hitkeep_py.clock import Clock, utc_text
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.time_range import EARLIEST, LATEST, milliseconds

CHANGEABLE = ("time", "text")
TEXT_LENGTH = 200
COLUMNS = "id, site_id, time, text, created_at"


@dataclass(frozen=True, slots=True)
class Annotation(Record):
    """`time` is a day such as 2026-11-20, which is one of the site's time zone, or a time in UTC."""

    id: str
    site_id: str
    time: str
    text: str
    created_at: int


class Annotations:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, site_id: str, time: object, text: object) -> Annotation:
        """Raises InvalidInput, NotFound when there is no site."""
        added = checked(Annotation(str(uuid.uuid4()), site_id, "", "", self._clock.now_ms()), time, text)
        with self._database.transaction() as run:
            run.execute(
                f"INSERT INTO annotations ({COLUMNS}) VALUES (?, ?, ?, ?, ?)",
                (added.id, added.site_id, added.time, added.text, added.created_at),
            )
        return added

    def of_site(self, site_id: str) -> list[Annotation]:
        """The latest first; a day comes after the times that lie in it."""
        return self._select("WHERE site_id = ? ORDER BY time DESC, created_at DESC, rowid DESC", site_id)

    def get(self, site_id: str, annotation_id: str) -> Annotation:
        found = self._select("WHERE site_id = ? AND id = ?", site_id, annotation_id)
        if not found:
            raise no_such("annotation", annotation_id, (each.id for each in self.of_site(site_id)))
        return found[0]

    def change(self, site_id: str, annotation_id: str, changes: Mapping[str, object]) -> Annotation:
        for name in changes:
            if name not in CHANGEABLE:
                raise InvalidInput(f"an annotation's {name} cannot be changed; {', '.join(CHANGEABLE)} can", field=name)
        before = self.get(site_id, annotation_id)
        changed = checked(before, changes.get("time", before.time), changes.get("text", before.text))
        with self._database.transaction() as run:
            run.execute(
                "UPDATE annotations SET time = ?, text = ? WHERE id = ?", (changed.time, changed.text, changed.id)
            )
        return changed

    def remove(self, site_id: str, annotation_id: str) -> Annotation:
        removed = self.get(site_id, annotation_id)
        with self._database.transaction() as run:
            run.execute("DELETE FROM annotations WHERE id = ?", (removed.id,))
        return removed

    def _select(self, condition: str, *parameters: object) -> list[Annotation]:
        rows = self._database.rows(f"SELECT {COLUMNS} FROM annotations {condition}", parameters)
        return [Annotation(*row) for row in rows]


def checked(annotation: Annotation, time: object, text: object) -> Annotation:
    """The annotation with a new, valid time and text. Raises InvalidInput."""
    return replace(annotation, time=read_time(time), text=needed_text("text", text, TEXT_LENGTH))


def read_time(value: object) -> str:
    """A day as it is, a time in UTC."""
    text = value if isinstance(value, str) else ""
    try:
        if len(text) == len("2026-11-20"):
            day = date.fromisoformat(text).isoformat()
            if day != text:  # Weeks are read by Python as well.
                raise ValueError(text)
            return day
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or not EARLIEST <= milliseconds(moment) <= LATEST:
            raise ValueError(text)
        return utc_text(milliseconds(moment))
    except (ValueError, OverflowError) as error:
        message = "time must be a day such as 2026-11-20 or a time with its offset such as 2026-11-20T08:00:00Z"
        raise InvalidInput(message, field="time") from error
