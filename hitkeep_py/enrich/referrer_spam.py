"""Referrers that only want to be seen in statistics, by a list of hosts with one a line."""

import logging
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from hitkeep_py.text import is_hostname, normalised_hostname

BUNDLED = "data/referrer-spam.txt"
CACHED = 10_000
log = logging.getLogger(__name__)


class ReferrerSpam:
    """`path` is the operator's own list, in place of the bundled one. A missing file only costs the look-up."""

    def __init__(self, path: str = "") -> None:
        self.problem: str | None = None
        self._hosts = frozenset(read_hosts(self._content(path)))
        self._cached = lru_cache(CACHED)(self._is_spam)

    def is_spam(self, hostname: str) -> bool:
        """Whether the host or one of its parent domains is on the list."""
        return self._cached(hostname)

    def _is_spam(self, hostname: str) -> bool:
        labels = normalised_hostname(hostname).split(".")
        return any(".".join(labels[start:]) in self._hosts for start in range(len(labels)))

    def _content(self, path: str) -> str:
        source = Path(path) if path else files("hitkeep_py.enrich").joinpath(BUNDLED)
        try:
            return source.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            self.problem = f"no list of spamming referrers: cannot read {path or BUNDLED}: {error}"
            log.warning("%s", self.problem)
            return ""


def read_hosts(content: str) -> Iterator[str]:
    for line in content.splitlines():
        host = normalised_hostname(line.partition("#")[0])
        if host and is_hostname(host):
            yield host
