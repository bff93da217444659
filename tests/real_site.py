"""A data directory before a real server opens it and after it has closed it: sites to send to, events that arrived."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hitkeep_py.analytics import Analytics
from hitkeep_py.config import Settings


@contextmanager
def opened(data_dir: Path) -> Iterator[Analytics]:
    analytics = Analytics.open(Settings(data_dir=str(data_dir)), "test")
    try:
        yield analytics
    finally:
        analytics.close()


def stored_rows(analytics: Analytics, site_id: str) -> list[dict[str, Any]]:
    """The events of a site in the order in which they were accepted: all columns, properties as an object."""
    analytics.drain()
    names = [row[0] for row in analytics.store.select("DESCRIBE events")]
    sql = "SELECT * FROM events WHERE site_id = ?::UUID ORDER BY event_id"
    rows = [dict(zip(names, row, strict=True)) for row in analytics.store.select(sql, [site_id])]
    return [{**row, "props": json.loads(row["props"] or "{}")} for row in rows]
