"""F1, F2: killed at any moment, and killed at each stage, under load."""

import random
from pathlib import Path

from tests.torture.crash import Crashes
from tests.torture.outcome import Outcome, Scale
from tests.torture.stages import ACKNOWLEDGE_STAGES, CHECKPOINT_STAGES, INBOX_STAGES, STORE_STAGES, plan

SMALL_CHECKPOINTS = {"TORTURE_CHECKPOINT_SIZE": "64KB"}
FREQUENT_STAGES = (*(each for each in INBOX_STAGES if "trim" not in each), *ACKNOWLEDGE_STAGES)
RARE_STAGES = (*STORE_STAGES, "inbox.before_trim", "inbox.after_trim")


def kill_at_random(directory: Path, scale: Scale) -> Outcome:
    """F1. In every third round DuckDB checkpoints all the time, so that kills hit its checkpoints as well."""
    crashes = Crashes(directory / "random", Outcome())
    crashes.prepare()
    rounds = scale.of(100, 1)
    for number in range(rounds):
        fault = SMALL_CHECKPOINTS if number % 3 == 2 else None
        crashes.round(f"r{number}", fault, kill_after=random.uniform(0.005, 1.2))
    crashes.finish()
    if rounds >= 100:
        enough = len(crashes.ledger.acknowledged) >= 50_000
        crashes.outcome.require(enough, "fewer than 50,000 acknowledgements")
    crashes.outcome.measured = crashes.measured()
    return crashes.outcome


def kill_at_stages(directory: Path, scale: Scale) -> Outcome:
    """F2. Each stage of the inbox, the store and the answer, at a random passage."""
    crashes = Crashes(directory / "stages", Outcome())
    crashes.prepare()
    missed = 0
    for number in range(scale.of(5, 1)):
        for label, fault in planned_kills(number, scale.quick):
            missed += not crashes.round(label, fault, kill_after=None)
    crashes.finish()
    crashes.outcome.require(missed == 0, f"{missed} rounds did not reach their stage")
    crashes.outcome.measured = crashes.measured()
    return crashes.outcome


def planned_kills(number: int, quick: bool) -> list[tuple[str, dict[str, str]]]:
    """(label, fault) of one passage through all stages."""
    kills = [(f"{stage}-{number}", plan("kill", stage, random.randint(1, 60))) for stage in FREQUENT_STAGES]
    kills += [(f"{stage}-{number}", plan("kill", stage, random.randint(1, 5))) for stage in RARE_STAGES]
    kills += [(f"inside-commit-{number}-{each}", kill_inside("store.before_commit")) for each in range(3)]
    kills += [(f"{stage}-{number}", plan("kill", stage)) for stage in CHECKPOINT_STAGES]
    return random.sample(kills, 2) if quick else kills


def kill_inside(stage: str) -> dict[str, str]:
    """A few milliseconds into the store's commit, which checkpoints at once."""
    return {**plan("kill_soon", stage, random.randint(2, 5), 1, random.uniform(0, 0.008)), **SMALL_CHECKPOINTS}
