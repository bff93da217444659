"""analytics user"""

import sys

import click

from hitkeep_py.cli.access import catalog
from hitkeep_py.cli.options import data_command, show, table
from hitkeep_py.config import Settings


@click.group()
def user() -> None:
    """Users who may log in."""


def read_password(password_stdin: bool) -> str:
    if password_stdin:
        line = sys.stdin.readline()
        if not line:
            raise click.UsageError("there is no password on standard input")
        return line.rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


@user.command()
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@data_command
def add(email: str, password_stdin: bool, settings: Settings, as_json: bool) -> None:
    """Add a user; asks for the password."""
    with catalog(settings, new=True) as opened:
        added = opened.users.add(email, read_password(password_stdin))
    show(added.as_json(), as_json, f"Added the user {added.email}.")


@user.command("list")
@data_command
def list_users(settings: Settings, as_json: bool) -> None:
    """All users."""
    with catalog(settings) as opened:
        users = [each.as_json() for each in opened.users.all()]
    show(users, as_json, table(["email", "created_at", "id"], users, "No users yet: analytics user add EMAIL"))


@user.command()
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@data_command
def passwd(email: str, password_stdin: bool, settings: Settings, as_json: bool) -> None:
    """Change a user's password; ends all of the user's sessions."""
    with catalog(settings) as opened:
        opened.users.find(email)
        changed = opened.users.change_password(email, read_password(password_stdin))
    show(changed.as_json(), as_json, f"Changed the password of {changed.email} and ended all sessions.")


@user.command()
@click.argument("email")
@data_command
def remove(email: str, settings: Settings, as_json: bool) -> None:
    """Remove a user, who is logged out at once. The only user stays."""
    with catalog(settings) as opened:
        removed = opened.users.remove(email)
    show(removed.as_json(), as_json, f"Removed the user {removed.email}.")
