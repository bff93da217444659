"""The documentation is complete and agrees with the code."""

import json
import re

import pytest

from hitkeep_py import __version__
from hitkeep_py.catalog.sites import Site
from hitkeep_py.event import DropReason
from hitkeep_py.protocols.formats import FORMATS
from hitkeep_py.server.routes import ROUTES
from scripts.documents.reference import PAGES, ROOT
from tests.http_client import HttpClient


@pytest.mark.parametrize("name", PAGES)
def test_generated_page_is_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "run scripts/generate"


@pytest.mark.parametrize("reason", list(DropReason))
def test_every_drop_reason_is_explained(reason: DropReason) -> None:
    assert f"`{reason}`" in (ROOT / "docs/ingest.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "route", sorted({f"{method} {each.path}" for each in FORMATS for method in each.methods if method != "HEAD"})
)
def test_every_ingest_route_is_explained(route: str) -> None:
    assert f"`{route}`" in (ROOT / "docs/formats.md").read_text(encoding="utf-8")


def test_every_metric_is_documented() -> None:
    source = (ROOT / "hitkeep_py/server/api/health.py").read_text(encoding="utf-8")
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    metrics = re.findall(r'metric\("(?:counter|gauge)", "(\w+)"', source)
    assert len(metrics) > 10
    assert [name for name in metrics if f"`hitkeep_{name}`" not in page] == []


def test_every_script_is_listed_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    scripts = [each.name for each in (ROOT / "scripts").iterdir() if each.is_file() and not each.suffix]
    assert [name for name in scripts if f"`scripts/{name}`" not in readme] == []


def test_every_key_of_the_dashboard_is_documented() -> None:
    source = ROOT / "frontend/dashboard/src"
    texts = [each.read_text(encoding="utf-8") for each in sorted(source.rglob("*.tsx"))]
    (presets,) = (found[1] for text in texts if (found := re.search(r"const PRESETS = \[(.*?)\n\]", text, re.DOTALL)))
    keys = re.findall(r', "(\w)"\]', presets)
    for text in texts:
        for given in re.findall(r"""shortcut=("\w+"|\{[^}]*\})""", text):
            keys += re.findall(r'"(\w+)"', given)
    page = (ROOT / "docs/dashboard.md").read_text(encoding="utf-8")
    told = [key for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)]
    assert sorted(set(keys)) == sorted(told)
    assert len(keys) > 10


def test_changelog_begins_with_what_comes_next_and_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## ([\w.]+)", changelog, re.MULTILINE)[:2] == ["Unreleased", __version__]


def test_local_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_route_has_a_summary_of_one_sentence() -> None:
    assert [route.path for route in ROUTES if not re.fullmatch(r"[A-Z].*[^.]\.", route.summary)] == []


def test_answers_in_the_readme_have_the_fields_of_the_real_ones(logged_in: HttpClient, site: Site) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    body = {"name": "Pro Signup", "type": "event", "value": "signup"}
    goal = logged_in.post(f"/api/sites/{site.id}/goals", json=body).json()
    shown = re.search(r'^\{"id":.*"Pro Signup".*\}$', readme, re.MULTILINE)
    assert shown is not None
    assert list(json.loads(shown[0])) == list(goal)
    begun = re.search(r'^(\{"live_visitors":.*),…$', readme, re.MULTILINE)
    assert begun is not None
    fields = list(json.loads(f"{begun[1]}}}"))
    assert list(logged_in.get(f"/api/sites/{site.id}/stats").json())[: len(fields)] == fields


@pytest.mark.parametrize("kind", ["goals", "funnels", "segments"])
def test_bodies_in_the_documentation_are_taken_as_they_are(kind: str, logged_in: HttpClient, site: Site) -> None:
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    shown = re.search(rf"`POST …/{kind}`:\n\n```json\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    answer = logged_in.post(f"/api/sites/{site.id}/{kind}", json=json.loads(shown[1]))
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == json.loads(shown[1])["name"]
