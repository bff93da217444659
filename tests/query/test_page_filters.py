"""Pages are found in whatever spelling they are asked for, by filters, goals, steps and anchors."""

import json
from typing import Any

import pytest

from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import read_filters, stored_filters
from hitkeep_py.query.step import ANY_PAGE, PATH, Step, checked_path
from tests.fake_clock import FakeClock


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("page is //caf%c3%a9, café/", ["/café", "/café/"]),
        ("entry_page is not /a/../b", ["/b"]),
        ("exit_page contains f%C3%A9", ["fé"]),
        ("page does not contain //", ["//"]),
        ("page contains in any case CAF%c3%89", ["CAFÉ"]),
        ("page starts with /%7Eann/.", ["/~ann/."]),
        ("page matches //caf%c3%a9/*, *%20x", ["/café/*", "* x"]),
        ("page contains 100%", ["100%"]),
        ("page matches regex ^/caf%C3%A9", ["^/caf%C3%A9"]),
        ("title is //caf%c3%a9", ["//caf%c3%a9"]),
        ("property:page is //caf%c3%a9", ["//caf%c3%a9"]),
    ],
)
def test_pages_of_filters_have_the_form_of_stored_ones(condition: str, values: list[str]) -> None:
    ((found,),) = read_filters([condition])
    assert list(found.values) == values
    assert stored_filters([found.as_json()]) == ((found,),)


def test_steps_have_the_form_of_stored_pages() -> None:
    assert Step(PATH, "//caf%c3%a9").value == "/café"
    assert Step(PATH, ANY_PAGE).value == ANY_PAGE
    assert Step("event", "//x").value == "//x"
    assert checked_path("*/caf%c3%a9", "value") == "*/café"


@pytest.mark.parametrize("page", ["/blog?x=1", "/blog?", "*?utm_source=nl"])
def test_a_page_with_a_query_can_never_be(page: str) -> None:
    condition = {"dimension": "page", "operator": "is", "values": [page]}
    for read in (lambda: checked_path(page, "value"), lambda: read_filters([condition])):
        with pytest.raises(InvalidInput, match="stored without their query string"):
            read()


@pytest.fixture
def catalog() -> Any:
    opened = Catalog(None, FakeClock())
    yield opened
    opened.close()


def test_what_was_defined_in_another_spelling_is_read_in_the_usual_one(catalog: Catalog) -> None:
    site = catalog.sites.add("site.example", excluded_paths=["/%C3%BCber/**"])
    goal = catalog.goals.add(site.id, "g", "path", "/caf%c3%a9", filters=["page is /caf%c3%a9"])
    funnel = catalog.funnels.add(site.id, "f", [{"type": "path", "value": each} for each in ("//a", "/%62")])
    assert (site.excluded_paths, goal.value) == (("/über/**",), "/café")
    assert [each.value for each in funnel.steps] == ["/a", "/b"]
    with catalog.database.transaction() as run:
        run.execute("UPDATE sites SET excluded_paths = ?", [json.dumps(["//intern/**", "/%C3%BCber/x"])])
        run.execute("UPDATE goals SET value = '//x', filters = '[\"page is //x\"]'")
        run.execute("UPDATE funnels SET steps = ?", [json.dumps([{"type": "path", "value": "//x"}] * 2)])
    assert catalog.sites.all()[0].excluded_paths == ("/intern/**", "/über/x")
    (goal,), (funnel,) = catalog.goals.of_site(site.id), catalog.funnels.of_site(site.id)
    assert (goal.value, goal.filters[0][0].values) == ("/x", ("/x",))
    assert {each.value for each in funnel.steps} == {"/x"}
