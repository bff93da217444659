"""What reaches a terminal: texts of strangers are seen, and never obeyed."""

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.cli import terminal
from hitkeep_py.cli.options import show, table
from hitkeep_py.cli.terminal import shown, write_data

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Grüße, 日本, 👋🏽", "Grüße, 日本, 👋🏽"),
        ("two\nlines\tand a tab\r\n", "two\nlines\tand a tab\r\n"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x1b]52;c;ZXZpbA==\x07", "\\x1b]52;c;ZXZpbA==\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("over\rwritten", "over\\rwritten"),
        ("back\x08space\x7f", "back\\x08space\\x7f"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
    ],
)
def test_what_a_terminal_could_obey_is_written_out(text: str, seen: str) -> None:
    assert shown(text) == seen


@given(st.text())
def test_nothing_that_is_shown_is_obeyed(text: str) -> None:
    assert OBEYED.sub("", shown(text)).replace("\r", "") == shown(text).replace("\r", "")


def test_a_cell_of_a_table_stays_on_its_line() -> None:
    text = table(["name", "count"], [{"name": "a\nb\x1b[2J\t", "count": 1}], "nothing")
    assert text.splitlines() == ["NAME           COUNT", "a\\nb\\x1b[2J\\t  1"]


def test_json_is_the_same_after_it_was_shown(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"name": "\x1b]0;title\x07 \x9b31m \u202e"}
    show(value, as_json=True, text="")
    written = capsys.readouterr().out
    assert OBEYED.search(written.replace("\n", "")) is None
    assert json.loads(written) == value


class Screen(io.TextIOWrapper):
    """Standard output that is a terminal, or is none."""

    def __init__(self, terminal: bool, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def written(self) -> bytes:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue()


@pytest.mark.parametrize(("looked_at", "seen"), [(True, b"a\\x1b[2J,\xc3\xa9\r\n"), (False, b"a\x1b[2J,\xc3\xa9\r\n")])
def test_data_are_exact_for_programs_and_safe_for_eyes(
    looked_at: bool, seen: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen(looked_at)
    monkeypatch.setattr("sys.stdout", screen)
    # The second piece begins within a character.
    write_data([b"a\x1b[2J,\xc3", b"\xa9\r\n"])
    assert screen.written() == seen


def test_what_an_encoding_does_not_have_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=True, encoding="latin-1")
    monkeypatch.setattr("sys.stdout", screen)
    terminal.write_what_is_not_in_the_encoding()
    terminal.say("é α")
    assert screen.written() == b"\xe9 \\u03b1\n"
