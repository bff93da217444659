"""analytics rebuild"""

import click

from hitkeep_py.cli.access import opened_data, server_answer
from hitkeep_py.cli.options import data_command, show
from hitkeep_py.cli.progress import progress
from hitkeep_py.config import Settings


@click.command()
@data_command
def rebuild(settings: Settings, as_json: bool) -> None:
    """Make what is derived from the events, such as the sessions, anew from them.

    Never needed, since it is kept in the same transactions as the events; for proof, or after work on the file by hand.
    """
    with progress("Rebuilding", lambda: ""):
        answer = server_answer(settings, "POST", "/api/rebuild") or offline_rebuild(settings)
    show(answer, as_json, f"Rebuilt {answer['sessions']:,} sessions from the events.")


def offline_rebuild(settings: Settings) -> dict[str, int]:
    with opened_data(settings, "analytics rebuild") as analytics:
        return {"sessions": analytics.rebuild_summaries()}
