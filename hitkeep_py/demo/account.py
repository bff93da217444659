"""Who may look at the demonstration: one user, whose password is another one after each start."""

import secrets

from hitkeep_py.catalog.users import Users
from hitkeep_py.errors import NotFound

EMAIL = "demo@example.com"
PASSWORD_BYTES = 12


def renewed_password(users: Users) -> str:
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    try:
        users.change_password(EMAIL, password)
    except NotFound:
        users.add(EMAIL, password, "Demo")
    return password
