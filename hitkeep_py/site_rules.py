"""The rules that a site's owner writes, read into one form: excluded addresses, countries and pages, allowed origins.

The readers take a list of texts, or one text with commas, and raise InvalidInput that names the first bad one.
"""

import re
from collections.abc import Iterable
from importlib.resources import files
from ipaddress import IPv6Network, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from hitkeep_py.address import normal_page
from hitkeep_py.errors import InvalidInput
from hitkeep_py.text import HOSTNAME_LENGTH, is_hostname, punycode

MOST_NETWORKS = 1_000
MOST_COUNTRIES = 300
MOST_PATTERNS = 100
MOST_ORIGINS = 100
MOST_ALIASES = 20
PATTERN_LENGTH = 2048
ORIGIN_LENGTH = 300
SHOWN_LENGTH = 100
SEPARATOR = re.compile(r"[,\n]")
ALIAS = re.compile(r"[A-Za-z0-9_.:-]{1,128}", re.ASCII)
DEFAULT_PORTS = {"http": 80, "https": 443}
# Kosovo is not in ISO 3166, and the files of countries all call it this.
MORE_COUNTRIES = frozenset({"XK"})
IPV4_IN_IPV6 = IPv6Network("::ffff:0:0/96")


def read_networks(value: object) -> tuple[str, ...]:
    """Addresses and networks such as 10.0.0.0/8, as they are written shortest."""
    return unique(read_network(text) for text in read_texts(value, "excluded_ips", MOST_NETWORKS))


def read_network(text: str) -> str:
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise InvalidInput(
            f"{shown(text)} is not an IP address or a network such as 10.0.0.0/8", field="excluded_ips"
        ) from error
    if isinstance(network, IPv6Network) and network.subnet_of(IPV4_IN_IPV6):
        # Visitors' addresses of this kind are read as the IPv4 addresses that they are.
        network = ip_network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))
    return str(network.network_address if network.num_addresses == 1 else network)


def read_countries(value: object) -> tuple[str, ...]:
    """Two-letter codes of ISO 3166, in upper case."""
    texts = read_texts(value, "excluded_countries", MOST_COUNTRIES)
    known = country_codes()
    for text in texts:
        if not text.isascii() or text.upper() not in known:
            raise InvalidInput(f"{shown(text)} is not the code of a country such as DE", field="excluded_countries")
    return unique(text.upper() for text in texts)


def country_codes() -> frozenset[str]:
    """From the time zone data, which comes with the table of ISO 3166."""
    table = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
    return MORE_COUNTRIES.union(line[:2] for line in table.splitlines() if not line.startswith("#"))


def read_path_patterns(value: object) -> tuple[str, ...]:
    """Paths, in the form of stored ones; * in them stands for any characters but a slash, ** for any characters."""
    texts = read_texts(value, "excluded_paths", MOST_PATTERNS)
    for text in texts:
        if not text.startswith("/"):
            raise InvalidInput(f"{shown(text)} does not start with /", field="excluded_paths")
        if len(text) > PATTERN_LENGTH:
            raise InvalidInput(f"{shown(text)} is longer than {PATTERN_LENGTH} characters", field="excluded_paths")
    return unique(map(normal_page, texts))


def read_aliases(value: object) -> tuple[str, ...]:
    """Ids that other products gave the site, in lower case."""
    texts = read_texts(value, "aliases", MOST_ALIASES)
    for text in texts:
        if not ALIAS.fullmatch(text):
            raise InvalidInput(f"{shown(text)} is not an id such as cm5x9yz1a0001 or site_7f3a", field="aliases")
    return unique(text.lower() for text in texts)


def read_origins(value: object) -> tuple[str, ...]:
    """Each https://example.com, https://example.com:8443, example.com or *.example.com."""
    return unique(read_origin(text) for text in read_texts(value, "allowed_origins", MOST_ORIGINS))


def read_origin(text: str) -> str:
    if "://" in text:
        origin = origin_of(text)
        if origin is not None and not re.search(r"[@?#]|://[^/]*/.", text):
            return str(origin)
    else:
        mark = "*." if text.startswith("*.") else ""
        host = canonical_host(text.removeprefix(mark))
        if is_hostname(host) and ":" not in host:
            return mark + host
    message = f"{shown(text)} is not an origin such as https://example.com, example.com or *.example.com"
    raise InvalidInput(message, field="allowed_origins")


def origin_allowed(origins: tuple[str, ...], url: str) -> bool:
    """Whether a page may send: its address or its Origin header is of one of the origins, in the form of read_origins.

    A host alone allows every scheme and port, and the host with www. before it; *.example.com not example.com itself.
    """
    origin = origin_of(url)
    if origin is None:
        return False
    host = origin.host
    parents = (host[place + 1 :] for place, letter in enumerate(host) if letter == ".")
    accepted = {str(origin), host, host.removeprefix("www."), *(f"*.{parent}" for parent in parents)}
    return not accepted.isdisjoint(origins)


class Origin(NamedTuple):
    """As a browser says it: without the port that its scheme has anyway."""

    scheme: str
    host: str
    port: int | None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port is not None else "")


def origin_of(url: str) -> Origin | None:
    try:
        parts = urlsplit(url.strip())
        host, port = canonical_host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not is_hostname(host):
        return None
    return Origin(parts.scheme, host, None if port == DEFAULT_PORTS[parts.scheme] else port)


def canonical_host(host: str) -> str:
    """Lower case and punycode, "" for what is too long. `normalised_hostname` takes www. away, which counts here."""
    text = host.lower().removesuffix(".")
    if len(text) > HOSTNAME_LENGTH:
        return ""
    return text if text.isascii() else punycode(text)


def read_texts(value: object, field: str, most: int) -> list[str]:
    """Without blanks around them and without empty ones; none at all for null."""
    if isinstance(value, str):
        value = SEPARATOR.split(value)
    if not isinstance(value, list | tuple | None):
        raise InvalidInput(f"{field} must be a list of texts", field=field)
    texts: list[str] = []
    for each in value or ():
        if not isinstance(each, str):
            raise InvalidInput(f"{field} must be a list of texts", field=field)
        if each.strip():
            texts.append(each.strip())
    if len(texts) > most:
        raise InvalidInput(f"{field} can have {most} entries at most", field=field)
    return texts


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def shown(text: str) -> str:
    """For a message; what someone sent by mistake can be long."""
    return repr(text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + "…")
