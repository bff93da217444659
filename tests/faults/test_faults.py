"""A short version of each fault that scripts/torture provokes at length, against real server processes."""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.torture.faults import FAULTS
from tests.torture.outcome import Outcome, Scale

AT_ONCE = 4
"""Most of their time these tests wait for processes, so some run beside each other."""


class Outcomes:
    """The chosen faults, all begun; of two workers each begins every other one, and takes one more where asked to."""

    def __init__(self, chosen: list[str], pool: ThreadPoolExecutor, folders: pytest.TempPathFactory) -> None:
        self._pool = pool
        self._folders = folders
        self._begun = {name: self._begin(name) for name in chosen}

    def of(self, name: str) -> Outcome:
        if name not in self._begun:
            self._begun[name] = self._begin(name)
        return self._begun[name].result()

    def _begin(self, name: str) -> Future[Outcome]:
        return self._pool.submit(FAULTS[name].run, self._folders.mktemp(name), Scale(quick=True))


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Outcomes]:
    chosen = [name for name in FAULTS if any(f"[{name}]" in item.name for item in request.session.items)]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    own = int(worker_id.removeprefix("gw")) if workers > 1 else 0
    with ThreadPoolExecutor(max(1, AT_ONCE // workers)) as pool:
        yield Outcomes(chosen[own::workers], pool, tmp_path_factory)


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name: str, outcomes: Outcomes) -> None:
    outcome = outcomes.of(name)
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert outcome.faults == []
