"""The server as a process: its start, what stops it, its end, and the first user."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from hitkeep_py.analytics import Analytics
from hitkeep_py.cli import main
from hitkeep_py.cli.serve import listen
from hitkeep_py.config import Settings
from hitkeep_py.errors import AnalyticsError
from tests.chromium import asked, wait_for
from tests.running_server import RunningServer, run, running

PASSWORD = "a long password"


def add_site(data_dir: Path) -> str:
    """A site's id, from the command line's words."""
    code, output, errors = run("site", "add", "example.com", "--data-dir", str(data_dir))
    assert code == 0, errors
    return output.split()[-1]


def stored_events(data_dir: Path) -> int:
    analytics = Analytics.open(Settings(data_dir=str(data_dir)), "test")
    try:
        analytics.drain()
        return int(analytics.store.select("SELECT count(*) FROM events")[0][0])
    finally:
        analytics.close()


def send_until_it_ends(server: RunningServer, site_id: str) -> int:
    """How many events were acknowledged before the server took no more."""
    acknowledged = 0
    body = {"site_id": site_id, "name": "signup", "url": "/"}
    with httpx2.Client(base_url=server.address) as client:
        while True:
            try:
                answer = client.post("/ingest/event", json=body)
            except httpx2.TransportError:
                return acknowledged
            acknowledged += answer.status_code == 202


def test_first_lines_of_the_readme_work(tmp_path: Path) -> None:
    """Start, make the first user with the printed token, add a site and a goal, send an event, read it back."""
    with running(tmp_path / "data", tmp_path) as server, httpx2.Client(base_url=server.address) as client:
        assert client.get("/api/status").json()["needs_setup"] is True
        user = {"setup_token": server.setup_token, "email": "you@example.com", "password": PASSWORD}
        assert client.post("/api/initial-user", json=user).status_code == 201
        site = client.post("/api/sites", json={"domain": "example.com"}).json()
        goal = {"name": "Pro Signup", "type": "event", "value": "signup"}
        assert client.post(f"/api/sites/{site['id']}/goals", json=goal).status_code == 201
        event = {"site_id": site["id"], "name": "signup", "url": "https://example.com/", "props": {"plan": "pro"}}
        assert client.post("/ingest/event", json=event).status_code == 202
        deadline = time.monotonic() + 10
        while client.get(f"/api/sites/{site['id']}/stats").json()["goals"][0]["conversions"] != 1:
            assert time.monotonic() < deadline


def test_setup_token_is_printed_until_there_is_a_user(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with running(data_dir, tmp_path) as server:
        assert len(server.setup_token) >= 22
        assert f"user add you@example.com --data-dir {data_dir}" in server.log
    run("user", "add", "you@example.com", "--password-stdin", "--data-dir", str(data_dir), stdin=PASSWORD.encode())
    with running(data_dir, tmp_path) as server:
        assert httpx2.get(f"{server.address}/api/status").json()["needs_setup"] is False
        assert "/api/initial-user" not in server.log


def test_sigterm_exits_with_0_with_all_that_was_acknowledged_stored(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    site_id = add_site(data_dir)
    with (
        running(data_dir, tmp_path, "--ingest-rate", "100000", "--ingest-burst", "100000") as server,
        ThreadPoolExecutor(4) as pool,
    ):
        senders = [pool.submit(send_until_it_ends, server, site_id) for _ in range(4)]
        wait_for(lambda: asked(server, "GET", "/api/health")["accepted"] > 50)
        assert server.stop(signal.SIGTERM, timeout=20) == 0
        acknowledged = sum(sender.result() for sender in senders)
        assert "stopped; everything acknowledged is in the store" in server.log
        assert "Traceback" not in server.log
    assert acknowledged > 50
    assert stored_events(data_dir) == acknowledged


def test_killed_server_does_not_look_alive_and_starts_again_and_commands_work_meanwhile(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    site_id = add_site(data_dir)
    with running(data_dir, tmp_path) as server:
        body = {"site_id": site_id, "name": "signup", "url": "/"}
        assert httpx2.post(f"{server.address}/ingest/event", json=body).status_code == 202
        server.stop(signal.SIGKILL)
    code, output, _ = run("doctor", "--json", "--data-dir", str(data_dir))
    assert (code, '"server": "not running"' in output, '"lock": "free"' in output) == (0, True, True), output
    code, output, errors = run("goal", "stats", "example.com", "--data-dir", str(data_dir))
    assert (code, "UTC: 1 session\n" in output) == (0, True), errors
    with running(data_dir, tmp_path) as server:
        assert httpx2.get(f"{server.address}/readyz").status_code == 200


def test_data_directory_of_any_length_works(tmp_path: Path) -> None:
    """A socket's address has 107 bytes at most; the path of its file may have more."""
    data_dir = tmp_path / ("a" * 100) / ("b" * 100)
    with running(data_dir, tmp_path):
        code, output, errors = run("doctor", "--json", "--data-dir", str(data_dir))
        assert (code, errors) == (0, "")
        assert '"server": "running"' in output


