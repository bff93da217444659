"""Which threads go first when there are fewer cores than work: those that answer requests."""

import os
import sys
import threading

NICENESS = 10
"""Of threads that write to the event store or answer questions (docs/measurements.md)."""


def give_way() -> None:
    """Lower the priority of this thread, for good; threads that it starts have it as well."""
    if sys.platform == "linux":  # elsewhere this would slow the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
