"""What a fault's test gives back, and how much of it is done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scale:
    """`rounds` as asked for, or None for the fault's own number; `quick` is for pytest.

    Quick versions run beside each other and beside other tests: there only what hangs is a fault. `scripts/torture`
    holds the figures.
    """

    rounds: int | None = None
    quick: bool = False

    def limit(self, figure: float) -> float:
        return max(20 * figure, 30.0) if self.quick else figure

    def of(self, usual: int, quick: int) -> int:
        return self.rounds or (quick if self.quick else usual)


@dataclass(slots=True)
class Outcome:
    """`faults` says what missed the figure; `skipped` why nothing was tried."""

    rounds: int = 0
    measured: str = ""
    faults: list[str] = field(default_factory=list)
    skipped: str = ""

    def require(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.faults.append(otherwise)


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    title: str
    figure: str
    run: Callable[[Path, Scale], Outcome]
