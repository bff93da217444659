"""Users and their login sessions. A session's token is known to its browser only; the file has its hash."""

import hashlib
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass

from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.passwords import Passwords
from hitkeep_py.catalog.record import Record
from hitkeep_py.clock import Clock
from hitkeep_py.errors import AccessDenied, InvalidInput, NotAsItIs, NotAuthenticated, NotFound

IDLE_MS = 12 * 3_600_000
ABSOLUTE_MS = 14 * 86_400_000
TOUCH_EVERY_MS = 60_000
EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")
EMAIL_LENGTH = 320
COLUMNS = "id, email, given_name, last_name, created_at"


@dataclass(frozen=True, slots=True)
class User(Record):
    id: str
    email: str
    given_name: str
    last_name: str
    created_at: int


class Users:
    def __init__(self, database: Database, clock: Clock, passwords: Passwords | None = None) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords or Passwords()

    def add(
        self,
        email: object,
        password: object,
        given_name: object = "",
        last_name: object = "",
        *,
        first: bool = False,
    ) -> User:
        """With `first`, only if there is no user yet: AccessDenied otherwise. Raises InvalidInput, Conflict."""
        user = User(
            str(uuid.uuid4()),
            read_email(email),
            read_name("given_name", given_name),
            read_name("last_name", last_name),
            self._clock.now_ms(),
        )
        password_hash = self._hashed(password, user.email)
        with self._database.transaction(f"there is a user {user.email} already") as run:
            if first and run.execute("SELECT 1 FROM users LIMIT 1").fetchone():
                raise AccessDenied("Setup has already been completed.")
            run.execute(
                f"INSERT INTO users ({COLUMNS}, password_hash) VALUES (?, ?, ?, ?, ?, ?)",
                (user.id, user.email, user.given_name, user.last_name, user.created_at, password_hash),
            )
        return user

    def all(self) -> list[User]:
        return [User(*row) for row in self._database.rows(f"SELECT {COLUMNS} FROM users ORDER BY email")]

    def exist(self) -> bool:
        return bool(self._database.rows("SELECT 1 FROM users LIMIT 1"))

    def find(self, email: object) -> User:
        wanted = read_email(email)
        for row in self._database.rows(f"SELECT {COLUMNS} FROM users WHERE email = ?", (wanted,)):
            return User(*row)
        raise NotFound(f"there is no user {wanted}")

    def change_password(self, email: object, password: object) -> User:
        """Ends all of the user's sessions."""
        user = self.find(email)
        password_hash = self._hashed(password, user.email)
        with self._database.transaction() as run:
            run.execute("UPDATE users SET password_hash = ? WHERE id = ?", (password_hash, user.id))
            run.execute("DELETE FROM login_sessions WHERE user_id = ?", (user.id,))
        return user

    def change_own_password(self, user: User, token: str, old: object, new: object) -> None:
        """Ends all of the user's sessions but that of `token`. Raises AccessDenied for a wrong old password."""
        rows = self._database.rows("SELECT password_hash FROM users WHERE id = ?", (user.id,))
        given = old if isinstance(old, str) else ""
        if not self._passwords.verify(rows[0][0] if rows else None, given):
            raise AccessDenied("this is not your password", field="old_password")
        password_hash = self._hashed(new, user.email, "new_password")
        with self._database.transaction() as run:
            run.execute("UPDATE users SET password_hash = ? WHERE id = ?", (password_hash, user.id))
            run.execute(
                "DELETE FROM login_sessions WHERE user_id = ? AND token_hash <> ?", (user.id, token_hash(token))
            )

    def _hashed(self, password: object, email: str, field: str = "password") -> str:
        domains = [domain for (domain,) in self._database.rows("SELECT domain FROM sites")]
        return self._passwords.hash(password, email, domains, field)

    def remove(self, id_or_email: str) -> User:
        """Ends all of the user's sessions. Raises NotFound, NotAsItIs for the only user there is."""
        with self._database.transaction() as run:
            users = {row[0]: User(*row) for row in run.execute(f"SELECT {COLUMNS} FROM users")}
            named = {each.email: each for each in users.values()}
            user = users.get(id_or_email) or named.get(id_or_email.strip().lower())
            if user is None:
                raise NotFound(f"there is no user {id_or_email[:100]}")
            if len(users) == 1:
                raise NotAsItIs("this is the only user; add another one first")
            run.execute("DELETE FROM users WHERE id = ?", (user.id,))
        return user

    def close(self) -> None:
        self._passwords.close()

    def account(self, email: str, device: str = "") -> tuple[str, bool]:
        """What tries at this address are counted by, and whether the device has the token of an earlier login.

        A new password makes both anew. Addresses that no user has are counted alike.
        """
        wanted = email.strip().lower()[:EMAIL_LENGTH]
        for user_id, password_hash in self._database.rows(
            "SELECT id, password_hash FROM users WHERE email = ?", (wanted,)
        ):
            return token_hash(password_hash), hmac.compare_digest(
                device_token(user_id, password_hash).encode(), device.encode("utf-8", "surrogatepass")
            )
        return token_hash(wanted), False

    def device_token(self, user: User) -> str:
        """What shows that somebody has logged in as this user before, with the password of now."""
        rows = self._database.rows("SELECT password_hash FROM users WHERE id = ?", (user.id,))
        return device_token(user.id, rows[0][0]) if rows else ""

    def log_in(self, email: str, password: str) -> tuple[User, str]:
        """The user and a new session's token. Raises NotAuthenticated, after as long for users there are not."""
        rows = self._database.rows(
            f"SELECT {COLUMNS}, password_hash FROM users WHERE email = ?", (email.strip().lower(),)
        )
        if not self._passwords.verify(rows[0][-1] if rows else None, password):
            raise NotAuthenticated("Invalid email or password")
        user = User(*rows[0][:-1])
        return user, self.open_session(user)

    def open_session(self, user: User) -> str:
        token = secrets.token_urlsafe(32)
        now = self._clock.now_ms()
        with self._database.transaction() as run:
            run.execute(
                "DELETE FROM login_sessions WHERE created_at < ? OR used_at < ?",
                (now - ABSOLUTE_MS, now - IDLE_MS),
            )
            run.execute("INSERT INTO login_sessions VALUES (?, ?, ?, ?)", (token_hash(token), user.id, now, now))
        return token

    def of_session(self, token: str) -> User | None:
        """Who is logged in with this token, if it is still good."""
        now = self._clock.now_ms()
        rows = self._database.rows(
            f"SELECT used_at, {', '.join('users.' + name for name in COLUMNS.split(', '))}"
            " FROM login_sessions JOIN users ON users.id = user_id"
            " WHERE token_hash = ? AND login_sessions.created_at > ? AND used_at > ?",
            (token_hash(token), now - ABSOLUTE_MS, now - IDLE_MS),
        )
        if not rows:
            return None
        used_at, *columns = rows[0]
        if now - used_at > TOUCH_EVERY_MS:
            with self._database.transaction() as run:
                run.execute("UPDATE login_sessions SET used_at = ? WHERE token_hash = ?", (now, token_hash(token)))
        return User(*columns)

    def close_session(self, token: str) -> None:
        with self._database.transaction() as run:
            run.execute("DELETE FROM login_sessions WHERE token_hash = ?", (token_hash(token),))


def device_token(user_id: str, password_hash: str) -> str:
    """Nothing of the hash can be found from it: that has 128 bits of salt, and 256 of its own."""
    return hmac.new(password_hash.encode(), f"device\n{user_id}".encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """Plain SHA-256 is enough: a token has 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def read_email(value: object) -> str:
    text = value.strip().lower() if isinstance(value, str) else ""
    if not EMAIL.fullmatch(text):
        raise InvalidInput("email must be an address such as you@example.com", field="email")
    return text


def read_name(field: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > 255:
        raise InvalidInput(f"{field} must be a text of at most 255 characters", field=field)
    return value.strip()
