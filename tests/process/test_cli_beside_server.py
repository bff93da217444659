"""The command line beside a running server: the same answers as the API's, and changes that it goes by at once."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner, Result

from hitkeep_py.cli import main
from hitkeep_py.cli.access import server_answer
from hitkeep_py.config import Settings
from tests.running_server import RunningServer, run, running

PASSWORD = "a long password"
GOAL = ["--name", "Pro Signup", "--type", "event", "--value", "signup"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for all tests of this module; each uses a domain of its own."""
    folder = tmp_path_factory.mktemp("server")
    with running(folder / "data", folder, "--ingest-rate", "1000", "--ingest-burst", "1000") as started:
        yield started


@pytest.fixture(scope="module")
def user(server: RunningServer) -> Iterator[httpx2.Client]:
    """Someone logged in."""
    assert analytics_of(server)("user", "add", "you@example.com", "--password-stdin", stdin=PASSWORD).exit_code == 0
    with logged_in(server, "you@example.com") as client:
        yield client


@pytest.fixture
def domain(request: pytest.FixtureRequest) -> str:
    return re.sub(r"\W|_", "-", request.function.__name__.removeprefix("test_"))[:60].strip("-") + ".example"


@pytest.fixture
def analytics(server: RunningServer) -> Callable[..., Result]:
    return analytics_of(server)


