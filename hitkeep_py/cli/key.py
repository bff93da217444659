"""analytics key"""

import click

from hitkeep_py.catalog.keys import KINDS, Key
from hitkeep_py.cli.access import catalog
from hitkeep_py.cli.options import data_command, show, table
from hitkeep_py.config import Settings


@click.group()
def key() -> None:
    """Keys of programs. SITE is a site's id or its domain, KEY a key's id, its name or its first 12 characters.

    A public key names the site in its pages, a secret key sends events, an api key also reads the site's figures.
    """


@key.command()
@click.argument("site")
@click.option("--kind", type=click.Choice(KINDS), default="secret", show_default=True, help="What it may do.")
@click.option("--name", default="", help="What the key is called, such as Shop.")
@data_command
def add(site: str, kind: str, name: str, settings: Settings, as_json: bool) -> None:
    """Add a key and show it, this one time."""
    with catalog(settings) as opened:
        found = opened.sites.find(site)
        added, text = opened.keys.add(found.id, kind, name)
    show_text(added, text, as_json, f"Added the {kind} key {added.label} to {found.domain}.")


@key.command("list")
@click.argument("site")
@data_command
def list_keys(site: str, settings: Settings, as_json: bool) -> None:
    """A site's keys, without their texts."""
    with catalog(settings) as opened:
        keys = [each.as_json() for each in opened.keys.of_site(opened.sites.find(site).id)]
    columns = ["kind", "name", "prefix", "last_used_at", "previous_valid_until", "id"]
    rows = [{name: "-" if value is None else value for name, value in each.items()} for each in keys]
    show(keys, as_json, table(columns, rows, "No keys yet: analytics key add SITE"))


@key.command()
@click.argument("site")
@click.argument("key", metavar="KEY")
@data_command
def rotate(site: str, key: str, settings: Settings, as_json: bool) -> None:
    """Give a key a new text; each old one is valid until 24 hours after its rotation."""
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        rotated, text = opened.keys.rotate(site_id, opened.keys.find(site_id, key).id)
    until = rotated.as_json()["previous_valid_until"]
    show_text(rotated, text, as_json, f"Rotated the key {rotated.label}; the old one is valid until {until}.")


@key.command()
@click.argument("site")
@click.argument("key", metavar="KEY")
@data_command
def revoke(site: str, key: str, settings: Settings, as_json: bool) -> None:
    """Revoke a key; a running server refuses it at once."""
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        revoked = opened.keys.revoke(site_id, opened.keys.find(site_id, key).id)
    show(revoked.as_json(), as_json, f"Revoked the key {revoked.label}.")


def show_text(key: Key, text: str, as_json: bool, done: str) -> None:
    show({**key.as_json(), "key": text}, as_json, f"{done} It is shown only this once:\n{text}")