def test_relative_data_directory_works_and_a_stopped_server_leaves_nothing_that_looks_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with running(Path("data"), tmp_path) as server:
        assert '"server": "running"' in run("doctor", "--json", "--data-dir", "data")[1]
        assert server.stop(signal.SIGTERM) == 0
    assert (tmp_path / "data" / "events.duckdb").exists()
    assert not (tmp_path / "data" / "server.sock").exists()
    assert '"lock": "free"' in run("doctor", "--json", "--data-dir", "data")[1]


NO_HOSTS = ("host.invalid", "192.0.2.1", "a" * 70, "a..b", "not a host", "\N{SNOWMAN}" * 70)


@pytest.mark.parametrize("host", NO_HOSTS)
def test_address_that_cannot_be_had_is_refused_in_words(host: str) -> None:
    with pytest.raises(AnalyticsError, match=f"^cannot listen on {re.escape(host)}:0: ."):
        listen(Settings(host=host, port=0))


def test_address_that_cannot_be_had_exits_with_1(tmp_path: Path) -> None:
    host = NO_HOSTS[-1]
    code, _, errors = run("serve", "--host", host, "--port", "0", "--data-dir", str(tmp_path / "data"))
    assert "Traceback" not in errors
    assert (code, f"cannot listen on {host}" in errors) == (1, True), errors


def test_bad_settings_exit_with_2_before_anything_is_made(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    for arguments, variables in (
        (["--port", "eighty"], {}),
        (["--ingest-rate", "0"], {}),
        (["--memory-limit", "0MB"], {}),
        ([], {"HITKEEP_PORTS": "1"}),
    ):
        done = CliRunner().invoke(main, ["serve", "--data-dir", str(data_dir), *arguments], env=variables)
        assert done.exit_code == 2, (arguments, done.output)
        assert done.stderr.splitlines()[-1].startswith("Error: "), arguments
        assert "Traceback" not in done.stderr
    assert not data_dir.exists()


def test_environment_sets_the_documented_limit(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    site_id = add_site(data_dir)
    environment = {**os.environ, "HITKEEP_INGEST_RATE_LIMIT": "0.01", "HITKEEP_INGEST_BURST": "3"}
    with running(data_dir, tmp_path, environment=environment) as server:
        body = {"site_id": site_id, "name": "signup", "url": "/"}
        statuses = [httpx2.post(f"{server.address}/ingest/event", json=body).status_code for _ in range(4)]
    assert statuses == [202, 202, 202, 429]


def test_signals_of_log_rotation_do_not_end_the_server(tmp_path: Path) -> None:
    log_file = tmp_path / "analytics.log"
    with running(tmp_path / "data", tmp_path, "--log-file", str(log_file), log_file=log_file) as server:
        for number in (signal.SIGHUP, signal.SIGUSR1):
            log_file.rename(tmp_path / f"before-{number.name}.log")
            server.process.send_signal(number)
            wait_until(partial(tells, log_file, f"goes on after {number.name}"))
            assert httpx2.get(f"{server.address}/readyz").status_code == 200
        assert server.stop(signal.SIGTERM) == 0


def tells(log_file: Path, words: str) -> bool:
    return log_file.exists() and words in log_file.read_text("utf-8")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_server_that_cannot_write_is_not_ready_until_it_can(tmp_path: Path) -> None:
    site_id = add_site(tmp_path / "data")
    body = {"site_id": site_id, "name": "signup", "url": "/"}
    with running(tmp_path / "data", tmp_path) as server, httpx2.Client(base_url=server.address) as client:
        pid, before = server.process.pid, resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, before[1]))
        assert client.post("/ingest/event", json=body).status_code == 503
        assert client.get("/readyz").status_code == 503
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        wait_until(lambda: client.get("/readyz").status_code == 200)
        assert client.post("/ingest/event", json=body).status_code == 202


