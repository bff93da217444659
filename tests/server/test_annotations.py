"""Annotations: days and times with a text, of one site."""

from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from tests.http_client import HttpClient


def add(client: HttpClient, site: Site, time: Any = "2026-11-20", text: Any = "New prices") -> Any:
    return client.post(f"/api/sites/{site.id}/annotations", json={"time": time, "text": text})


def times(client: HttpClient, site: Site) -> list[str]:
    return [each["time"] for each in client.get(f"/api/sites/{site.id}/annotations").json()]


def test_annotation_is_kept_and_shown(logged_in: HttpClient, site: Site) -> None:
    added = add(logged_in, site, text="  New <b>prices</b> ")
    assert added.status_code == 201
    assert added.json() == {
        "id": added.json()["id"],
        "site_id": site.id,
        "time": "2026-11-20",
        "text": "New <b>prices</b>",
        "created_at": "2026-11-20T12:00:00.000Z",
    }
    assert logged_in.get(f"/api/sites/{site.id}/annotations").json() == [added.json()]


def test_latest_comes_first_and_times_are_utc(logged_in: HttpClient, site: Site) -> None:
    for time in ("2026-11-19", "2026-11-20T09:00:00+01:00", "2026-11-21"):
        assert add(logged_in, site, time).status_code == 201
    assert times(logged_in, site) == ["2026-11-21", "2026-11-20T08:00:00.000Z", "2026-11-19"]


def test_annotation_changes_and_goes(logged_in: HttpClient, site: Site) -> None:
    address = f"/api/sites/{site.id}/annotations/{add(logged_in, site).json()['id']}"
    assert logged_in.patch(address, json={"text": "Old prices"}).json()["text"] == "Old prices"
    assert logged_in.patch(address, json={"time": "2026-11-21"}).json()["text"] == "Old prices"
    assert times(logged_in, site) == ["2026-11-21"]
    assert logged_in.patch(address, json={"id": "x"}).status_code == 400
    assert logged_in.delete(address).status_code == 200
    assert times(logged_in, site) == []
    assert logged_in.delete(address).status_code == 404


def test_annotations_belong_to_one_site(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    other = analytics.catalog.sites.add("other.example")
    added = add(logged_in, site).json()["id"]
    for method in ("patch", "delete"):
        asked: dict[str, Any] = {"json": {"text": "Mine"}} if method == "patch" else {}
        assert getattr(logged_in, method)(f"/api/sites/{other.id}/annotations/{added}", **asked).status_code == 404
    assert times(logged_in, other) == []
    analytics.catalog.sites.remove(site.id)
    assert analytics.catalog.annotations.of_site(site.id) == []


@pytest.mark.parametrize(
    ("time", "text", "field"),
    [
        (None, "x", "time"),
        ("", "x", "time"),
        ("soon", "x", "time"),
        ("2026-02-30", "x", "time"),
        ("2026-W01-1", "x", "time"),
        ("2026-11-20T08:00:00", "x", "time"),
        ("9999-12-31T23:59:59-23:00", "x", "time"),
        (20261120, "x", "time"),
        ("2026-11-20", None, "text"),
        ("2026-11-20", "  ", "text"),
        ("2026-11-20", "x" * 201, "text"),
        ("2026-11-20", 5, "text"),
    ],
)
def test_bad_annotation_is_refused_and_the_field_named(
    time: Any, text: Any, field: str, logged_in: HttpClient, site: Site
) -> None:
    answer = add(logged_in, site, time, text)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert times(logged_in, site) == []
