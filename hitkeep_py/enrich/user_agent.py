"""Browser, operating system and device class from a User-Agent header, by ua-parser with its Rust engine.

The pure Python engine takes up to 436 ms for a hostile 64 KB header; the Rust one is linear, and the text is cut.
Matomo's lists (device-detector) know the models of 20,000 devices, but take 12 to 49 ms for a text not seen lately,
60 MB, and are under the LGPL. The patterns here agree with nine in ten of its 35,000 test cases; the others are boxes
and tablets that only a list of models could tell from phones.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from ua_parser import Domain, Parser, UserAgent
from ua_parser.core import Matcher
from ua_parser.lazy import UserAgentMatcher
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

from hitkeep_py.text import clean

USER_AGENT_LENGTH = 512
NAME_LENGTH = 64
CACHED = 10_000
MOBILE_SYSTEMS = frozenset({"iOS", "Windows Phone", "KaiOS", "BlackBerry OS", "Firefox OS", "Symbian OS", "Bada"})
BROWSERS_ON_ANDROID = ("Safari/", "Firefox/")
"""Browsers leave the word Mobile out on tablets only; other programs never say it."""
OTHER_SYSTEMS = re.compile(
    r"\b(OpenHarmony|HarmonyOS|PlayStation (?:\d|Vita|Portable)|Nintendo \w+|DragonFly|Haiku)\b(?:[ /](\d+(?:\.\d+)?))?"
)
"""Those that ua-parser does not know."""
WEBVIEW_OF_A_MAC, MAIL_OF_A_MAC = "WKWebView", "Apple Mail"
# Darwin is the kernel of phones and computers: only the latter name these processors.
MAC_PROGRAM = re.compile(r"\b(?:x86_64|i386|Power%20Macintosh)\b")
SAYS_MOBILE = "says mobile"
KINDS = (
    ("wearable", r"watch ?os|apple watch|\bwatch\d|\bticwatch|\bg watch\b|\bsm-r[789]\d\d|oculusbrowser|picobrowser"),
    ("tablet", r"ipad"),
    ("tv", r"apple ?tv|tvos"),
    ("mobile", r"iphone|ipod|windows phone|iemobile|windows ce|lumia"),
    ("console", r"playstation|\bps[345]\b|nintendo|(?:^|[^a-z])xbox|\bwiiu?\b|steam ?deck|steam gameoverlay"),
    (
        "tv",
        r"(?:^|[^a-z])tv(?:$|[^a-z/\d])|smart[-_ ]?tv|google ?tv|android ?tv|\bmi ?tv|net ?tv|opera tv|hbbtv|ce-html",
    ),
    ("tv", r"crkey|chromecast|bravia|\baft[a-z0-9]+\b|\broku|web0s|webos\.tv|netcast|\bviera|vidaa|vizio|mi ?box"),
    ("tv", r"brightsign|\bmag\d{3}|\btivo|shield android|\bomi/\d|dlnadoc|swtv"),
    ("desktop", r"\(pc;|chromebook"),
    ("tablet", r"tablet|\bsm-[tpx]\d|lenovo tb|\btab\b|[a-z]pad\b|\bkf[a-z]{2,6}\b|kindle|playbook|nexus (?:7|9|10)\b"),
    (SAYS_MOBILE, r"mobile|midp|ucweb|j2me|symbian|series ?60|nokia|blackberry|opera mini|\bphone\b"),
)
"""The first that fits counts: what a phone or a console says of itself before what its programs are called."""


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
        # Matched by the same engine as the browsers: Python's own takes ten times as long.
        kinds: list[Matcher[UserAgent]] = [UserAgentMatcher(f"(?i){pattern}", device) for device, pattern in KINDS]
        self._kinds = Resolver((kinds, [], []))
        self._cached = lru_cache(CACHED)(self._parse)

    def technology(self, user_agent: str) -> Technology:
        return self._cached(user_agent[:USER_AGENT_LENGTH])

    def _parse(self, text: str) -> Technology:
        browser, version = self._browser(text)
        system, system_version = self._system(text)
        return Technology(
            short(browser),
            short(version),
            short(system),
            short(system_version),
            device_class(text, self._kind(text), system),
        )

    def _kind(self, text: str) -> str | None:
        found = self._kinds(text, Domain.USER_AGENT).user_agent
        return found.family if found else None

    def _browser(self, text: str) -> tuple[str | None, str | None]:
        found = self._parser.parse_user_agent(text)
        if found is None:
            return None, None
        if found.family == MAIL_OF_A_MAC and "Mail/" not in text:
            return WEBVIEW_OF_A_MAC, None
        return found.family, version_of(found.major, found.minor)

    def _system(self, text: str) -> tuple[str | None, str | None]:
        if "CFNetwork/" in text and MAC_PROGRAM.search(text):
            return "Mac OS X", None
        found = self._parser.parse_os(text)
        if found:
            return found.family, version_of(found.major, found.minor)
        other = OTHER_SYSTEMS.search(text)
        return (other[1], other[2]) if other else (None, None)


def version_of(major: str | None, minor: str | None) -> str | None:
    """Two parts, if the header says them: more would make each browser a hundred."""
    return f"{major}.{minor}" if major and minor else major


def short(name: str | None) -> str | None:
    """Names may be parts of the header itself, which must not reach a file as it is."""
    return clean(name, NAME_LENGTH) or None if name else None


def device_class(user_agent: str, kind: str | None, system: str | None) -> str | None:
    """One of event.DEVICES; None for what is no browser on a known system."""
    mobile = kind == SAYS_MOBILE
    if kind and not mobile:
        return kind
    android = system == "Android" or "android" in user_agent.lower()
    if android and not mobile and any(word in user_agent for word in BROWSERS_ON_ANDROID):
        return "tablet"
    if mobile or android or system in MOBILE_SYSTEMS:
        return "mobile"
    return "desktop" if system and system != "Other" else None


def device_of_viewport(width: int) -> str | None:
    """HitKeep's classes, for senders whose user agent tells nothing."""
    if width <= 0:
        return None
    if width < 576:
        return "mobile"
    return "tablet" if width < 992 else "desktop"
