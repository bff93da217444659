"""Segments: filters that were given a name, to be used again."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.record import Record, needed_text, no_such
from hitkeep_py.clock import Clock
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import Filters, read_filters, stored_filters

CHANGEABLE = ("name", "filters")
NAME_LENGTH = 255
COLUMNS = "id, site_id, name, filters, created_at"


@dataclass(frozen=True, slots=True)
class Segment(Record):
    id: str
    site_id: str
    name: str
    filters: Filters
    created_at: int

    def as_json(self) -> dict[str, Any]:
        return {**Record.as_json(self), "filters": filters_json(self.filters)}

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> "Segment":
        id, site_id, name, filters, created_at = row
        return cls(id, site_id, name, stored_filters(json.loads(filters)), created_at)


class Segments:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, site_id: str, name: object, filters: object) -> Segment:
        """`filters` as read_filters takes them, at least one.

        Raises InvalidInput, Conflict when the site has a segment of that name, NotFound when it has no site.
        """
        segment = checked(Segment(str(uuid.uuid4()), site_id, "", (), self._clock.now_ms()), name, filters)
        with self._database.transaction(f"there is a segment named {segment.name} already") as run:
            run.execute(
                f"INSERT INTO segments ({COLUMNS}) VALUES (?, ?, ?, ?, ?)",
                (segment.id, segment.site_id, segment.name, filters_text(segment.filters), segment.created_at),
            )
        return segment

    def of_site(self, site_id: str) -> list[Segment]:
        """Newest first."""
        return self._select("WHERE site_id = ? ORDER BY created_at DESC, rowid DESC", site_id)

    def find(self, site_id: str, id_or_name: str) -> Segment:
        found = self._select(
            "WHERE site_id = ? AND (id = ? OR name = ?) ORDER BY id = ? DESC",
            *(site_id, id_or_name, id_or_name, id_or_name),
        )
        if not found:
            raise no_such("segment", id_or_name, (each.name for each in self.of_site(site_id)))
        return found[0]

    def get(self, site_id: str, segment_id: str) -> Segment:
        segment = self.find(site_id, segment_id)
        if segment.id != segment_id:
            raise no_such("segment", segment_id, (each.id for each in self.of_site(site_id)))
        return segment

    def change(self, site_id: str, segment_id: str, changes: Mapping[str, object]) -> Segment:
        for name in changes:
            if name not in CHANGEABLE:
                raise InvalidInput(f"a segment's {name} cannot be changed; {', '.join(CHANGEABLE)} can", field=name)
        segment = self.get(site_id, segment_id)
        given = {"name": segment.name, "filters": filters_json(segment.filters), **changes}
        segment = checked(segment, given["name"], given["filters"])
        with self._database.transaction(f"there is a segment named {segment.name} already") as run:
            run.execute(
                "UPDATE segments SET name = ?, filters = ? WHERE id = ?",
                (segment.name, filters_text(segment.filters), segment.id),
            )
        return segment

    def remove(self, site_id: str, segment_id: str) -> Segment:
        segment = self.get(site_id, segment_id)
        with self._database.transaction() as run:
            run.execute("DELETE FROM segments WHERE id = ?", (segment.id,))
        return segment

    def _select(self, condition: str, *parameters: object) -> list[Segment]:
        rows = self._database.rows(f"SELECT {COLUMNS} FROM segments {condition}", parameters)
        return [Segment.of_row(row) for row in rows]


def checked(segment: Segment, name: object, filters: object) -> Segment:
    """The segment with a new, valid name and filters. Raises InvalidInput."""
    text = needed_text("name", name, NAME_LENGTH)
    conditions = read_filters(filters)
    if not conditions:
        raise InvalidInput("filters must hold a condition, such as 'country is DE'", field="filters")
    return replace(segment, name=text, filters=conditions)


def filters_json(filters: Filters) -> list[Any]:
    """As read_filters takes them: conditions, or lists of conditions of which one has to hold."""
    groups = [[each.as_json() for each in group] for group in filters]
    return [group[0] if len(group) == 1 else group for group in groups]


def filters_text(filters: Filters) -> str:
    return json.dumps(filters_json(filters))