def test_a_proxy_reaches_the_server_by_a_socket_file(tmp_path: Path) -> None:
    """Its forwarding headers name the client; a file that a killed server left is taken over, one in use is not."""
    file, data_dir = tmp_path / "hitkeep.sock", tmp_path / "data"
    site_id = add_site(data_dir)
    with running(data_dir, tmp_path, "--host", f"unix:{file}") as server:
        assert server.address == f"unix:{file}"
        assert file.stat().st_mode & 0o777 == 0o660
        server.stop(signal.SIGKILL)
    public = "https://example.com/analytics"
    limits = ("--ingest-rate", "0.01", "--ingest-burst", "1", "--public-url", public)
    with running(data_dir, tmp_path, "--host", f"unix:{file}", *limits) as server:
        assert f"listens on unix:{file}, reached at {public}, data in {data_dir}" in server.log
        transport = httpx2.HTTPTransport(uds=str(file))
        with httpx2.Client(base_url="http://hitkeep", transport=transport) as client:
            body = {"site_id": site_id, "name": "signup", "url": "/"}
            statuses = [
                client.post("/ingest/event", json=body, headers={"x-forwarded-for": address}).status_code
                for address in ("203.0.113.1", "203.0.113.2", "203.0.113.1")
            ]
        assert statuses == [202, 202, 429]
        code, _, errors = run("serve", "--host", f"unix:{file}", "--data-dir", str(tmp_path / "other"))
        assert (code, "Address already in use" in errors) == (1, True), errors


def test_missing_country_file_is_a_warning_and_ctrl_c_exits_with_0(tmp_path: Path) -> None:
    with running(tmp_path / "data", tmp_path, "--geoip-db", str(tmp_path / "none.mmdb")) as server:
        assert httpx2.get(f"{server.address}/readyz").status_code == 200
        assert "none.mmdb" in server.log
        assert server.stop(signal.SIGINT, timeout=20) == 0
        assert "Traceback" not in server.log


HELD_QUESTION = """
import os, signal, socket, sys, threading, uvloop
from hitkeep_py.analytics import Analytics
from hitkeep_py.cli.serve import run
from hitkeep_py.cli import main
from hitkeep_py.cli.serve import listen
from hitkeep_py.config import Settings
from hitkeep_py.errors import AnalyticsError

analytics = Analytics.open(Settings(data_dir=sys.argv[1]), "test")
held = threading.Event()

def hold():
    request = analytics.questions.request()
    with analytics.questions.one_state(request):
        analytics.questions._snapshot(request, None).select("SELECT count(*) FROM events")
        held.set()
        threading.Event().wait()

threading.Thread(target=hold).start()
held.wait()
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
uvloop.run(run(analytics, socket.create_server(("127.0.0.1", 0))))
raise SystemExit("the loop went on")
"""


def test_a_question_that_does_not_end_does_not_keep_the_process(tmp_path: Path) -> None:
    site_id = add_site(tmp_path / "data")
    ended = subprocess.run(
        [sys.executable, "-c", HELD_QUESTION, str(tmp_path / "data")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert stored_events(tmp_path / "data") == 0
    with running(tmp_path / "data", tmp_path) as server:
        event = {"site_id": site_id, "name": "signup", "url": "/"}
        assert httpx2.post(f"{server.address}/ingest/event", json=event).status_code == 202
