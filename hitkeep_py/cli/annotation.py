"""analytics annotation"""

import click

from hitkeep_py.cli.access import catalog
from hitkeep_py.cli.options import data_command, show, table
from hitkeep_py.config import Settings

WHEN = "A day such as 2026-11-20, or a time with its offset such as 2026-11-20T08:00:00Z."
COLUMNS = ["time", "text", "id"]


@click.group()
def annotation() -> None:
    """What happened when, shown over a site's figures. SITE is a site's id or its domain."""


@annotation.command()
@click.argument("site")
@click.argument("text")
@click.option("--time", required=True, help=WHEN)
@data_command
def add(site: str, text: str, time: str, settings: Settings, as_json: bool) -> None:
    """Add an annotation: TEXT, such as "New prices"."""
    with catalog(settings) as opened:
        found = opened.sites.find(site)
        added = opened.annotations.add(found.id, time, text)
    show(added.as_json(), as_json, f"Added the annotation of {added.time} to {found.domain} with the id {added.id}")


@annotation.command("list")
@click.argument("site")
@data_command
def list_annotations(site: str, settings: Settings, as_json: bool) -> None:
    """A site's annotations, the latest first."""
    with catalog(settings) as opened:
        found = [each.as_json() for each in opened.annotations.of_site(opened.sites.find(site).id)]
    show(found, as_json, table(COLUMNS, found, "No annotations yet: analytics annotation add --help"))


@annotation.command()
@click.argument("site")
@click.argument("id")
@click.option("--time", help=WHEN)
@click.option("--text", help="A new text.")
@data_command
def change(site: str, id: str, time: str | None, text: str | None, settings: Settings, as_json: bool) -> None:
    """Change an annotation's time or text: what is named."""
    changes = {name: value for name, value in (("time", time), ("text", text)) if value is not None}
    with catalog(settings) as opened:
        changed = opened.annotations.change(opened.sites.find(site).id, id, changes)
    show(changed.as_json(), as_json, f"Changed {', '.join(changes) or 'nothing'} of the annotation of {changed.time}.")


@annotation.command()
@click.argument("site")
@click.argument("id")
@data_command
def remove(site: str, id: str, settings: Settings, as_json: bool) -> None:
    """Remove an annotation, by its id."""
    with catalog(settings) as opened:
        removed = opened.annotations.remove(opened.sites.find(site).id, id)
    show(removed.as_json(), as_json, f"Removed the annotation of {removed.time}.")
