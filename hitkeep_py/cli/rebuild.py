"""analytics rebuild"""

from dataclasses import asdict

import click

from hitkeep_py.cli.access import opened_data, server_answer
from hitkeep_py.cli.options import data_command, show
from hitkeep_py.cli.progress import progress
from hitkeep_py.config import Settings


@click.command()
@data_command
def rebuild(settings: Settings, as_json: bool) -> None:
    """Make what is derived from the events, such as the sessions, anew from them, in order of time.

    Of use after events of long ago were sent in another order than they happened: their sessions become those that
    they would be had they been sent in order. What was sent in order stays as it is. Events that come meanwhile wait.
    """
    with progress("Rebuilding", lambda: ""):
        answer = server_answer(settings, "POST", "/api/rebuild") or offline_rebuild(settings)
    show(answer, as_json, told(answer))


def told(answer: dict[str, int]) -> str:
    changed = f"; there were {answer['sessions_before']:,}, and {answer['changed_events']:,} events changed"
    return f"Rebuilt {answer['sessions']:,} sessions from the events{changed if answer['changed_events'] else ''}."


def offline_rebuild(settings: Settings) -> dict[str, int]:
    with opened_data(settings, "analytics rebuild") as analytics:
        return asdict(analytics.rebuild())
