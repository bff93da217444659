"""Users, and what each may do about oneself."""

from hitkeep_py import __version__
from hitkeep_py.errors import AccessDenied, NotAsItIs
from hitkeep_py.server.call import Call, Result


def list_users(call: Call) -> Result:
    return Result([each.as_json() for each in call.analytics.catalog.users.all()])


def add_user(call: Call) -> Result:
    """A user who may do all that others may."""
    body = call.body
    user = call.analytics.catalog.users.add(
        body.get("email"), body.get("password"), body.get("given_name", ""), body.get("last_name", "")
    )
    return Result(user.as_json(), 201)


def remove_user(call: Call) -> Result:
    """Not oneself, so that nobody locks oneself out by mistake, and not the only user."""
    user_id = call.path["user_id"]
    if call.caller.user is not None and call.caller.user.id == user_id:
        raise NotAsItIs("nobody removes oneself: another user can, or analytics user remove")
    call.analytics.catalog.users.remove(user_id)
    return Result({"status": "ok"})


def show_me(call: Call) -> Result:
    """Who is logged in; user is null for the command line."""
    user = call.caller.user
    return Result({"user": user.as_json() if user else None, "version": __version__})


def change_password(call: Call) -> Result:
    """One's own; ends all other sessions of the user."""
    caller, body = call.caller, call.body
    if caller.user is None:
        raise AccessDenied("the command line has no password; it changes others' with analytics user passwd")
    users = call.analytics.catalog.users
    account, _ = users.account(caller.user.email)
    with call.logins.attempt(call.client, account):
        users.change_own_password(caller.user, caller.token, body.get("old_password"), body.get("new_password"))
    return Result({"status": "ok"})
