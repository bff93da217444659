"""What replaces `@sparklytics/next/server`, in Node against a real server."""

import signal
import subprocess
from pathlib import Path

from tests.built_sdk import NODE, ROOT, build_sdk
from tests.real_site import opened, stored_rows
from tests.running_server import running


def test_requests_of_an_application_are_stored_as_those_of_their_visitors(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with opened(data_dir) as analytics:
        site = analytics.catalog.sites.add("example.com")
        analytics.catalog.sites.change(site.id, {"aliases": ["cm5x9yz1a0001"]})
    entry = build_sdk(tmp_path / "sdk").with_name("next_server.js")
    with running(data_dir, tmp_path, "--trusted-proxies", "127.0.0.1") as server:
        program = [NODE, str(ROOT / "tests/next_server_program.mjs"), str(entry), server.address, "cm5x9yz1a0001"]
        done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
        server.stop(signal.SIGTERM)
    assert (done.returncode, done.stderr) == (0, "")
    with opened(data_dir) as analytics:
        view, purchase, renewed = stored_rows(analytics, site.id)
    assert (view["kind"], view["path"], view["source"], view["browser"]) == ("pageview", "/shop", "news", "Firefox")
    assert (purchase["name"], purchase["props"], purchase["source"]) == ("purchase", {"amount": 49.99}, "news")
    assert view["visitor_id"] == purchase["visitor_id"] != renewed["visitor_id"]
    assert view["session_id"] == purchase["session_id"] != renewed["session_id"]
