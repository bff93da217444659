"""The SDK in Node against a real server: what it made is stored, whatever happens to the server meanwhile."""

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from hitkeep_py import __version__
from tests.built_sdk import FRONTEND, NODE, ROOT, build_sdk
from tests.chromium import asked, wait_for
from tests.real_site import opened, stored_rows
from tests.running_server import running

OPEN_RATE = ("--ingest-rate", "100000", "--ingest-burst", "100000")


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_sdk(tmp_path_factory.mktemp("sdk"))


@pytest.mark.parametrize("way", ["key", "site"])
def test_number_stored_is_the_number_made_when_the_server_is_killed_and_started_again(
    way: str, sdk: Path, tmp_path: Path
) -> None:
    """With a key as a server sends, with a site as a page does."""
    data_dir = tmp_path / "data"
    with opened(data_dir) as analytics:
        site = analytics.catalog.sites.add("example.com")
        key = analytics.catalog.keys.add(site.id, "secret")[1]
    with running(data_dir, tmp_path, *OPEN_RATE) as server:
        access = key if way == "key" else site.id
        program = [NODE, str(ROOT / "tests/sdk_program.mjs"), str(sdk), server.address, access]
        shop = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        wait_for(lambda: asked(server, "GET", "/api/health")["accepted"] > 100)
        server.stop(signal.SIGKILL)
    time.sleep(0.3)
    with running(data_dir, tmp_path, *OPEN_RATE, "--port", str(server.port)) as again:
        time.sleep(0.5)
        counts: dict[str, Any] = json.loads(shop.communicate(b"end\n", timeout=90)[0])
        again.stop(signal.SIGTERM)
    made = counts["made"]
    assert made > 100
    assert counts == {"made": made, "isDone": True, "delivered": made, "refused": 0, "lost": 0, "waiting": 0}
    with opened(data_dir) as analytics:
        rows = stored_rows(analytics, site.id)
    assert [row["props"]["number"] for row in rows] == list(range(made))
    assert {(row["name"], row["path"], row["revenue"]) for row in rows} == {("sale", "/shop", 100)}


def test_package_has_the_version_of_the_product() -> None:
    assert json.loads((FRONTEND / "sdk/package.json").read_text(encoding="utf-8"))["version"] == __version__
