"""analytics erase"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from hitkeep_py.cli.access import catalog, opened_data, server_answer
from hitkeep_py.cli.options import data_command, show
from hitkeep_py.cli.progress import progress
from hitkeep_py.config import Settings
from hitkeep_py.errors import InvalidInput

if TYPE_CHECKING:
    from hitkeep_py.catalog.sites import Site


@click.command()
@click.argument("site")
@click.option("--before", metavar="DAY", help="The first day that stays, such as 2026-01-31, in the site's time zone.")
@click.option("--user-id", metavar="ID", help="The id by which the site's events name the user.")
@click.option("--yes", is_flag=True, help="Do not ask; nobody is asked without a terminal.")
@data_command
def erase(site: str, before: str | None, user_id: str | None, yes: bool, settings: Settings, as_json: bool) -> None:
    """Delete a site's events before a day, or those of a user, for ever.

    Give --before or --user-id. Backups and the ledger of usage keep what they have, and so do events that a browser
    sent before its user was named.
    """
    if (before is None) == (user_id is None):
        raise InvalidInput("give either --before DAY or --user-id ID")
    body = {"before": before} if user_id is None else {"user_id": user_id}
    which = f"before {before}" if user_id is None else f"of the user {user_id}"
    with catalog(settings) as opened:
        found = opened.sites.find(site)
    if not yes and sys.stdin.isatty():
        click.confirm(f"Delete the events of {found.domain} {which}?", abort=True, err=True)
    with progress("Erasing", lambda: ""):
        path = f"/api/sites/{found.id}/erase"
        answer = server_answer(settings, "POST", path, body=body) or offline(settings, found, body)
    which = which if user_id else f"before {answer['before']}"
    show(answer, as_json, f"Erased {answer['events']:,} events of {found.domain} {which}.")


def offline(settings: Settings, site: "Site", body: Mapping[str, Any]) -> dict[str, Any]:
    with opened_data(settings, "analytics erase") as analytics:
        # Imported here: starlette takes its time, which `--help` does not need.
        from hitkeep_py.server.api.erasing import erased  # noqa: PLC0415

        return erased(analytics, site, body)
