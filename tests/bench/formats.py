"""Measures every wire format beside `/ingest/event`, and batches of 50, with the real server. See `--help`."""

import argparse
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import sleep

import orjson

from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.clock import SystemClock
from hitkeep_py.data_directory import DataDirectory
from tests.bench.format_requests import BASE, BATCH, WRITERS, Names, write_format_requests
from tests.bench.phases import SETTLE_SECONDS, FullLoad, full_load, wait_until_stored
from tests.bench.realistic_requests import DOMAIN
from tests.bench.server_process import ServerProcess, add_site, running_product
from tests.bench.wrk_load import require_wrk, run_wrk

LEAST_SHARE = 0.8
WANTED_PER_SECOND = 60_000


PAIRS = 3


@dataclass(slots=True)
class Load:
    """`cpu` is what the server spent on a request, in seconds, in all threads."""

    per_second: float
    cpu: float
    failed: int


@dataclass(slots=True)
class FormatFigure:
    """Medians over pairs of loads, `/ingest/event` and the format by turns; shares are of `/ingest/event`'s speed."""

    name: str
    accepted_per_second: float
    share: float
    share_by_cpu: float
    failed: int


def main() -> int:
    given = arguments()
    require_wrk()
    with TemporaryDirectory(prefix="bench-formats-") as directory:
        data_dir = Path(directory, "data")
        names = names_of(data_dir)
        files = prepare(Path(directory), names, given.requests)
        with running_product(data_dir) as server:
            sleep(SETTLE_SECONDS)
            run_wrk(server.port, files[BASE], 0, given.seconds, given.connections)
            figures = [
                compare(server, files, name, given) for name in WRITERS if name not in (BASE, "sparklytics batch")
            ]
            print("... batches", file=sys.stderr, flush=True)
            batches = full_load(server, files["sparklytics batch"], 0, 2 * given.seconds, given.connections)
    print(report(figures, batches))
    if given.json:
        given.json.write_bytes(orjson.dumps([asdict(each) for each in figures], option=orjson.OPT_INDENT_2) + b"\n")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench_formats", description=__doc__)
    parser.add_argument("--seconds", type=int, default=3, help="length of each load [3]")
    parser.add_argument("--connections", type=int, default=32, help="connections [32]")
    parser.add_argument("--requests", type=int, default=20_000, help="distinct requests of each format [20,000]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser.parse_args()


def names_of(data_dir: Path) -> Names:
    site_id = add_site(data_dir, DOMAIN)
    catalog = Catalog(DataDirectory(data_dir).catalog, SystemClock())
    try:
        return Names(site_id, catalog.keys.add(site_id, "public")[1], catalog.keys.add(site_id, "secret")[1])
    finally:
        catalog.close()


def prepare(directory: Path, names: Names, count: int) -> dict[str, Path]:
    files = {}
    for name in WRITERS:
        files[name] = directory / name.replace(" ", "-")
        write_format_requests(files[name], name, names, count // BATCH if "batch" in name else count)
    return files


def compare(server: ServerProcess, files: dict[str, Path], name: str, given: argparse.Namespace) -> FormatFigure:
    print(f"... {name}", file=sys.stderr, flush=True)
    pairs = [(load(server, files[BASE], given), load(server, files[name], given)) for _ in range(PAIRS)]
    return FormatFigure(
        name,
        median(own.per_second for _, own in pairs),
        median(own.per_second / base.per_second for base, own in pairs),
        median(base.cpu / own.cpu for base, own in pairs),
        sum(base.failed + own.failed for base, own in pairs),
    )


def load(server: ServerProcess, requests: Path, given: argparse.Namespace) -> Load:
    before = server.cpu_seconds()
    result = run_wrk(server.port, requests, 0, given.seconds, given.connections)
    wait_until_stored(server, result.ended)
    return Load(result.accepted_per_second, (server.cpu_seconds() - before) / result.requests, result.failed)


def report(figures: list[FormatFigure], batches: FullLoad) -> str:
    lines = ["| Format | requests/s | share of /ingest/event | by CPU | failed |", "|---|---|---|---|---|"]
    for each in figures:
        mark = "" if each.share >= LEAST_SHARE else " (missed)"
        shares = f"{each.share:.2f}{mark} | {each.share_by_cpu:.2f}"
        lines.append(f"| {each.name} | {each.accepted_per_second:,.0f} | {shares} | {each.failed} |")
    accepted = batches.usage.accepted / batches.load.seconds
    stored, late = batches.stored_per_second, batches.seconds_until_stored
    lines += [
        "",
        f"Batches of {BATCH} to /api/collect: {accepted:,.0f} events/s accepted, {stored:,.0f} events/s stored (wanted "
        f"{WANTED_PER_SECOND:,}); the last was stored {late:.1f} s after the end; "
        f"{batches.usage.cpu_microseconds:.1f} µs of CPU an event; p99 {batches.load.p99_ms:.0f} ms",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
