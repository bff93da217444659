"""analytics site"""

import sys
from typing import Any

import click

from hitkeep_py.catalog.site_settings import SETTINGS
from hitkeep_py.cli.access import catalog
from hitkeep_py.cli.options import Command, data_command, show, table
from hitkeep_py.config import Settings


def site_setting_options(command: Command) -> Command:
    """One option for every setting, from the table of a site's settings."""
    for name, entry in reversed(SETTINGS.items()):
        flag = "--" + name.replace("_", "-")
        command = click.option(flag, name, metavar=entry.metavar, help=entry.help)(command)
    return command


@click.group()
def site() -> None:
    """Sites whose events are kept. SITE is a site's id or its domain."""


@site.command()
@click.argument("domain")
@click.option("--time-zone", default="UTC", show_default=True, help="Zone of the site's days, such as Europe/Berlin.")
@click.option(
    "--visitor-period",
    default="day",
    show_default=True,
    help="How long a visitor is recognised: day, week or month.",
)
@data_command
def add(domain: str, time_zone: str, visitor_period: str, settings: Settings, as_json: bool) -> None:
    """Add a site."""
    with catalog(settings, new=True) as opened:
        added = opened.sites.add(domain, time_zone, visitor_period)
    show(added.as_json(), as_json, f"Added {added.domain} with the id {added.id}")


@site.command("list")
@data_command
def list_sites(settings: Settings, as_json: bool) -> None:
    """All sites."""
    with catalog(settings) as opened:
        sites = [each.as_json() for each in opened.sites.all()]
    columns = ["domain", "id", "time_zone", "visitor_period", "created_at"]
    show(sites, as_json, table(columns, sites, "No sites yet: analytics site add DOMAIN"))


@site.command("show")
@click.argument("site", metavar="SITE")
@data_command
def show_site(site: str, settings: Settings, as_json: bool) -> None:
    """A site and its settings."""
    with catalog(settings) as opened:
        found = opened.sites.find(site).as_json()
    show(found, as_json, "\n".join(f"{name}: {in_words(value)}".rstrip() for name, value in found.items()))


def in_words(value: Any) -> str:
    """As the options of `analytics site change` take it."""
    if value is None:
        return "none"
    return ",".join(value) if isinstance(value, list) else str(value)


@site.command()
@click.argument("site", metavar="SITE")
@site_setting_options
@data_command
def change(site: str, settings: Settings, as_json: bool, **given: str | None) -> None:
    """Change a site's settings: those that are named. Lists have commas between; an empty text clears one."""
    texts = {name: given[name] for name in SETTINGS}
    changes = {name: SETTINGS[name].from_text(text) for name, text in texts.items() if text is not None}
    with catalog(settings) as opened:
        changed = opened.sites.change(opened.sites.find(site).id, changes)
    show(changed.as_json(), as_json, f"Changed {', '.join(changes) or 'nothing'} of {changed.domain}.")


@site.command()
@click.argument("site", metavar="SITE")
@click.option("--yes", is_flag=True, help="Do not ask; nobody is asked without a terminal.")
@data_command
def remove(site: str, yes: bool, settings: Settings, as_json: bool) -> None:
    """Remove a site, what belongs to it and all its events."""
    with catalog(settings) as opened:
        found = opened.sites.find(site)
        if not yes and sys.stdin.isatty():
            click.confirm(f"Delete {found.domain} and all its events?", abort=True, err=True)
        removed = opened.sites.remove(found.id)
    show(
        removed.as_json(),
        as_json,
        f"Removed {removed.domain}; a running server deletes its events within seconds.",
    )
