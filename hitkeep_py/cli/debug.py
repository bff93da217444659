"""analytics debug"""

from typing import Any

import click

from hitkeep_py.cli.access import catalog, server_answer
from hitkeep_py.cli.options import data_command, show, table
from hitkeep_py.cli.terminal import say
from hitkeep_py.config import Settings
from hitkeep_py.errors import Unavailable

COLUMNS = ["time", "format", "outcome", "reason", "kind", "name", "path", "message"]
NOTHING_UNMATCHED = "Every request since the server's start found its site."


@click.command()
@click.argument("site", required=False)
@data_command
def debug(site: str | None, settings: Settings, as_json: bool) -> None:
    """The last 100 events that a site sent, and what became of each.

    Requests whose site could not be told are listed without SITE. All are kept in the server's memory only, and
    without addresses.
    """
    path = "/api/debug"
    if site is not None:
        with catalog(settings) as opened:
            path = f"/api/sites/{opened.sites.find(site).id}/debug"
    answer = server_answer(settings, "GET", path)
    if answer is None:
        raise Unavailable("no server runs on this data directory; the last events are kept in a server's memory only")
    if answer["forwarding_problem"] and not as_json:
        say(f"Warning: {answer['forwarding_problem']}", error=True)
    show(answer, as_json, debug_text(answer["events"], site))


def debug_text(events: list[dict[str, Any]], site: str | None) -> str:
    rows = [{name: each[name] if each[name] is not None else "-" for name in COLUMNS} for each in events]
    nothing = f"Nothing arrived for {site} since the server's start." if site else NOTHING_UNMATCHED
    return table(COLUMNS, rows, nothing)
