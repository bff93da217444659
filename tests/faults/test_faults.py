"""A short version of each fault that scripts/torture provokes at length, against real server processes."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.torture.faults import FAULTS
from tests.torture.outcome import Outcome, Scale

Outcomes = dict[str, Future[Outcome]]
AT_ONCE = 3
"""Most of their time these tests wait for processes, so some run beside each other."""


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    """The chosen faults, all begun."""
    chosen = {name for name in FAULTS if any(f"[{name}]" in item.name for item in request.session.items)}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            name: pool.submit(FAULTS[name].run, tmp_path_factory.mktemp(name), Scale(quick=True))
            for name in FAULTS
            if name in chosen
        }


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name: str, outcomes: Outcomes) -> None:
    outcome = outcomes[name].result()
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert outcome.faults == []
