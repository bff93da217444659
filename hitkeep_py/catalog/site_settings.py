"""The settings of a site, in one table: what may be given, how it is stored, and what the command line says of it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from hitkeep_py.address import normal_page
from hitkeep_py.errors import InvalidInput
from hitkeep_py.money import known_currency
from hitkeep_py.site_rules import read_aliases, read_countries, read_networks, read_origins, read_path_patterns, shown
from hitkeep_py.text import normalised_hostname

VISITOR_PERIODS = ("day", "week", "month")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
ADDRESS_START = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)
MOST_EVENTS = 10**15
MOST_DAYS = 36_500


def named_domain(text: str) -> str:
    """The domain that a text names, with a port or as a whole address too; "" for none."""
    try:
        hostname = urlsplit("//" + ADDRESS_START.sub("", text.strip())).hostname or ""
    except ValueError:
        hostname = ""
    return normalised_hostname(hostname)


def read_domain(value: object) -> str:
    """A domain as people type it, also as a whole address. Raises InvalidInput."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput("a domain is needed, such as example.com", field="domain")
    domain = named_domain(value)
    if len(domain) > 253 or not all(LABEL.fullmatch(label) for label in domain.split(".")):
        raise InvalidInput(f"{shown(value)} is not a domain such as example.com", field="domain")
    return domain


def read_time_zone(value: object) -> str:
    """One of the tz database; what a system keeps beside it, such as right/Europe/Berlin, counts leap seconds or is no
    place.
    """
    if not isinstance(value, str) or value not in time_zones():
        named = f"{shown(value)} is not" if isinstance(value, str) else "there must be"
        raise InvalidInput(f"{named} a time zone such as Europe/Berlin", field="time_zone")
    return value


@cache
def time_zones() -> frozenset[str]:
    """Those of the package, so that each has its data wherever the server runs."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listed.split()) - {"Factory"}


def stored_time_zone(column: str) -> str:
    """One that was taken once and is none: the place that it names, else UTC."""
    place = column.removeprefix("posix/").removeprefix("right/")
    return place if place in time_zones() else "UTC"


def read_quota(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_EVENTS:
        raise InvalidInput("the monthly quota must be a whole number of events above 0, or none")
    return value


def read_retention(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
        raise InvalidInput(f"the days that events are kept must be a whole number from 1 to {MOST_DAYS}, or none")
    return value


def number_of_text(text: str) -> object:
    if text == "none":
        return None
    return int(text) if WHOLE.fullmatch(text) else text


def read_currency(value: object) -> str:
    currency = known_currency(value)
    if currency is None:
        raise InvalidInput("a currency must be a code of ISO 4217, such as EUR")
    return currency


def unchanged(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class SiteSetting:
    """`read` takes what the API was given, `from_text` makes that of an option of the command line."""

    help: str
    metavar: str
    default: Any
    read: Callable[[object], Any]
    from_text: Callable[[str], object] = unchanged
    to_column: Callable[[Any], Any] = unchanged
    from_column: Callable[[Any], Any] = unchanged
    choices: tuple[str, ...] = ()


def choice(help: str, *choices: str) -> SiteSetting:
    """One of the given words, the first of which is the default."""

    def read(value: object) -> str:
        if value not in choices:
            about = help[0].lower() + help[1:].removesuffix(".")
            raise InvalidInput(f"{about}: one of {', '.join(choices)}")
        return str(value)

    return SiteSetting(help, "|".join(choices), choices[0], read, choices=choices)


def texts(help: str, read: Callable[[object], tuple[str, ...]], form: Callable[[str], str] = unchanged) -> SiteSetting:
    """A list, with commas between on the command line; stored as JSON, perhaps in an older `form` of its texts."""

    def from_column(column: str) -> tuple[str, ...]:
        return tuple(map(form, json.loads(column)))

    return SiteSetting(help, "A,B", (), read, unchanged, json.dumps, from_column)


SETTINGS: dict[str, SiteSetting] = {
    "domain": SiteSetting("Domain of the site's pages.", "DOMAIN", None, read_domain),
    "time_zone": SiteSetting(
        "Zone of the site's days, such as Europe/Berlin.",
        "ZONE",
        "UTC",
        read_time_zone,
        from_column=stored_time_zone,
    ),
    "visitor_period": choice("How long a visitor is recognised.", *VISITOR_PERIODS),
    "aliases": texts("Ids that the site had elsewhere, so that its pages can stay as they are.", read_aliases),
    "allowed_origins": texts("Origins whose pages may send events; none: every page may.", read_origins),
    "excluded_ips": texts("Addresses and networks whose events are dropped.", read_networks),
    "excluded_countries": texts("Countries, as ISO codes, whose events are dropped.", read_countries),
    "excluded_paths": texts("Patterns of paths whose events are dropped.", read_path_patterns, normal_page),
    "bots": choice("What happens to events of bots.", "drop", "flag"),
    "referrer_spam": choice("What happens to events whose referrer is spam.", "drop", "flag"),
    "do_not_track": choice("Whether browsers that ask not to be tracked are not.", "honour", "ignore"),
    "old_events": choice("What happens to pages' events older than max_event_age_days.", "keep", "drop"),
    "monthly_quota": SiteSetting("Events taken in a month.", "NUMBER|none", None, read_quota, number_of_text),
    "quota_answer": choice("What happens to events past the quota.", "refuse", "drop"),
    "currency": SiteSetting("Currency of revenue that names none.", "CODE", "USD", read_currency),
    "retention_days": SiteSetting(
        "Days after which events are deleted for ever; none: they are kept.",
        "DAYS|none",
        None,
        read_retention,
        number_of_text,
    ),
}


def read_setting(name: str, value: object) -> Any:
    """The value to keep. Raises InvalidInput whose field is the setting."""
    if name not in SETTINGS:
        raise InvalidInput(f"a site's {name} cannot be changed; {', '.join(SETTINGS)} can", field=name)
    try:
        return SETTINGS[name].read(value)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=name) from error
