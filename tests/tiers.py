"""The tiers that tests are run in, from quick to slow: which one each belongs to, and who gets it first."""

import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

TIERS = ("fast", "engines", "process", "browser", "faults")
SLOWEST_FIRST = ("faults", "browser", "process", "engines", "fast")
FOLDERS = ("process", "browser", "faults")
HERE = Path(__file__).parent
STARTS_PROCESS = {"subprocess.Popen", "os.fork", "os.posix_spawn"}
IN_PROCESS_ONLY = ("fast", "engines")
NEEDS_CHDB = pytest.mark.engines
"""On a test, or on one of its rows, that asks the embedded ClickHouse."""
CHDB_IS_HERE = find_spec("chdb") is not None


def tier_of(item: pytest.Item) -> str:
    """What the test itself says, else its folder's."""
    for marker in item.iter_markers():
        if marker.name in TIERS:
            return marker.name
    folder = item.path.relative_to(HERE).parts[0]
    return folder if folder in FOLDERS else "fast"


def give_tiers(items: Iterable[pytest.Item]) -> None:
    for item in items:
        tier = tier_of(item)
        if not item.get_closest_marker(tier):
            item.add_marker(tier)
        if tier == "engines" and not CHDB_IS_HERE:
            item.add_marker(pytest.mark.skip(reason="chdb, the embedded ClickHouse, is not installed"))


def in_two_halves(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Two workers begin with a half each: both have their share of every tier, the slowest first, modules whole."""
    halves: tuple[list[pytest.Item], list[pytest.Item]] = ([], [])
    for tier in SLOWEST_FIRST:
        given = [0, 0]
        for together in sorted(shared(tier, items), key=len, reverse=True):
            half = given.index(min(given))
            given[half] += len(together)
            halves[half].extend(together)
    return [*halves[0], *halves[1]]


def shared(tier: str, items: Iterable[pytest.Item]) -> list[list[pytest.Item]]:
    """What should stay on one worker: modules, for their fixtures' sake; of the faults each stands alone."""
    chosen = [each for each in items if tier_of(each) == tier]
    if tier == "faults":
        return [[each] for each in chosen]
    return [list(found) for _, found in groupby(chosen, lambda item: item.path)]


class Watch:
    """Makes a test fail that starts a process without saying that it belongs to a tier of processes."""

    def __init__(self) -> None:
        self.tier = ""
        sys.addaudithook(self._see)

    def _see(self, event: str, arguments: Any) -> None:
        if self.tier in IN_PROCESS_ONLY and event in STARTS_PROCESS:
            raise RuntimeError("this test starts a process: mark it with @pytest.mark.process")
