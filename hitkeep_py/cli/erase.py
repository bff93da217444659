"""analytics erase"""

import sys
from typing import TYPE_CHECKING, Any

import click

from hitkeep_py.cli.access import catalog, opened_data, server_answer
from hitkeep_py.cli.options import data_command, show
from hitkeep_py.cli.progress import progress
from hitkeep_py.config import Settings

if TYPE_CHECKING:
    from hitkeep_py.catalog.sites import Site


@click.command()
@click.argument("site")
@click.option("--before", required=True, help="The first day that stays, such as 2026-01-31, in the site's time zone.")
@click.option("--yes", is_flag=True, help="Do not ask; nobody is asked without a terminal.")
@data_command
def erase(site: str, before: str, yes: bool, settings: Settings, as_json: bool) -> None:
    """Delete a site's events before a day, for ever. Backups and the ledger of usage keep what they have."""
    with catalog(settings) as opened:
        found = opened.sites.find(site)
    if not yes and sys.stdin.isatty():
        click.confirm(f"Delete the events of {found.domain} before {before}?", abort=True, err=True)
    with progress("Erasing", lambda: ""):
        path = f"/api/sites/{found.id}/erase"
        answer = server_answer(settings, "POST", path, body={"before": before}) or offline(settings, found, before)
    show(answer, as_json, f"Erased {answer['events']:,} events of {found.domain} before {answer['before']}.")


def offline(settings: Settings, site: "Site", before: str) -> dict[str, Any]:
    with opened_data(settings, "analytics erase") as analytics:
        # Imported here: starlette takes its time, which `--help` does not need.
        from hitkeep_py.server.api.erasing import erased  # noqa: PLC0415

        return erased(analytics, site, before)
