"""analytics segment"""

from typing import Any

import click

from hitkeep_py.cli.access import catalog
from hitkeep_py.cli.conditions import CONDITIONS, conditions_text, read_conditions
from hitkeep_py.cli.options import data_command, show, table
from hitkeep_py.config import Settings

COLUMNS = ["name", "filters", "id"]


@click.group()
def segment() -> None:
    """Segments: filters with a name. SITE is a site's id or its domain, SEGMENT a segment's id or its name."""


@segment.command()
@click.argument("site")
@click.option("--name", required=True, help="What the segment is called, such as Germany.")
@click.option("--filter", "filters", multiple=True, required=True, metavar="CONDITION", help=CONDITIONS)
@data_command
def add(site: str, name: str, filters: tuple[str, ...], settings: Settings, as_json: bool) -> None:
    """Add a segment."""
    conditions = read_conditions(filters, "--filter")
    with catalog(settings) as opened:
        found = opened.sites.find(site)
        added = opened.segments.add(found.id, name, conditions)
    show(added.as_json(), as_json, f"Added the segment {added.name} to {found.domain} with the id {added.id}")


@segment.command("list")
@click.argument("site")
@data_command
def list_segments(site: str, settings: Settings, as_json: bool) -> None:
    """A site's segments."""
    with catalog(settings) as opened:
        found = [each.as_json() for each in opened.segments.of_site(opened.sites.find(site).id)]
    show(found, as_json, table(COLUMNS, list(map(in_words, found)), "No segments yet: analytics segment add --help"))


@segment.command("show")
@click.argument("site")
@click.argument("segment", metavar="SEGMENT")
@data_command
def show_segment(site: str, segment: str, settings: Settings, as_json: bool) -> None:
    """A segment and its conditions."""
    with catalog(settings) as opened:
        found = opened.segments.find(opened.sites.find(site).id, segment).as_json()
    show(found, as_json, "\n".join(f"{name}: {value}" for name, value in in_words(found).items()))


@segment.command()
@click.argument("site")
@click.argument("segment", metavar="SEGMENT")
@click.option("--name", help="A new name.")
@click.option("--filter", "filters", multiple=True, metavar="CONDITION", help=f"Instead of all before. {CONDITIONS}")
@data_command
def change(
    site: str, segment: str, name: str | None, filters: tuple[str, ...], settings: Settings, as_json: bool
) -> None:
    """Change a segment's name or conditions: what is named."""
    given = {"name": name, "filters": read_conditions(filters, "--filter") or None}
    changes = {field: value for field, value in given.items() if value is not None}
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        changed = opened.segments.change(site_id, opened.segments.find(site_id, segment).id, changes)
    show(changed.as_json(), as_json, f"Changed {', '.join(changes) or 'nothing'} of the segment {changed.name}.")


@segment.command()
@click.argument("site")
@click.argument("segment", metavar="SEGMENT")
@data_command
def remove(site: str, segment: str, settings: Settings, as_json: bool) -> None:
    """Remove a segment."""
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        removed = opened.segments.remove(site_id, opened.segments.find(site_id, segment).id)
    show(removed.as_json(), as_json, f"Removed the segment {removed.name}.")


def in_words(segment: dict[str, Any]) -> dict[str, Any]:
    return {**segment, "filters": conditions_text(segment["filters"])}
