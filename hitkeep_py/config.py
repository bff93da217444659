"""Settings: one field each, read from flag > environment > TOML file > default.

`Settings` is the only table of settings. The command line, `config.example.toml`, the environment names
and the docs derive from it.
"""

import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hitkeep_py.errors import SettingError

ENVIRONMENT_PREFIX = "HITKEEP_"
LEAST_MEMORY_MB = 128
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
DEFAULT_PORTS = {"http": 80, "https": 443}
LOG_LEVELS = ("debug", "info", "warning", "error")
SOCKET_FILE = "unix:"
LOG_FORMATS = ("text", "json")
FROM_FILE = "_FILE"
MOST_CONTENT = 10_000
PATH_OF_SERVER = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*")
OWN_PATHS = (
    *("api", "assets", "count", "count.js", "demo", "docs", "e", "healthz", "hk-auto.js", "hk-vitals.js", "hk.js"),
    *("ingest", "js", "login", "metrics", "openapi.json", "pixel.gif", "readyz", "s.js", "script.js", "settings"),
    *("setup", "sites", "tracker.js"),
)
"""What paths of the server begin with. Behind a proxy that takes `/api` away nobody could tell `/api/x` from `x`."""
ADDRESS_OF_SERVICE = re.compile(r"(tcp|udp|sctp)://")
SERVICE_VARIABLE = re.compile(
    r"([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
"""What Kubernetes and Docker's links set beside a service called hitkeep, or hitkeep-something, without the prefix.
https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
"""


def read_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")
    return value


def read_directory(value: object) -> str:
    text = read_path(value)
    if not text:
        raise ValueError("must be the path of a directory")
    return text


def read_path(value: object) -> str:
    text = read_text(value)
    if "\0" in text:
        raise ValueError("must be a path")
    return text


def read_integer(least: int, most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        number = int(value) if isinstance(value, str) and WHOLE.fullmatch(value) else value
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return number

    return read


def read_number(least: float, most: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        try:
            number = float(value) if isinstance(value, str | int) else value
        except ValueError:
            number = None
        if isinstance(value, bool) or not isinstance(number, float) or not least <= number <= most:
            raise ValueError(f"must be a number from {least:g} to {most:g}")
        return number

    return read


def read_choice(*choices: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return str(value)

    return read


def read_networks(value: object) -> tuple[str, ...]:
    """Comma-separated text or a list; single addresses are networks of one."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError("must be networks such as 10.0.0.0/8,::1")
    return tuple(str(ipaddress.ip_network(str(part).strip())) for part in parts if str(part).strip())


def read_header_name(value: object) -> str:
    text = read_text(value).strip().lower()
    if text and not re.fullmatch(r"[a-z0-9-]{1,64}", text):
        raise ValueError("must be the name of a header, such as CF-Connecting-IP")
    return text


def read_public_url(value: object) -> str:
    """As browsers name it in Origin: small letters, the host in ASCII without a last dot, no default port.

    The path, if there is one, is that below which a proxy has the server.
    """
    text = read_text(value).strip().rstrip("/")
    parts = urlsplit(text)
    if text and (
        parts.scheme not in DEFAULT_PORTS
        or not parts.hostname
        or parts.port == 0
        or "@" in parts.netloc
        or text.partition("://")[2] != parts.netloc + parts.path
        or not PATH_OF_SERVER.fullmatch(parts.path)
    ):
        raise ValueError("must be like https://stats.example.com or https://example.com/analytics, without a user")
    if not parts.hostname:
        return ""
    first = parts.path.split("/")[1] if parts.path else ""
    if first in OWN_PATHS:
        raise ValueError(f"its path may not begin with /{first}, which is the server's own")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else ascii_host(parts.hostname)
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{parts.path}"


def ascii_host(host: str) -> str:
    try:
        found = host.removesuffix(".").encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"{host} is no name of a host") from error
    if not re.fullmatch(r"[a-z0-9._-]+", found):
        raise ValueError(f"{host} is no name of a host")
    return found


def read_memory(value: object) -> str:
    text = read_text(value).strip().upper()
    if not (text.endswith(("MB", "GB")) and re.fullmatch(r"[1-9][0-9]{0,8}", text[:-2].strip())):
        raise ValueError("must be like 512MB or 2GB")
    if text.endswith("MB") and int(text[:-2]) < LEAST_MEMORY_MB:
        raise ValueError(f"must be at least {LEAST_MEMORY_MB}MB")
    return text


STORE_SCHEMES = ("clickhouse://", "clickhouses://")


def read_store(value: object) -> str:
    text = read_text(value)
    if text and not text.startswith(STORE_SCHEMES):
        raise ValueError("must be empty, or like clickhouse://user:password@host:8123/database")
    return text


def setting(default: Any, read: Callable[[object], Any], help: str, *flags: str, secret: bool = False) -> Any:
    """What is `secret` is shown nowhere."""
    return field(
        default=default, repr=not secret, metadata={"read": read, "help": help, "flags": flags, "secret": secret}
    )


@dataclass(frozen=True, slots=True)
class Settings:
    data_dir: str = setting("./data", read_directory, "Directory that holds everything the server keeps.")
    store: str = setting(
        "",
        read_store,
        "Where events are kept: empty for DuckDB in the data directory, or clickhouse://user:password@host/database.",
        secret=True,
    )
    host: str = setting("127.0.0.1", read_text, "Address to listen on, or a socket file: unix:/run/hitkeep.sock.")
    port: int = setting(8080, read_integer(0, 65_535), "Port to listen on; 0 takes any free one.")
    public_url: str = setting(
        "",
        read_public_url,
        "The server's address as browsers see it. https makes cookies Secure; a path, as in "
        "https://example.com/analytics, is the one below which a proxy has the server.",
    )
    trusted_proxies: tuple[str, ...] = setting(
        (), read_networks, "Networks whose forwarding headers name the client, e.g. 127.0.0.1,10.0.0.0/8."
    )
    client_address_header: str = setting(
        "",
        read_header_name,
        "Header in which trusted proxies name the client, e.g. CF-Connecting-IP, True-Client-IP, Fly-Client-IP or "
        "Forwarded. Empty: X-Forwarded-For, else X-Real-IP, else X-Client-IP.",
    )
    geoip_db: str = setting(
        "",
        read_text,
        "MaxMind-format file for countries, regions and cities. Empty: bundled countries (DB-IP Lite). A file that "
        "cannot be read stops no start: a warning tells, and there are no countries.",
    )
    referrer_spam_list: str = setting(
        "",
        read_text,
        "File with hosts of referrer spam, one a line. Empty: the bundled copy of Matomo's list. A file that cannot be "
        "read stops no start: a warning tells, and there is no list.",
    )
    ingest_rate_limit: float = setting(
        20.0,
        read_number(0.01, 1e9),
        "Requests per second that one client may send to ingest.",
        "-ingest-rate",
        "--ingest-rate",
    )
    ingest_burst: int = setting(
        40, read_integer(1, 10**9), "Requests that one client may send at once after a pause.", "-ingest-burst"
    )
    api_rate_limit: float = setting(
        50.0, read_number(0.01, 1e9), "Requests per second that one client may send to everything but ingest."
    )
    api_burst: int = setting(
        500, read_integer(1, 10**9), "Requests other than ingest that one client may send at once after a pause."
    )
    max_connections: int = setting(10_000, read_integer(10, 10**6), "Connections that may be open at a time.")
    max_connections_per_client: int = setting(
        500, read_integer(1, 10**6), "Connections of one client; those of a trusted proxy are not counted by client."
    )
    inbox_max_mb: int = setting(
        1024,
        read_integer(1, 10**9),
        "Size, in MB, of events that the store did not take yet, past which ingest answers 503.",
    )
    max_event_age_days: float = setting(
        30.0,
        read_number(0, 3660),
        "Days after which an event that a page sends late is dropped, on sites that do not keep old ones.",
    )
    min_free_disk_mb: int = setting(
        200, read_integer(0, 10**9), "Free disk space, in MB, below which ingest answers 503."
    )
    memory_limit: str = setting("512MB", read_memory, "Memory that DuckDB may use, or a question in ClickHouse.")
    query_timeout: float = setting(10.0, read_number(0.1, 3600), "Seconds after which a question is stopped.")
    query_threads: int = setting(4, read_integer(1, 64), "Questions answered at the same time.")
    lock_wait: float = setting(
        0.0, read_number(0, 3600), "Seconds to wait for another process to leave the data directory.", "--wait"
    )
    log_level: str = setting("info", read_choice(*LOG_LEVELS), "How much to log: " + ", ".join(LOG_LEVELS) + ".")
    log_format: str = setting("text", read_choice(*LOG_FORMATS), "How to log: text, or json with an object a line.")
    log_file: str = setting("", read_path, "File to log to, which may be rotated. Empty: standard error.")

    @property
    def directory(self) -> Path:
        return Path(self.data_dir)

    @property
    def socket_file(self) -> Path | None:
        """The file to listen on instead of an address."""
        return Path(self.host.removeprefix(SOCKET_FILE)) if self.host.startswith(SOCKET_FILE) else None

    @property
    def base_path(self) -> str:
        """The path below which browsers see the server, without a slash at its end; "" for none."""
        return urlsplit(self.public_url).path

    @property
    def store_name(self) -> str:
        """Where events are kept, without user and password."""
        scheme, _, address = self.store.partition("://")
        return f"{scheme}://{address.rpartition('@')[2]}" if self.store else "events.duckdb"


SETTINGS: dict[str, Field[Any]] = {each.name: each for each in fields(Settings)}


def flags(name: str) -> tuple[str, ...]:
    return (f"--{name.replace('_', '-')}", *SETTINGS[name].metadata["flags"])


def long_flag(name: str) -> str:
    return next(flag for flag in reversed(flags(name)) if flag.startswith("--"))


def environment_name(name: str) -> str:
    return ENVIRONMENT_PREFIX + name.upper()


def load(flag_values: Mapping[str, object], environment: Mapping[str, str], file: str | None = None) -> Settings:
    """Merge the sources. Raises SettingError naming the setting, the value and where it came from.

    `flag_values` holds only the flags that were given. `file` falls back to HITKEEP_CONFIG.
    """
    values: dict[str, object] = {}
    file = file or environment.get(ENVIRONMENT_PREFIX + "CONFIG")
    if file:
        values.update(_from_file(file))
    values.update(_from_environment(environment))
    for name, value in flag_values.items():
        values[name] = _read(name, value, f"flag {long_flag(name)}")
    return Settings(**values)  # type: ignore[arg-type]


def _from_file(path: str) -> dict[str, object]:
    try:
        with open(path, "rb") as file:
            content = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"cannot read the configuration file {path}: {error}") from error
    return {name: _read(name, value, f"file {path}") for name, value in content.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for variable, value in environment.items():
        if variable.startswith(ENVIRONMENT_PREFIX) and variable != ENVIRONMENT_PREFIX + "CONFIG":
            name = variable.removeprefix(ENVIRONMENT_PREFIX)
            if _is_of_service(name, value):
                continue
            whole = name.removesuffix(FROM_FILE).lower()
            if name.endswith(FROM_FILE) and whole in SETTINGS:
                _refuse_both(whole, variable, environment)
                found[whole] = _read(whole, _content(value, variable), f"the file that {variable} names")
            else:
                found[name.lower()] = _read(name.lower(), value, f"environment variable {variable}")
    return found


def _is_of_service(name: str, value: str) -> bool:
    """A link's `HITKEEP_PORT` is an address, such as tcp://ADDRESS:8080, where ours is a number."""
    link = name.endswith("PORT") and ADDRESS_OF_SERVICE.match(value)
    return bool(link or SERVICE_VARIABLE.fullmatch(name))


def _refuse_both(name: str, variable: str, environment: Mapping[str, str]) -> None:
    if environment_name(name) in environment:
        raise SettingError(f"{variable} and {environment_name(name)} are both set; keep one of them", field=name)


def _content(path: str, variable: str) -> str:
    """Of a file with one value, such as a mounted secret; a last line break is not part of it."""
    try:
        with open(path, encoding="utf-8") as file:
            content = file.read(MOST_CONTENT + 1)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise SettingError(f"cannot read the file that {variable} names: {error}") from error
    if len(content) > MOST_CONTENT:
        raise SettingError(f"the file that {variable} names is longer than {MOST_CONTENT} characters")
    return content.rstrip("\r\n")


def _read(name: str, value: object, origin: str) -> object:
    if name not in SETTINGS:
        near = get_close_matches(name, SETTINGS, n=1)
        hint = f"; did you mean {near[0]}?" if near else f". Settings are: {', '.join(SETTINGS)}"
        raise SettingError(f"unknown setting {name} (from {origin}){hint}", field=name)
    try:
        return SETTINGS[name].metadata["read"](value)
    except (ValueError, OverflowError) as error:
        shown = "(not shown)" if SETTINGS[name].metadata["secret"] else repr(value)
        raise SettingError(f"{name} = {shown} (from {origin}): {error}", field=name) from error


def example_file() -> str:
    """The text of config.example.toml: every setting, commented out, at its default."""
    lines = [
        "# Settings of `analytics serve`, each at its default.",
        "# A flag wins over the environment, the environment over this file.",
        f"# With {FROM_FILE} after its name, an environment variable names a file that holds the value.",
        "# Use it with: analytics serve --config FILE",
    ]
    for name, entry in SETTINGS.items():
        lines += ["", f"# {entry.metadata['help']}", f"# {', '.join(flags(name))}, {environment_name(name)}"]
        lines.append(f"{name} = {_toml(entry.default)}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
