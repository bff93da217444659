"""Whether a site wants no events from an address or of a page. Its rules are checked by `site_rules`."""

import re
from functools import cached_property, lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

CACHED = 1_000
STARS = re.compile(r"(\*+)")
END = re.compile(r"/\*{2,}\Z")


class Exclusions:
    """Keeps the compiled rules of the last sites; answers nothing but yes or no, whatever it is given."""

    def __init__(self) -> None:
        self._networks = lru_cache(CACHED)(Networks)
        self._patterns = lru_cache(CACHED)(compile_patterns)

    def excludes_ip(self, networks: tuple[str, ...], ip: str) -> bool:
        return bool(networks) and self._networks(networks).contain(ip)

    def excludes_path(self, patterns: tuple[str, ...], path: str | None) -> bool:
        if not patterns or path is None:
            return False
        places = Places(path)
        return any(pattern.matches(path, places) for pattern in self._patterns(patterns))


class Networks:
    """The networks by IP version and by how many bits at the end do not matter; as quick with many as with few."""

    def __init__(self, networks: tuple[str, ...]) -> None:
        self._beginnings: dict[tuple[int, int], set[int]] = {}
        for text in networks:
            try:
                network = ip_network(text, strict=False)
            except ValueError:
                continue
            bits = network.max_prefixlen - network.prefixlen
            self._beginnings.setdefault((network.version, bits), set()).add(int(network.network_address) >> bits)

    def contain(self, ip: str) -> bool:
        try:
            address = ip_address(ip)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        number = int(address)
        return any(
            version == address.version and number >> bits in beginnings
            for (version, bits), beginnings in self._beginnings.items()
        )


class PathPattern(NamedTuple):
    """What stands before the first star, then the stars and the texts between them."""

    start: str
    parts: tuple[str, ...]

    def matches(self, path: str, places: "Places") -> bool:
        if not self.parts:
            return path == self.start
        if not path.startswith(self.start):
            return False
        reached = 1 << len(self.start)
        for part in self.parts:
            reached = places.after(part, reached)
        return reached >> len(path) == 1


class Places:
    """Sets of places in a path, each set an integer with one bit a place, for the time of one question.

    So a pattern costs a step a character on any path. The time of a regular expression grows with the path's length
    to the power of the number of stars.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def after(self, part: str, starts: int) -> int:
        """Where a part can end that begins at one of the starts."""
        if not starts:
            return 0
        if part == "*":
            # The sum carries from each start through all that is no slash, up to the next slash.
            free = self._anywhere >> 1 & ~self._of.get("/", 0)
            return ((starts & free) + free) ^ free | starts
        if part.startswith("*"):
            first = starts & -starts
            return self._anywhere & ~(first - 1)
        for letter in part:
            starts = (starts & self._of.get(letter, 0)) << 1
        return starts

    @cached_property
    def _anywhere(self) -> int:
        return (1 << len(self._path) + 1) - 1

    @cached_property
    def _of(self) -> dict[str, int]:
        """The places of each character."""
        found: dict[str, int] = {}
        for place, letter in enumerate(self._path):
            found[letter] = found.get(letter, 0) | 1 << place
        return found


def compile_patterns(patterns: tuple[str, ...]) -> tuple[PathPattern, ...]:
    """`/admin/**` is about `/admin` too."""
    roots = [END.sub("", pattern) for pattern in patterns if END.search(pattern)]
    pieces = [STARS.split(pattern) for pattern in (*patterns, *roots)]
    return tuple(PathPattern(first, tuple(filter(None, rest))) for first, *rest in pieces)
