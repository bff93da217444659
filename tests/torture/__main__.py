"""scripts/torture [F1 F2 ...] [--rounds N] [--quick]"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.torture.faults import FAULTS
from tests.torture.outcome import Fault, Outcome, Scale

COLUMNS = ("fault", "rounds", "figure to reach", "measured", "ok")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/torture", description="Provoke faults and count what they cost.")
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"of {', '.join(FAULTS)}; all without one")
    parser.add_argument("--rounds", type=int, help="how often each fault is provoked")
    parser.add_argument("--quick", action="store_true", help="a short version of each")
    given = parser.parse_args()
    if unknown := [name for name in given.faults if name not in FAULTS]:
        parser.error(f"no such fault: {', '.join(unknown)}")
    return given


def run(fault: Fault, scale: Scale) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        try:
            return fault.run(Path(folder), scale)
        except Exception as error:
            return Outcome(measured="the test itself failed", faults=[f"{type(error).__name__}: {str(error)[-400:]}"])


def verdict_of(outcome: Outcome) -> str:
    return "skipped" if outcome.skipped else "NO" if outcome.faults else "yes"


def main() -> int:
    given = arguments()
    scale = Scale(given.rounds, given.quick)
    failed = False
    print(" | ".join(COLUMNS), flush=True)
    for name in given.faults or FAULTS:
        fault, began = FAULTS[name], time.monotonic()
        outcome = run(fault, scale)
        measured = f"{outcome.skipped or outcome.measured} [{time.monotonic() - began:.0f} s]"
        print(
            f"{name} {fault.title} | {outcome.rounds} | {fault.figure} | {measured} | {verdict_of(outcome)}", flush=True
        )
        for text in outcome.faults:
            print(f"    {text}", flush=True)
        failed = failed or bool(outcome.faults)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
