"""Where a ClickHouse server is and who asks it, from one text."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from hitkeep_py.errors import SettingError

PORTS = {"clickhouse": 8123, "clickhouses": 8443}
NATIVE_PORTS = (9000, 9440)
OPTIONS = {"backup_disk"}


@dataclass(frozen=True, slots=True)
class Address:
    """`backup_disk` is a disk of the server for backups."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    secure: bool = False
    backup_disk: str | None = None

    def connect(self, settings: dict[str, Any]) -> Client:
        return clickhouse_connect.get_client(
            interface="https" if self.secure else "http",
            host=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            settings=settings,
            # Within a session the server answers one question at a time.
            autogenerate_session_id=False,
            query_retries=0,
            client_name="hitkeep_py",
        )


def read_address(url: str) -> Address:
    """From clickhouse://user:password@host:port/database?backup_disk=NAME, or clickhouses:// for TLS.

    Raises SettingError, which never repeats the password.
    """
    try:
        parts = urlsplit(url)
        usual = PORTS[parts.scheme]
        port = parts.port or usual
        options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    except (ValueError, KeyError) as error:
        raise SettingError(
            "the ClickHouse address must be like clickhouse://user:password@host:8123/database,"
            " with clickhouses:// for TLS; characters such as @ : / in a password are written as %40 %3A %2F",
            field="store",
        ) from error
    database = parts.path.strip("/") or "default"
    if problem := problem_of(parts.hostname, port, database, bool(parts.fragment) or not set(options) <= OPTIONS):
        raise SettingError(problem, field="store")
    user, password = unquote(parts.username or "default"), unquote(parts.password or "")
    disk = options.get("backup_disk", [None])[-1]
    return Address(parts.hostname or "", port, database, user, password, parts.scheme == "clickhouses", disk)


def problem_of(host: str | None, port: int, database: str, has_more: bool) -> str | None:
    if not host:
        return "the ClickHouse address names no host"
    if port in NATIVE_PORTS:
        return f"{port} is ClickHouse's port for its native protocol; give its HTTP port, mostly 8123"
    if has_more:
        return "the ClickHouse address must end after the name of the database, or with ?backup_disk=NAME"
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", database):
        return "the database in the ClickHouse address must be one name of letters, digits and _"
    return None
