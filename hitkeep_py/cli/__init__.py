"""The command `analytics`.

A command's module is imported when the command is used: duckdb, starlette and uvicorn take 330 ms to import, and
`--help` is to answer in under 300 ms.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from hitkeep_py import __version__
from hitkeep_py.cli.terminal import say, write_what_is_not_in_the_encoding
from hitkeep_py.errors import AnalyticsError, DataDirectoryError, InvalidInput, SettingError
from hitkeep_py.shortage import shortage

COMMANDS = {
    "serve": ("hitkeep_py.cli.serve", "Run the server."),
    "user": ("hitkeep_py.cli.user", "Users who may log in."),
    "site": ("hitkeep_py.cli.site", "Sites whose events are kept."),
    "goal": ("hitkeep_py.cli.goal", "Goals and their conversions."),
    "funnel": ("hitkeep_py.cli.funnel", "Funnels: steps taken in order."),
    "segment": ("hitkeep_py.cli.segment", "Segments: filters with a name."),
    "annotation": ("hitkeep_py.cli.annotation", "What happened when, shown over a site's figures."),
    "key": ("hitkeep_py.cli.key", "Keys of programs that send or read a site's events."),
    "experiment": ("hitkeep_py.cli.experiment", "Experiments and their variants."),
    "report": ("hitkeep_py.cli.report", "Ask for a report of a site."),
    "export": ("hitkeep_py.cli.export", "Write the raw events or a report into a file."),
    "usage": ("hitkeep_py.cli.usage", "Events of each site in a month, and why others were dropped."),
    "debug": ("hitkeep_py.cli.debug", "The last events of a site, and what became of each."),
    "doctor": ("hitkeep_py.cli.doctor", "How the data directory and the server are."),
    "backup": ("hitkeep_py.cli.backup", "Copy all data, also while the server runs."),
    "restore": ("hitkeep_py.cli.backup", "Bring a backup back."),
    "erase": ("hitkeep_py.cli.erase", "Delete a site's events before a day, or a user's."),
    "rebuild": ("hitkeep_py.cli.rebuild", "Make what is derived from the events anew."),
}
SURROGATE = re.compile("[\ud800-\udfff]")
"""What stands for a byte that could not be decoded."""
EXIT_ERROR, EXIT_USAGE, EXIT_DATA_DIRECTORY = 1, 2, 3


class Commands(click.Group):
    """Knows its commands by name and imports a command's module on its use."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[name][0]), name)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in COMMANDS.items()])

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        write_what_is_not_in_the_encoding()
        with wrong_use_on_one_line():
            refuse_undecodable(arguments)
            return super().parse_args(context, arguments)

    def invoke(self, context: click.Context) -> Any:
        try:
            with wrong_use_on_one_line():
                return super().invoke(context)
        except AnalyticsError as error:
            say(f"Error: {error.message}", error=True)
            context.exit(exit_code(error))
        except (OSError, MemoryError, RuntimeError, ImportError) as error:
            words = shortage(error)
            if words is None:
                raise
            say(f"Error: {words} ({error or type(error).__name__}). The data is untouched", error=True)
            context.exit(EXIT_ERROR)


def refuse_undecodable(arguments: list[str]) -> None:
    for each in arguments:
        if not each.isascii() and SURROGATE.search(each):
            raise click.UsageError(f"{each!a} is not {sys.getfilesystemencoding().upper()}.")


@contextmanager
def wrong_use_on_one_line() -> Iterator[None]:
    """What click says in four lines, as one like every other error."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise  # It is the help itself.
    except click.UsageError as error:
        words = " ".join(error.format_message().split())
        command = error.ctx.command_path if error.ctx else "analytics"
        end = "" if words.endswith((".", "?", ")")) else "."
        # Without its context click shows no usage.
        raise click.UsageError(f"{words}{end} See `{command} --help`.") from error


def exit_code(error: AnalyticsError) -> int:
    """0 is success. 1: it could not be done; 2: it was asked wrongly; 3: the data directory cannot be used."""
    if isinstance(error, DataDirectoryError):
        return EXIT_DATA_DIRECTORY
    return EXIT_USAGE if isinstance(error, SettingError | InvalidInput) else EXIT_ERROR


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="analytics")
def main() -> None:
    """Self-hosted web and product analytics.

    Start with `analytics serve`, then add a user and a site; every other command works beside a running server.
    """
    os.umask(0o077)
