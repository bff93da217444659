"""First user, login, logout."""

from hitkeep_py import __version__
from hitkeep_py.catalog.users import ABSOLUTE_MS
from hitkeep_py.errors import AccessDenied, InvalidInput
from hitkeep_py.server.access import DEVICE_COOKIE, device_cookie, session_cookie, session_tokens
from hitkeep_py.server.call import Call, Result

COOKIE_SECONDS = ABSOLUTE_MS // 1000


def status(call: Call) -> Result:
    return Result({"needs_setup": not call.analytics.catalog.users.exist(), "version": __version__})


def create_initial_user(call: Call) -> Result:
    users = call.analytics.catalog.users
    if users.exist():
        raise AccessDenied("Setup has already been completed.")
    call.logins.check_setup(call.client, call.body.get("setup_token"))
    user = users.add(
        call.body.get("email"),
        call.body.get("password"),
        call.body.get("given_name", ""),
        call.body.get("last_name", ""),
        first=True,
    )
    cookie = session_cookie(users.open_session(user), call.secure, COOKIE_SECONDS)
    return Result({"status": "ok", "user": user.as_json()}, 201, [("set-cookie", cookie)])


def log_in(call: Call) -> Result:
    email, password = call.body.get("email"), call.body.get("password")
    if not isinstance(email, str) or not isinstance(password, str):
        raise InvalidInput("email and password are required")
    users = call.analytics.catalog.users
    account, known = users.account(email, call.cookies.get(DEVICE_COOKIE, ""))
    with call.logins.attempt(call.client, account, known):
        user, token = users.log_in(email, password)
    if call.caller.token:
        users.close_session(call.caller.token)  # The browser's session of before, which nobody could end any more.
    cookies = [
        session_cookie(token, call.secure, COOKIE_SECONDS),
        device_cookie(users.device_token(user), call.secure, call.base),
    ]
    return Result({"status": "ok"}, headers=[("set-cookie", each) for each in cookies])


def log_out(call: Call) -> Result:
    """Also of the session from before the server was behind https, whose cookie has the other name."""
    users = call.analytics.catalog.users
    for token in session_tokens(call.cookies):
        if users.of_session(token):
            users.close_session(token)
    cookies = [session_cookie("", secure, 0) for secure in (True, False) if call.secure or not secure]
    return Result({"status": "ok"}, headers=[("set-cookie", each) for each in cookies])