def analytics_of(server: RunningServer) -> Callable[..., Result]:
    def invoke(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(main, [*arguments, "--data-dir", str(server.data_dir)], input=stdin)

    return invoke


@contextmanager
def logged_in(server: RunningServer, email: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.address) as client:
        assert client.post("/api/login", json={"email": email, "password": PASSWORD}).status_code == 200
        yield client


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def send(server: RunningServer, site_id: str, name: str = "signup") -> int:
    body = {"site_id": site_id, "name": name, "url": "/"}
    return httpx2.post(f"{server.address}/ingest/event", json=body).status_code


def test_site_is_the_same_object_in_command_and_api(
    analytics: Callable[..., Result], user: httpx2.Client, domain: str
) -> None:
    site = answer(analytics("site", "add", domain, "--json"))
    assert user.get(f"/api/sites/{site['id']}").json() == site
    assert answer(analytics("site", "list", "--json")) == user.get("/api/sites").json()
    added = user.post("/api/sites", json={"domain": f"api-{domain}"}).json()
    assert added in answer(analytics("site", "list", "--json"))
    assert list(added) == list(site)


def test_goal_is_the_same_object_in_command_and_api(
    analytics: Callable[..., Result], user: httpx2.Client, domain: str
) -> None:
    site = answer(analytics("site", "add", domain, "--json"))
    goal = answer(analytics("goal", "add", domain, *GOAL, "--json"))
    assert user.get(f"/api/sites/{site['id']}/goals").json() == [goal]
    assert answer(analytics("goal", "list", domain, "--json")) == [goal]
    body = {"name": "Other", "type": "path", "value": "/other"}
    other = user.post(f"/api/sites/{site['id']}/goals", json=body).json()
    assert list(other) == list(goal)
    assert answer(analytics("goal", "remove", domain, other["id"], "--json")) == other
    assert user.get(f"/api/sites/{site['id']}/goals").json() == [goal]


def test_goal_stats_are_the_same_object_in_command_and_api(
    analytics: Callable[..., Result], server: RunningServer, user: httpx2.Client, domain: str
) -> None:
    site = answer(analytics("site", "add", domain, "--json"))
    analytics("goal", "add", domain, *GOAL)
    assert send(server, site["id"]) == 202
    path = f"/api/sites/{site['id']}/goals/stats"
    assert soon(lambda: user.get(path).json()["sessions"] == 1)
    stats = answer(analytics("goal", "stats", domain, "--json"))
    assert stats == user.get(path).json()
    assert stats["goals"][0]["conversions"] == 1
    days = {"from": "2020-01-01", "to": "2020-01-02"}
    stats = answer(analytics("goal", "stats", domain, "--from", days["from"], "--to", days["to"], "--json"))
    assert stats == user.get(path, params=days).json()


def test_doctor_has_plain_words(analytics: Callable[..., Result]) -> None:
    shown = analytics("doctor").stdout
    lines = {name.strip(): value.strip() for name, value in ((line[:22], line[22:]) for line in shown.splitlines())}
    assert (lines["dropped"], lines["writer failing"], lines["refusing"]) == ("none", "no", "none")
    assert not {"None", "True", "False"} & set(shown.split())
    assert not set("[]{}'") & set(shown)


def test_doctor_shows_what_the_api_says_of_its_health(
    analytics: Callable[..., Result], server: RunningServer, user: httpx2.Client
) -> None:
    report = answer(analytics("doctor", "--json"))
    health = user.get("/api/health").json()
    # Others write to the disk between the two.
    del health["disk_free_bytes"]
    assert {name: report[name] for name in health} == health
    assert report["server"] == "running"
    assert report["lock"] == f"process {server.process.pid} (analytics serve)"
    assert {"inbox_unstored_events", "inbox_bytes", "writer_failing"} <= set(report)


def test_users_are_listed_beside_the_server(analytics: Callable[..., Result], user: httpx2.Client) -> None:
    assert "you@example.com" in {each["email"] for each in answer(analytics("user", "list", "--json"))}


def test_changes_are_seen_at_once(analytics: Callable[..., Result], server: RunningServer, domain: str) -> None:
    """Ten times, since the server also looks by itself four times a second."""
    for number in range(10):
        site = answer(analytics("site", "add", f"{number}.{domain}", "--json"))
        assert send(server, site["id"]) == 202
        key = answer(analytics("key", "add", site["id"], "--kind", "api", "--json"))
        address = f"{server.address}/api/sites/{site['id']}"
        headers = {"authorization": f"Bearer {key['key']}"}
        assert httpx2.get(address, headers=headers).status_code == 200
        analytics("key", "revoke", site["id"], key["id"])
        assert httpx2.get(address, headers=headers).status_code == 401
        analytics("site", "remove", site["id"])
        assert send(server, site["id"]) == 404


def test_funnel_and_segment_are_the_same_objects_in_command_and_api(
    analytics: Callable[..., Result], user: httpx2.Client, domain: str
) -> None:
    site = answer(analytics("site", "add", domain, "--json"))
    steps = ["--step", "path=/", "--step", "event=signup"]
    funnel = answer(analytics("funnel", "add", domain, "--name", "To sign up/in", *steps, "--json"))
    assert user.get(f"/api/sites/{site['id']}/funnels").json() == [funnel]
    segment = answer(analytics("segment", "add", domain, "--name", "Germany", "--filter", "country is DE", "--json"))
    assert user.get(f"/api/sites/{site['id']}/segments").json() == [segment]
    report = analytics("report", domain, "funnel", "To sign up/in", "--segment", "Germany", "--json")
    assert answer(report)["funnel_id"] == funnel["id"]


def test_removed_sites_events_are_deleted_by_the_running_server(
    analytics: Callable[..., Result], server: RunningServer, domain: str
) -> None:
    site = answer(analytics("site", "add", domain, "--json"))
    assert send(server, site["id"]) == 202
    analytics("site", "remove", domain)
    deadline = time.monotonic() + 30
    while f"1 events of the removed site {site['id']}" not in server.log:
        assert time.monotonic() < deadline, "the events are still there"
        time.sleep(0.1)


def test_changed_password_ends_sessions_soon(
    analytics: Callable[..., Result], server: RunningServer, domain: str
) -> None:
    email = f"someone@{domain}"
    analytics("user", "add", email, "--password-stdin", stdin=PASSWORD)
    with logged_in(server, email) as client:
        assert client.get("/api/sites").status_code == 200
        analytics("user", "passwd", email, "--password-stdin", stdin="another long password")
        assert soon(lambda: client.get("/api/sites").status_code == 401)


def test_bad_range_exits_with_2_as_without_a_server(analytics: Callable[..., Result], domain: str) -> None:
    analytics("site", "add", domain)
    result = analytics("goal", "stats", domain, "--from", "yesterday")
    assert result.stderr.startswith("Error: from must be a day such as")
    assert result.exit_code == 2


def test_socket_file_is_for_its_owner_only(server: RunningServer, user: httpx2.Client) -> None:
    assert (server.data_dir / "server.sock").stat().st_mode & 0o777 == 0o600
    assert server_answer(Settings(data_dir=str(server.data_dir)), "GET", "/api/sites") == user.get("/api/sites").json()


@pytest.mark.parametrize("port", ["another", "the same"])
def test_second_server_exits_with_3_and_names_the_first(server: RunningServer, port: str) -> None:
    """Also on the same port, as when someone types the command twice."""
    number = "0" if port == "another" else str(server.port)
    code, output, errors = run("serve", "--port", number, "--data-dir", str(server.data_dir))
    assert f"in use by process {server.process.pid} (analytics serve)" in errors
    assert (code, output) == (3, "")
    assert "Traceback" not in errors
    assert httpx2.get(f"{server.address}/readyz").status_code == 200


def test_port_of_another_server_exits_with_1_and_is_named(server: RunningServer, tmp_path: Path) -> None:
    code, _, errors = run("serve", "--port", str(server.port), "--data-dir", str(tmp_path))
    assert code == 1
    assert errors.splitlines()[-1] == f"Error: cannot listen on 127.0.0.1:{server.port}: Address already in use"


def test_installed_command_works(server: RunningServer) -> None:
    command = Path(sys.executable).parent / "analytics"
    done = subprocess.run([command, "site", "list", "--json", "--data-dir", server.data_dir], capture_output=True)
    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout), list)


def test_debugger_warns_of_forwarding_headers_that_do_not_count(
    server: RunningServer, analytics: Callable[..., Result], domain: str
) -> None:
    """Beside the events, so that neither a table nor JSON has it within."""
    site = answer(analytics("site", "add", domain, "--json"))
    assert send(server, site["id"], "forwarded") == 202
    before = analytics("debug", domain)
    assert (before.exit_code, before.stderr) == (0, "")
    httpx2.get(f"{server.address}/healthz", headers={"x-forwarded-for": "203.0.113.7"})
    after = analytics("debug", domain)
    assert (after.exit_code, after.stdout) == (0, before.stdout)
    assert "forwarded" in after.stdout
    warning, *more = after.stderr.splitlines()
    assert more == []
    assert warning.startswith("Warning: x-forwarded-for came from 127.0.0.1, which is not in trusted_proxies")
    told = analytics("debug", domain, "--json")
    assert told.stderr == ""
    assert f"Warning: {answer(told)['forwarding_problem']}" == warning
