"""The API's description in the hands of others' tools: clients made of it, and requests that it allows and forbids."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from hypothesis import settings

from tests.built_sdk import COMPILER, FRONTEND, NODE, ROOT
from tests.real_site import opened
from tests.running_server import RunningServer, running

BINARIES = Path(sys.executable).parent
CLIENTS = ROOT / "tests/clients"
CACHE = ROOT / ".mypy_cache/of_a_client"
"""What mypy found of the libraries: to read them anew takes ten seconds."""
SITE, TYPED_SITE = "example.com", "typed.example"
EXAMPLES = {"fast": "2", "thorough": "20"}
"""Requests of each route, by hypothesis's profile: 300 in 15 s, 3,000 in some minutes."""
STRICT = (
    *("--strict", "--noEmit", "--target", "es2024", "--module", "nodenext", "--allowImportingTsExtensions"),
    *("--types", "node", "--typeRoots", FRONTEND / "node_modules/@types"),
)
"""As Node runs it, which takes the types away."""
PROGRAM = """
import sys

from api_client.api.goals import post_api_sites_site_id_goals
from api_client.api.in_the_shape_of_plausible import post_api_v2_query
from api_client.api.questions_and_reports import get_api_sites_site_id_reports_overview, post_api_sites_site_id_query
from api_client.api.sending_events import post_api_event
from api_client.client import AuthenticatedClient
from api_client.models.overview_report import OverviewReport
from api_client.models.plausible_body import PlausibleBody
from api_client.models.post_api_sites_site_id_query_body import PostApiSitesSiteIdQueryBody
from api_client.models.post_api_v2_query_body import PostApiV2QueryBody
from api_client.models.post_api_v2_query_body_metrics_item import PostApiV2QueryBodyMetricsItem
from api_client.models.post_api_v2_query_response_200 import PostApiV2QueryResponse200
from api_client.models.refusal import Refusal
from api_client.models.table import Table

address, key = sys.argv[1:]
client = AuthenticatedClient(base_url=address, token=key)
client = client.with_headers({"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
sent = post_api_event.sync_detailed(client=client, body=PlausibleBody(n="pageview", u="https://SITE/a", d="SITE"))
assert sent.status_code == 202, sent
views = 0
while not views:
    overview = get_api_sites_site_id_reports_overview.sync("SITE", client=client, range_="today")
    assert isinstance(overview, OverviewReport), overview
    views = overview.metrics.pageviews
asked = PostApiSitesSiteIdQueryBody(metrics=["visitors", "bounce_rate"], dimensions=["page"], range_="today")
table = post_api_sites_site_id_query.sync("SITE", client=client, body=asked)
assert isinstance(table, Table), table
dimensions = [row.dimensions.to_dict() for row in table.rows]
question = PostApiV2QueryBody("SITE", [PostApiV2QueryBodyMetricsItem.PAGEVIEWS], "day")
answer = post_api_v2_query.sync(client=client, body=question)
assert isinstance(answer, PostApiV2QueryResponse200), answer
refused = get_api_sites_site_id_reports_overview.sync("SITE", client=client, range_="nothing")
assert isinstance(refused, Refusal), refused
print(views, dimensions, answer.results[0].metrics, refused.error.field)
""".replace("SITE", SITE)
LEFT_OUT = (
    # These end the session, or take away what the others ask about.
    *("/api/logout", "/api/login", "/api/initial-user", "/api/password"),
    # It has no end of its own.
    "/api/sites/{site_id}/reports/realtime/stream",
    # These are long, and write much.
    *("/api/rebuild", "/api/backups"),
)
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def done(*command: str | Path, folder: Path) -> str:
    """What it printed. Fails with that when it fails."""
    environment = {**os.environ, "PATH": f"{BINARIES}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(folder)}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900)
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]
    return ended.stdout


@dataclass(frozen=True, slots=True)
class Described:
    server: RunningServer
    keys: dict[str, str]
    """By site."""

    @property
    def address(self) -> str:
        return f"{self.server.address}/openapi.json"

    def printed_by(self, *program: str | Path, site: str) -> str:
        return done(*program, self.server.address, self.keys[site], folder=Path(program[-1]).parent)


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    folder = tmp_path_factory.mktemp("described")
    data_dir = folder / "data"
    with opened(data_dir) as analytics:
        sites = [analytics.catalog.sites.add(domain) for domain in (SITE, TYPED_SITE)]
        keys = {site.domain: analytics.catalog.keys.add(site.id, "api")[1] for site in sites}
    with running(data_dir, folder, "--api-rate-limit", "1000000", "--ingest-rate-limit", "1000000") as server:
        yield Described(server, keys)


def test_client_in_python_made_of_the_description_type_checks_and_works(described: Described, tmp_path: Path) -> None:
    """Its code is not put in order before it is used."""
    (tmp_path / "client.yaml").write_text("post_hooks: []\n", encoding="utf-8")
    output = ("--config", "client.yaml", "--output-path", "api_client", "--meta", "none", "--fail-on-warning")
    done(BINARIES / "openapi-python-client", "generate", "--url", described.address, *output, folder=tmp_path)
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    done(BINARIES / "mypy", "--strict", "--config-file=", f"--cache-dir={CACHE}", program, folder=tmp_path)
    assert described.printed_by(sys.executable, program, site=SITE) == "1 [{'page': '/a'}] [1] range\n"


def test_client_in_typescript_made_of_the_description_type_checks_and_works(
    described: Described, tmp_path: Path
) -> None:
    (tmp_path / "node_modules").symlink_to(CLIENTS / "node_modules")
    program = Path(shutil.copy(CLIENTS / "described.mts", tmp_path))
    generator = tmp_path / "node_modules/openapi-typescript/bin/cli.js"
    done(NODE, generator, described.address, "--output", "api.d.ts", folder=tmp_path)
    done(NODE, COMPILER, *STRICT, program, folder=tmp_path)
    printed = json.loads(described.printed_by(NODE, program, site=TYPED_SITE))
    assert printed == [True, 1, [{"page": "/a"}], "range"]


def test_requests_that_the_description_allows_and_forbids_get_answers_that_it_has(
    described: Described, tmp_path: Path
) -> None:
    """Without a 5xx. The same requests each time."""
    server = described.server
    account = {"setup_token": server.setup_token, "email": "you@example.com", "password": "a long password"}
    with httpx2.Client(base_url=server.address) as client:
        assert client.post("/api/initial-user", json={**account, "given_name": "Ada"}).status_code == 201
        assert client.post("/api/login", json=account).status_code == 200
        cookie = client.cookies["hk_token"]
    (tmp_path / "schemathesis.toml").write_text(f'[parameters]\nsite_id = "{SITE}"\n', encoding="utf-8")
    left_out = [part for path in LEFT_OUT for part in ("--exclude-path", path)]
    done(
        *(BINARIES / "schemathesis", "--config-file", "schemathesis.toml", "run", described.address),
        *("--header", f"Cookie: hk_token={cookie}", "--checks", CHECKS, "--phases", "fuzzing"),
        *("--max-examples", EXAMPLES[settings.get_current_profile_name()], "--generation-deterministic", "--no-shrink"),
        *("--no-color", "--warnings", "off", "--exclude-operation-id", "delete_api_sites_site_id", *left_out),
        folder=tmp_path,
    )
