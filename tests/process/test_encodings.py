"""Commands in other encodings: what cannot be written is written out, what cannot be read is refused in words."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.running_server import COMMAND, run


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_a_name_that_the_encoding_does_not_have_is_written_out(encoding: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "HITKEEP_DATA_DIR": str(tmp_path / "data")}
    assert run("site", "add", "example.com", environment=environment)[0] == 0
    goal = ("goal", "add", "example.com", "--name", "αβγ", "--type", "event", "--value", "signup")
    code, output, errors = run(*goal, environment=environment)
    assert (code, "Traceback" in errors) == (0, False)
    assert "\\u03b1\\u03b2\\u03b3" in output


@pytest.mark.parametrize("arguments", [[b"site", b"add", b"caf\xe9.example"], [b"\xff"], [b"report", b"x", b"\xfc"]])
def test_an_argument_that_is_no_utf8_is_refused_in_words(arguments: list[bytes], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONUTF8": "1", "HITKEEP_DATA_DIR": str(tmp_path / "data")}
    command = [each.encode() for each in COMMAND]
    done = subprocess.run([*command, *arguments], capture_output=True, env=environment, timeout=60)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"is not UTF-8" in done.stderr
