"""Options that commands share, and how their answers and errors are shown."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

import click
import orjson

from hitkeep_py import config
from hitkeep_py.cli.conditions import CONDITIONS
from hitkeep_py.cli.terminal import cell, say, say_json
from hitkeep_py.config import Settings
from hitkeep_py.exact_json import json_bytes
from hitkeep_py.query.named_range import NAMES

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    return click.option("--config", metavar="FILE", help="TOML file with settings (HITKEEP_CONFIG).")(command)


def data_command(command: Callable[..., None]) -> Callable[..., None]:
    """For commands on a data directory: they get `settings` and `as_json` from the options they all have."""

    @click.option(
        "--data-dir", metavar="DIRECTORY", help="Directory with the server's data (HITKEEP_DATA_DIR). [./data]"
    )
    @config_option
    @click.option("--json", "as_json", is_flag=True, help="Answer with the object that the API returns.")
    @wraps(command)
    def run(data_dir: str | None, config: str | None, **arguments: Any) -> None:
        command(settings=settings_of(config, data_dir=data_dir), **arguments)

    return run


def question_options(command: Command) -> Command:
    """Range and filters, the same for all that is asked; the names are those of the API."""
    for option in (
        click.option("--segment", metavar="SEGMENT", help="Adds the filters of a segment, by its id or name."),
        click.option("--filter", multiple=True, metavar="CONDITION", help=CONDITIONS),
        click.option("--range", metavar="NAME", help=f"Instead of days: {', '.join(NAMES)}; other numbers too."),
        click.option("--to", metavar="DAY", help="Last day, included, or time. [today]"),
        click.option("--from", metavar="DAY", help="First day or time. [30 days before the end]"),
    ):
        command = option(command)
    return command


def setting_options(command: Command) -> Command:
    """One option for every setting, from the table of settings."""
    for name, entry in reversed(config.SETTINGS.items()):
        default = ",".join(entry.default) if isinstance(entry.default, tuple) else entry.default
        shown = f" [{default}]" if default not in ("", None) else ""
        names = (*config.flags(name), name)
        command = click.option(*names, metavar="VALUE", help=f"{entry.metadata['help']}{shown}")(command)
    return command


def settings_of(file: str | None = None, **flags: object) -> Settings:
    """The settings of this call. Raises SettingError."""
    given = {name: value for name, value in flags.items() if value is not None}
    return config.load(given, os.environ, file)


def show(value: Any, as_json: bool, text: str) -> None:
    if as_json:
        say_json(json_bytes(value, orjson.OPT_INDENT_2))
    else:
        say(text)


def table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], empty: str) -> str:
    """Rows under headings, columns as wide as they need."""
    if not rows:
        return empty
    cells = [[cell(str(row[column])) for column in columns] for row in rows]
    heads = [column.replace("_", " ").upper() for column in columns]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    lines = [heads, *cells]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
