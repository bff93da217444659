"""The page /docs as a browser shows it, made of the description by a real server."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from hitkeep_py.server.routes import ROUTES
from tests.running_server import running

PROGRAM = Path(__file__).parents[1] / "clients" / "docs-page.mjs"
NODE = Path(sys.executable).with_name("node")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What each route says once it is opened, by its method, path and summary."""
    folder = tmp_path_factory.mktemp("docs_page")
    with running(folder / "data", folder) as server:
        command = [str(NODE), str(PROGRAM), server.address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found: Mapping[str, str] = json.loads(done.stdout)
    return found


def words_of(shown: Mapping[str, str], route: str) -> str:
    (words,) = [words for name, words in shown.items() if name.startswith(f"{route} ")]
    return words


def test_every_route_is_shown(shown: Mapping[str, str]) -> None:
    assert {f"{each.method} {each.path}".lower() for each in ROUTES} <= {" ".join(name.split()[:2]) for name in shown}


def test_credentials_are_explained(shown: Mapping[str, str]) -> None:
    words = words_of(shown, "post /api/sites/{site_id}/query")
    assert "Needs one of:the cookie hk_token (Set by POST /api/login.)" in words
    assert "the header Authorization: bearer … (An API key of the site, hka_…)" in words
    assert "the header X-Api-Key (The same key.)" in words
    assert "Needs:the cookie" in words_of(shown, "post /api/sites/{site_id}/goals")
    assert "Open to anyone" in words_of(shown, "get /healthz")


def test_body_has_an_example_before_all_that_it_may_have(shown: Mapping[str, str]) -> None:
    words = words_of(shown, "post /api/sites/{site_id}/query")
    assert 'Example{\n  "metrics": [\n    "visitors",' in words
    assert words.index("Example{") < words.index("All there is{")


def test_what_takes_events_shows_what_each_format_sends(shown: Mapping[str, str]) -> None:
    words = words_of(shown, "post /api/event")
    for name in ("liwan", "project key", "clickport", "plausible"):
        assert f"Example: {name}{{\n" in words
    assert '"/newsletter/june"' in words_of(shown, "get /pixel.gif")
