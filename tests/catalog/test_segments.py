"""Segments: filters with a name."""

from collections.abc import Iterator
from typing import Any

import pytest

from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.catalog.segments import filters_json
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import Conflict, InvalidInput, NotFound
from hitkeep_py.query.filters import read_filters
from tests.fake_clock import FakeClock

EVERY_FORM = [
    "country is DE, FR",
    {"dimension": "property:plan", "operator": "contains", "values": ["pro", "a, b"]},
    ["page matches /docs/*", "entry_page is not set"],
    "value >= 2.5",
]


@pytest.fixture
def catalog(clock: FakeClock) -> Iterator[Catalog]:
    opened = Catalog(None, clock)
    yield opened
    opened.close()


@pytest.fixture
def site(catalog: Catalog) -> Site:
    return catalog.sites.add("example.com")


def test_segment_is_kept_and_shown(catalog: Catalog, site: Site) -> None:
    added = catalog.segments.add(site.id, " Germans ", ["country is DE"])
    assert added.as_json() == {
        "id": added.id,
        "site_id": site.id,
        "name": "Germans",
        "filters": [{"dimension": "country", "operator": "is", "values": ["DE"]}],
        "created_at": "2026-11-20T12:00:00.000Z",
    }
    assert catalog.segments.of_site(site.id) == [added]
    assert catalog.segments.find(site.id, "Germans") == catalog.segments.get(site.id, added.id) == added


def test_filters_of_every_form_come_back_as_they_were(catalog: Catalog, site: Site) -> None:
    filters = read_filters(EVERY_FORM)
    assert read_filters(filters_json(filters)) == filters
    added = catalog.segments.add(site.id, "Everything", EVERY_FORM)
    assert catalog.segments.get(site.id, added.id).filters == added.filters == filters


def test_segment_changes_and_goes(catalog: Catalog, site: Site) -> None:
    added = catalog.segments.add(site.id, "Germans", ["country is DE"])
    renamed = catalog.segments.change(site.id, added.id, {"name": "French"})
    assert (renamed.name, renamed.filters) == ("French", added.filters)
    changed = catalog.segments.change(site.id, added.id, {"filters": ["country is FR"]})
    assert catalog.segments.of_site(site.id) == [changed]
    assert changed.filters == read_filters(["country is FR"])
    with pytest.raises(InvalidInput):
        catalog.segments.change(site.id, added.id, {"id": "x"})
    catalog.segments.remove(site.id, added.id)
    assert catalog.segments.of_site(site.id) == []


def test_segments_belong_to_one_site(catalog: Catalog, site: Site) -> None:
    added, other = catalog.segments.add(site.id, "Germans", ["country is DE"]), catalog.sites.add("other.example")
    catalog.segments.add(other.id, "Germans", ["country is DE"])
    for use in (catalog.segments.find, catalog.segments.get, catalog.segments.remove):
        with pytest.raises(NotFound):
            use(other.id, added.id)
    with pytest.raises(NotFound):
        catalog.segments.get(site.id, "Germans")
    catalog.sites.remove(site.id)
    assert catalog.segments.of_site(site.id) == []
    with pytest.raises(NotFound):
        catalog.segments.add(site.id, "Germans", ["country is DE"])


def test_names_are_taken_once(catalog: Catalog, site: Site) -> None:
    catalog.segments.add(site.id, "Germans", ["country is DE"])
    other = catalog.segments.add(site.id, "French", ["country is FR"])
    with pytest.raises(Conflict):
        catalog.segments.add(site.id, "Germans", ["country is DE"])
    with pytest.raises(Conflict):
        catalog.segments.change(site.id, other.id, {"name": "Germans"})


@pytest.mark.parametrize(
    ("name", "filters", "field"),
    [
        ("", ["country is DE"], "name"),
        (None, ["country is DE"], "name"),
        ("x" * 256, ["country is DE"], "name"),
        ("x", [], "filters"),
        ("x", None, "filters"),
        ("x", "country is DE", "filters"),
        ("x", ["weather is bad"], "filters"),
        ("x", [{"dimension": "country"}], "filters"),
    ],
)
def test_bad_segment_is_refused_and_the_field_named(
    catalog: Catalog, site: Site, name: Any, filters: Any, field: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        catalog.segments.add(site.id, name, filters)
    assert raised.value.field == field
