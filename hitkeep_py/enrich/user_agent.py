"""Browser, operating system and device class from a User-Agent header, by ua-parser with its Rust engine.

The pure Python engine takes up to 436 ms for a hostile 64 KB header; the Rust one is linear, and the text is cut.
"""

from functools import lru_cache
from typing import NamedTuple

from ua_parser import Parser
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

from hitkeep_py.text import clean

USER_AGENT_LENGTH = 512
NAME_LENGTH = 64
CACHED = 10_000
DESKTOP_SYSTEMS = frozenset({"Windows", "Mac OS X", "Linux", "Ubuntu", "Fedora", "Debian", "Chrome OS", "FreeBSD"})
MOBILE_SYSTEMS = frozenset({"iOS", "Windows Phone", "KaiOS", "BlackBerry OS", "Firefox OS"})


class Technology(NamedTuple):
    browser: str | None
    browser_version: str | None
    os: str | None
    os_version: str | None
    device: str | None


class UserAgents:
    """Parses User-Agent headers and keeps the last answers; safe to use from one thread."""

    def __init__(self) -> None:
        browsers, systems, _ = load_lazy_builtins()
        # Without the device models, which nothing here asks for: they hold 17 MB.
        self._parser = Parser(Resolver((browsers, systems, [])))
        self._cached = lru_cache(CACHED)(self._parse)

    def technology(self, user_agent: str) -> Technology:
        return self._cached(user_agent[:USER_AGENT_LENGTH])

    def _parse(self, text: str) -> Technology:
        browser = self._parser.parse_user_agent(text)
        system = self._parser.parse_os(text)
        return Technology(
            short(browser.family if browser else None),
            short(browser.major if browser else None),
            short(system.family if system else None),
            short(system.major if system else None),
            device_class(text, system.family if system else None),
        )


def short(name: str | None) -> str | None:
    """Names may be parts of the header itself, which must not reach a file as it is."""
    return clean(name, NAME_LENGTH) or None if name else None


def device_class(user_agent: str, system: str | None) -> str | None:
    """desktop, mobile, tablet or tv; None for what is no browser on a known system."""
    if "TV" in user_agent:
        return "tv"
    if "iPad" in user_agent or "Tablet" in user_agent:
        return "tablet"
    if system == "Android":
        return "mobile" if "Mobile" in user_agent else "tablet"
    if system in MOBILE_SYSTEMS:
        return "mobile"
    return "desktop" if system in DESKTOP_SYSTEMS else None


def device_of_viewport(width: int) -> str | None:
    """HitKeep's classes, for senders whose user agent tells nothing."""
    if width <= 0:
        return None
    if width < 576:
        return "mobile"
    return "tablet" if width < 992 else "desktop"
