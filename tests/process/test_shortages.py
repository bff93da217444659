"""Commands that lack memory, files or room: they say so, and leave the data as it is."""

import subprocess
from pathlib import Path

import pytest

from tests.running_server import COMMAND, run

EVERYTHING_HELD = "memory ran out", "may not open enough files", "may not start enough threads"
ROOM = "the disk is full", "may not grow", "input/output error"
LIMITS = (
    ("ulimit -v 200000", ("ulimit -v",)),
    ("ulimit -v 300000", ("ulimit -v",)),
    ("ulimit -n 8", EVERYTHING_HELD),
    ("ulimit -n 12", EVERYTHING_HELD),
    ("ulimit -f 8", ROOM),
)


def limited(limit: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f'{limit}; exec "$@"', "bash", *COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("data"))
    assert run("site", "add", "example.com", "--data-dir", folder)[0] == 0
    assert run("report", "example.com", "overview", "--data-dir", folder)[0] == 0
    return folder


@pytest.mark.parametrize("command", [("report", "example.com", "overview"), ("serve", "--port", "0")])
def test_a_command_says_what_is_short(data: str, command: tuple[str, ...]) -> None:
    for limit, words in LIMITS:
        done = limited(limit, *command, "--data-dir", data)
        last = done.stderr.splitlines()[-1]
        assert done.returncode in (1, 3), (limit, done.stderr)
        assert any(each in last for each in words), (limit, done.stderr)
        assert "untouched" in last, (limit, last)
        assert "backup" not in done.stderr, (limit, done.stderr)
        assert "Traceback" not in done.stderr, (limit, done.stderr)
    assert run("report", "example.com", "overview", "--data-dir", data)[0] == 0


@pytest.mark.parametrize("limit", ["ulimit -f 200", "ulimit -f 40"])
def test_a_backup_that_does_not_fit_leaves_nothing(data: str, tmp_path: Path, limit: str) -> None:
    target = tmp_path / "backup"
    done = limited(limit, "backup", str(target), "--data-dir", data)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) >= 1
    assert list(tmp_path.iterdir()) == []
    assert list(Path(data, "backups").iterdir()) == []
