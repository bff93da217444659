"""analytics funnel"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import click

from hitkeep_py.catalog.funnels import SCOPES
from hitkeep_py.cli.access import catalog
from hitkeep_py.cli.conditions import conditions_text, read_json
from hitkeep_py.cli.options import Command, data_command, show, table
from hitkeep_py.config import Settings
from hitkeep_py.errors import InvalidInput

COLUMNS = ["name", "steps", "window", "scope", "id"]
STEP = re.compile(r"(event|path)=(.*)", re.DOTALL)
OBJECT = "{"
WINDOW = re.compile(r"([1-9][0-9]{0,8})(s|min|h|d)", re.ASCII)
SECONDS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
NO_WINDOW = "none"
STEP_HELP = (
    "A step: path=/pricing, event=signup or, with conditions, JSON such as "
    '\'{"type": "event", "value": "signup", "filters": ["property:plan is pro"]}\'. Give 2 to 8, in their order.'
)
WINDOW_HELP = "The time in which all steps have to lie, such as 30min, 24h or 7d"
SCOPE_HELP = "Whether a session or a visitor takes the steps, also in several sessions."


@click.group()
def funnel() -> None:
    """Funnels: steps taken in order. SITE is a site's id or its domain, FUNNEL a funnel's id or its name.

    How many took them: analytics report SITE funnel FUNNEL.
    """


def step_option(required: bool) -> Callable[[Command], Command]:
    return click.option("--step", "steps", multiple=True, required=required, metavar="TYPE=VALUE", help=STEP_HELP)


def window_option(words: str) -> Callable[[Command], Command]:
    return click.option("--window", metavar="TIME", help=f"{WINDOW_HELP}{words}")


def funnel_arguments(command: Command) -> Command:
    return click.argument("site")(click.argument("funnel", metavar="FUNNEL")(command))


@funnel.command()
@click.argument("site")
@click.option("--name", required=True, help="What the funnel is called, such as To buy.")
@step_option(required=True)
@window_option(". [any]")
@click.option("--scope", type=click.Choice(SCOPES), default=SCOPES[0], show_default=True, help=SCOPE_HELP)
@data_command
def add(
    site: str, name: str, steps: tuple[str, ...], window: str | None, scope: str, settings: Settings, as_json: bool
) -> None:
    """Add a funnel."""
    read, seconds = read_steps(steps), None if window is None else read_window(window)
    with catalog(settings) as opened:
        found = opened.sites.find(site)
        added = opened.funnels.add(found.id, name, read, window_seconds=seconds, scope=scope)
    show(added.as_json(), as_json, f"Added the funnel {added.name} to {found.domain} with the id {added.id}")


@funnel.command("list")
@click.argument("site")
@data_command
def list_funnels(site: str, settings: Settings, as_json: bool) -> None:
    """A site's funnels."""
    with catalog(settings) as opened:
        found = [each.as_json() for each in opened.funnels.of_site(opened.sites.find(site).id)]
    rows = [{**each, "steps": len(each["steps"]), "window": window_text(each["window_seconds"])} for each in found]
    show(found, as_json, table(COLUMNS, rows, "No funnels yet: analytics funnel add --help"))


@funnel.command("show")
@funnel_arguments
@data_command
def show_funnel(site: str, funnel: str, settings: Settings, as_json: bool) -> None:
    """A funnel and its steps."""
    with catalog(settings) as opened:
        found = opened.funnels.find(opened.sites.find(site).id, funnel).as_json()
    show(found, as_json, in_words(found))


@funnel.command()
@funnel_arguments
@click.option("--name", help="A new name.")
@step_option(required=False)
@window_option(f"; {NO_WINDOW}: any.")
@click.option("--scope", type=click.Choice(SCOPES), help=SCOPE_HELP)
@data_command
def change(
    site: str, funnel: str, steps: tuple[str, ...], window: str | None, settings: Settings, as_json: bool, **words: Any
) -> None:
    """Change a funnel: what is named. Steps stand instead of all before."""
    changes = {name: value for name, value in words.items() if value is not None}
    changes |= {"steps": read_steps(steps)} if steps else {}
    changes |= {} if window is None else {"window_seconds": read_window(window)}
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        changed = opened.funnels.change(site_id, opened.funnels.find(site_id, funnel).id, changes)
    show(changed.as_json(), as_json, f"Changed {', '.join(changes) or 'nothing'} of the funnel {changed.name}.")


@funnel.command()
@funnel_arguments
@data_command
def remove(site: str, funnel: str, settings: Settings, as_json: bool) -> None:
    """Remove a funnel; events stay."""
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        removed = opened.funnels.remove(site_id, opened.funnels.find(site_id, funnel).id)
    show(removed.as_json(), as_json, f"Removed the funnel {removed.name}.")


def read_steps(texts: Sequence[str]) -> list[Any]:
    """As the catalog takes them. Raises InvalidInput."""
    return [read_step(each) for each in texts]


def read_step(text: str) -> Any:
    if text.startswith(OBJECT):
        return read_json(text, "--step")
    found = STEP.fullmatch(text)
    if found is None:
        raise InvalidInput(f'--step "{text}" must be such as path=/pricing or event=signup', field="steps")
    return {"type": found[1], "value": found[2]}


def read_window(text: str) -> int | None:
    """In seconds. Raises InvalidInput."""
    if text == NO_WINDOW:
        return None
    found = WINDOW.fullmatch(text)
    if found is None:
        raise InvalidInput(f'--window "{text}" must be a time such as 30min, 24h or 7d', field="window_seconds")
    return int(found[1]) * SECONDS[found[2]]


def window_text(seconds: int | None) -> str:
    """As --window takes it."""
    if seconds is None:
        return NO_WINDOW
    unit = next(name for name, length in SECONDS.items() if seconds % length == 0)
    return f"{seconds // SECONDS[unit]}{unit}"


def in_words(funnel: dict[str, Any]) -> str:
    head = {"name": funnel["name"], "id": funnel["id"], "scope": funnel["scope"]}
    head |= {"window": window_text(funnel["window_seconds"])}
    steps = [
        {**each, "step": number, "conditions": conditions_text(each.get("filters", ())) or "-"}
        for number, each in enumerate(funnel["steps"], 1)
    ]
    lines = [f"{name}: {value}" for name, value in head.items()]
    return "\n".join([*lines, table(["step", "type", "value", "conditions"], steps, "")])
