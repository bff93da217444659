"""Measures ingest of the real server, beside an empty Starlette route in the same run. See `--help`."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

import orjson

from tests.bench import phases
from tests.bench.profile import show_profile
from tests.bench.realistic_requests import DOMAIN, write_requests
from tests.bench.server_process import add_site, running_product
from tests.bench.verdict import Figures, aims, report
from tests.bench.wrk_load import require_wrk

DISTINCT_REQUESTS = 300_000


def main() -> int:
    """0 when every aim is met, 1 when not."""
    given = arguments()
    require_wrk()
    with TemporaryDirectory(prefix="bench-ingest-") as directory:
        if given.profile:
            return profile(Path(directory), given)
        figures = measure(Path(directory), given)
    print(report(figures))
    if given.json:
        given.json.write_bytes(orjson.dumps(figures.as_json(), option=orjson.OPT_INDENT_2) + b"\n")
    return 0 if all(aim.met for aim in aims(figures)) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench_ingest", description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="length of each load [10]")
    parser.add_argument("--connections", type=int, default=32, help="connections at full load [32]")
    parser.add_argument("--rate", type=float, default=800, help="requests per second of the steady load [800]")
    parser.add_argument(
        "--events", type=int, default=1_000_000, help="events in the store when it is weighed [1,000,000]"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument("--profile", action="store_true", help="instead show where the event loop's time goes")
    return parser.parse_args()


def prepare(directory: Path, given: argparse.Namespace) -> tuple[Path, Path]:
    """A data directory with a site, and the file of requests for it."""
    distinct = min(given.events, DISTINCT_REQUESTS)
    say(f"preparing {distinct:,} requests")
    data_dir, requests = directory / "data", directory / "requests"
    write_requests(requests, add_site(data_dir, DOMAIN), distinct)
    return data_dir, requests


def profile(directory: Path, given: argparse.Namespace) -> int:
    data_dir, requests = prepare(directory, given)
    show_profile(data_dir, requests, given.seconds, given.connections)
    return 0


def measure(directory: Path, given: argparse.Namespace) -> Figures:
    data_dir, requests = prepare(directory, given)
    seconds, connections = given.seconds, given.connections
    say("starting with fresh directories")
    start_fresh = phases.start_seconds(directory)
    say("empty route")
    empty_before = phases.empty_route(directory, requests, seconds, connections)
    with running_product(data_dir) as server:
        sleep(phases.SETTLE_SECONDS)
        idle = server.memory_mb("VmRSS")
        say("full load")
        full = phases.full_load(server, requests, 0, seconds, connections)
        say(f"steady load of {given.rate:g}/s")
        steady = phases.steady_load(server, requests, full.usage.accepted, given.rate, seconds)
        say(f"filling the store up to {given.events:,} events")
        sent = full.usage.accepted + steady.usage.accepted
        stored = phases.load_until(server, requests, sent, given.events, connections)
        loaded, peak = server.memory_mb("VmRSS"), server.memory_mb("VmHWM")
    store_bytes = (data_dir / "events.duckdb").stat().st_size
    directory_bytes = sum(each.stat().st_size for each in data_dir.rglob("*") if each.is_file())
    say("empty route again")
    empty_after = phases.empty_route(directory, requests, seconds, connections)
    say("starting with the filled directory")
    return Figures(
        connections=connections,
        start_fresh_seconds=start_fresh,
        start_existing_seconds=phases.start_seconds(directory, data_dir),
        empty_before=empty_before,
        empty_after=empty_after,
        full=full,
        steady=steady,
        steady_rate=given.rate,
        idle_rss_mb=idle,
        loaded_rss_mb=loaded,
        peak_rss_mb=peak,
        stored_events=stored,
        store_bytes=store_bytes,
        directory_bytes=directory_bytes,
    )


def say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
