"""Where the event loop's thread spends its time: the server under cProfile, which about halves its speed.

cProfile watches the main thread alone, which is the event loop's; the committer and the writer are not in it.
"""

import cProfile
import pstats
import sys
from pathlib import Path

from hitkeep_py.cli import main
from tests.bench.server_process import free_port, running, serve_arguments
from tests.bench.wrk_load import run_wrk

LINES = 30


def show_profile(data_dir: Path, requests: Path, seconds: int, connections: int) -> None:
    port, output = free_port(), data_dir.with_suffix(".profile")
    command = [sys.executable, "-m", "tests.bench.profile", str(output), *serve_arguments(data_dir, port)]
    with running(command, port, data_dir.with_suffix(".log")):
        load = run_wrk(port, requests, 0, seconds, connections)
    print(f"Under cProfile: {load.accepted_per_second:,.0f} requests/s, p99 {load.p99_ms:.1f} ms")
    pstats.Stats(str(output)).sort_stats("tottime").print_stats(LINES)


def serve_profiled(output: str) -> None:
    profile = cProfile.Profile()
    try:
        profile.runcall(main, sys.argv[2:], standalone_mode=False)
    finally:
        profile.dump_stats(output)


if __name__ == "__main__":
    serve_profiled(sys.argv[1])
