"""Two events of a session, a restart, reports: with the installed product and nothing but the standard library."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

ANALYTICS = str(Path(sys.executable).with_name("analytics"))
LISTENS = re.compile(r"listens on (http://\S+?),")
PATIENCE = 60.0
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
EXPECTED = {"visitors": 1, "sessions": 1, "pageviews": 2}
TOLD = ("duckdb", "starlette", "uvicorn", "click")


def command(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [ANALYTICS, *arguments, "--data-dir", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Its address. Ends with a clean stop."""
    log = folder.with_name("serve.log")
    with log.open("w") as file:
        process = subprocess.Popen([ANALYTICS, "serve", "--port", "0", "--data-dir", str(folder)], stderr=file)
    try:
        yield wait_for(lambda: LISTENS.search(log.read_text()), process, log).group(1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, log.read_text()
    finally:
        process.kill()


def wait_for(look: Any, process: "subprocess.Popen[bytes]", log: Path) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return found


def send(address: str, path: str) -> None:
    body = json.dumps({"name": "pageview", "url": f"https://example.com{path}", "domain": "example.com"}).encode()
    request = urllib.request.Request(f"{address}/api/event", body, {**BROWSER, "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 202, answer.status


def figures(folder: Path) -> dict[str, Any]:
    metrics = json.loads(command(folder, "report", "example.com", "overview", "--json"))["metrics"]
    return {name: metrics[name] for name in EXPECTED}


def wait_until_stored(folder: Path, pageviews: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while (found := figures(folder))["pageviews"] != pageviews:
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def main() -> None:
    folder = Path(sys.argv[1])
    command(folder, "site", "add", "example.com")
    with server(folder) as address:
        for number, path in enumerate(("/", "/pricing"), start=1):
            send(address, path)
            # Stored before the next is sent, which so goes on with a session that the store has.
            wait_until_stored(folder, number)
    with server(folder):
        assert figures(folder) == EXPECTED
        assert "/pricing" in command(folder, "report", "example.com", "pages")
    assert figures(folder) == EXPECTED
    health = json.loads(command(folder, "doctor", "--check", "--json"))
    assert (health["problems"], health["engine_problem"]) == ([], None), health
    print(f"smoke: sound with {', '.join(f'{name} {version(name)}' for name in TOLD)}")


if __name__ == "__main__":
    main()
