"""The log: one line an event whatever strangers put into it, as text or JSON, also in a file that is rotated."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from hitkeep_py.cli.logs import configure_logging
from hitkeep_py.config import Settings
from hitkeep_py.errors import SettingError

HOSTILE = "POST /a\nERROR forged: line\x1b[2J \u202e"
log = logging.getLogger("hitkeep_py.tested")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield tmp_path / "analytics.log"
    for each in root.handlers:
        each.close()
    root.handlers, root.level = before, level


def failing() -> None:
    raise ValueError(HOSTILE)


def log_all(settings: Settings) -> str:
    configure_logging(settings)
    log.info("%s", HOSTILE)
    try:
        failing()
    except ValueError:
        log.exception("failed")
    log.debug("not at this level")
    return Path(settings.log_file).read_text(encoding="utf-8")


def test_text_has_each_message_on_one_line(file: Path) -> None:
    first, second, *traceback = log_all(Settings(log_file=str(file))).splitlines()
    assert first.endswith("INFO hitkeep_py.tested: POST /a\\nERROR forged: line\\x1b[2J \\u202e")
    assert second.endswith("ERROR hitkeep_py.tested: failed")
    assert traceback[0] == "Traceback (most recent call last):"
    assert not any("\x1b" in line for line in traceback)


def test_json_has_an_object_on_each_line(file: Path) -> None:
    lines = [json.loads(line) for line in log_all(Settings(log_file=str(file), log_format="json")).splitlines()]
    assert [(each["level"], each["logger"]) for each in lines] == [
        ("info", "hitkeep_py.tested"),
        ("error", "hitkeep_py.tested"),
    ]
    assert lines[0]["message"] == "POST /a\nERROR forged: line\\x1b[2J \\u202e"
    assert lines[0]["time"].endswith("Z")
    assert "ValueError" in lines[1]["traceback"]


def test_a_rotated_file_is_followed(file: Path) -> None:
    log_all(Settings(log_file=str(file)))
    file.rename(file.with_suffix(".1"))
    log.warning("after the rotation")
    assert "after the rotation" in file.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_stops_the_start(file: Path) -> None:
    with pytest.raises(SettingError, match="cannot log to"):
        configure_logging(Settings(log_file=str(file.parent)))
