"""Where the command line writes: nothing that a stranger sent reaches a terminal as it is.

A terminal takes some characters as commands: escape sequences change its title, its clipboard or what is shown, marks
of direction show a text in another order. https://unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
"""

import codecs
import io
import re
import sys
from collections.abc import Iterable
from typing import IO

import click

UNSAFE = re.compile(
    r"\r(?!\n|\Z)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
IN_A_LINE = re.compile("[\t\n\r]")


def shown(text: str) -> str:
    """With characters that a terminal could act on as Python writes them: \\x1b."""
    return UNSAFE.sub(escaped, text)


def cell(text: str) -> str:
    """The same for a part of a line."""
    return IN_A_LINE.sub(escaped, shown(text))


def escaped(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


def say(text: str, *, error: bool = False, end: str = "\n") -> None:
    click.echo(shown(text) + end, err=error, nl=False)


def say_json(content: bytes) -> None:
    """JSON, in which an escaped character is still the same."""
    click.echo(UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", content.decode()))


def write_data(pieces: Iterable[bytes]) -> int:
    """To standard output, for programs as they are; who looks at them in a terminal sees them made safe.

    Gives the number of bytes.
    """
    if not sys.stdout.isatty():
        return sum(sys.stdout.buffer.write(piece) for piece in pieces)
    texts = codecs.iterdecode(pieces, "utf-8", "backslashreplace")
    return sum(sys.stdout.write(shown(text)) for text in texts)


def show_progress(text: str) -> None:
    """In place of what was shown before on the same line."""
    click.echo(f"\r{cell(text)}", err=True, nl=False)


def write_what_is_not_in_the_encoding() -> None:
    """On a terminal that knows latin-1 only, a Greek letter is \\u03b1 rather than an error."""
    for stream in (sys.stdout, sys.stderr):
        replace_unencodable(stream)


def replace_unencodable(stream: IO[str]) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
