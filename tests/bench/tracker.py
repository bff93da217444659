"""Measures what the tracker costs: bytes to load, and time of a page's main thread in Chromium, with the real server.

Time for an event is that of the call, `hk.event(name, props)`, which stores the event and begins to send it; "all in
all" adds what the browser does for it afterwards. Queue full: offline, with as many events waiting as are kept.
The page is cross-origin isolated, since clocks of others are coarse.
"""

import argparse
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from hitkeep_py.server.api import scripts
from tests.built_sdk import FRONTEND, NODE
from tests.chromium import Shop, launched, new_shop, tag, visitor, wait_for, website
from tests.running_server import running

FOLDER = Path(scripts.__file__).parents[2] / scripts.FOLDER
LIMITS = {scripts.CORE: "MOST_CORE", scripts.AUTOMATIC: "MOST_AUTOMATIC", scripts.VITALS: "MOST_VITALS"}
SLOWNESS = (1, 4)
OPEN_RATE = ("--ingest-rate", "1e9", "--ingest-burst", "1000000000")
ISOLATED = {"cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp"}
BROTLI = """
const { readFileSync } = require('node:fs'), { brotliCompressSync } = require('node:zlib')
console.log(brotliCompressSync(readFileSync(process.argv[1])).length)"""
CALL = "hk.event('purchase', { plan: 'pro', amount: 49.99, step: 3 })"
WAITING = "Object.keys(localStorage).filter((key) => key.startsWith('hk_queue')).length"
TIMED = f"""(calls) => {{
    const times = []
    for (let number = 0; number < calls; number++) {{
        const start = performance.now()
        {CALL}
        times.push(performance.now() - start)
    }}
    return times
}}"""
SENT_SLOWLY = f"""(events) => new Promise((done) => {{
    window.longTasks = []
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((each) => each.duration)))
        .observe({{ type: 'longtask' }})
    let made = 0
    const timer = setInterval(() => {{
        {CALL}
        if (++made === events) {{
            clearInterval(timer)
            done()
        }}
    }}, 10)
}})"""


@dataclass(slots=True)
class Cost:
    """Milliseconds."""

    run: list[float]
    load: float
    empty: list[float]
    full: list[float]
    whole: float
    long_tasks: list[float]


def main() -> None:
    given = arguments()
    with TemporaryDirectory(prefix="bench-tracker-") as directory:
        folder = Path(directory)
        with (
            running(folder / "data", folder, *OPEN_RATE) as server,
            website() as pages,
            sync_playwright() as playwright,
        ):
            pages.headers = ISOLATED
            browser = launched(playwright)
            costs = [cost(new_shop(server, pages), browser, slowness, given) for slowness in SLOWNESS]
            browser.close()
    print(report([sizes(name) for name in LIMITS], costs, given.events))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench_tracker", description=__doc__.partition("\n")[0])
    parser.add_argument("--loads", type=int, default=20, help="times that the page is loaded (%(default)s)")
    parser.add_argument("--calls", type=int, default=200, help="calls that are timed for each state (%(default)s)")
    parser.add_argument("--events", type=int, default=1_000, help="events sent while tasks are watched (%(default)s)")
    return parser.parse_args()


def sizes(name: str) -> Sequence[str | int]:
    """Name, bytes, after gzip -9, the build's limit of that, after brotli."""
    file = FOLDER / name
    compressed = subprocess.run(["gzip", "-9", "-c"], input=file.read_bytes(), capture_output=True, check=True).stdout
    brotli = subprocess.run([NODE, "-e", BROTLI, str(file)], capture_output=True, check=True).stdout
    build = (FRONTEND / "tracker/build.mjs").read_text(encoding="utf-8")
    (limit,) = re.findall(rf"{LIMITS[name]} = (\d+)", build)
    return name, file.stat().st_size, len(compressed), int(limit), int(brotli)


def cost(shop: Shop, browser: Browser, slowness: int, given: argparse.Namespace) -> Cost:
    script = tag(shop.server, attributes={"data-local": "", "data-site": shop.id})
    without = "<!doctype html><title>Shop</title><h1>Shop</h1>"
    shop.website.pages |= {"/without": without, "/": f"{without}{script}"}
    with visitor(browser) as someone:
        page = someone.page()
        session = someone.context.new_cdp_session(page)
        session.send("Performance.enable")
        session.send("Emulation.setCPUThrottlingRate", {"rate": slowness})
        load = more_for_load(session, page, shop, given.loads)
        run = [run_ms(browser, page, shop) for _ in range(given.loads)]
        assert page.evaluate("crossOriginIsolated"), "the clock is coarse"
        empty = [time for _ in range(given.calls) for time in timed_alone(page)]
        whole, long_tasks = sent_slowly(session, page, given.events)
        wait_for(lambda: len(shop.events()) > given.calls + given.events)
        someone.context.set_offline(True)
        page.evaluate(TIMED, 200)
        full = page.evaluate(TIMED, given.calls)
        return Cost(run, load, empty, full, whole, long_tasks)


def run_ms(browser: Browser, page: Page, shop: Shop) -> float:
    """How long the page stood still for hk.js itself."""
    browser.start_tracing(page=page, categories=["devtools.timeline"])
    open_page(page, shop, "/")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    return float(sum(each["dur"] for each in events if ran(each, scripts.CORE)) / 1000)


def ran(event: dict[str, Any], script: str) -> bool:
    address = str(event.get("args", {}).get("data", {}).get("url"))
    return event["name"] == "EvaluateScript" and address.endswith(f"/{script}")


def more_for_load(session: CDPSession, page: Page, shop: Shop, count: int) -> float:
    """How much longer all tasks of a page's load take than without the tracker, by turns; the first fills the cache."""
    open_page(page, shop, "/")
    times: dict[str, list[float]] = {"/": [], "/without": []}
    for _ in range(count):
        for path, found in times.items():
            with tasks(session) as spent:
                open_page(page, shop, path)
            found += spent
    return median(times["/"]) - median(times["/without"])


def open_page(page: Page, shop: Shop, path: str) -> None:
    page.goto(shop.website.address(path, "localhost"))
    page.wait_for_load_state("networkidle")


def timed_alone(page: Page) -> Any:
    """One call while nothing waits."""
    times = page.evaluate(TIMED, 1)
    page.wait_for_function(f"{WAITING} === 0")
    return times


def sent_slowly(session: CDPSession, page: Page, events: int) -> tuple[float, list[float]]:
    """Time of all the browser's tasks for an event, less that of an idle page; and the tasks above 50 ms."""
    with tasks(session) as idle:
        page.wait_for_timeout(events * 10)
    with tasks(session) as busy:
        page.evaluate(SENT_SLOWLY, events)
        page.wait_for_function(f"{WAITING} === 0")
    return (busy[0] - idle[0]) / events, page.evaluate("longTasks")


@contextmanager
def tasks(session: CDPSession) -> Iterator[list[float]]:
    """Milliseconds of the main thread's tasks within the block, known at its end."""
    found: list[float] = []
    before = task_ms(session)
    yield found
    found.append(task_ms(session) - before)


def task_ms(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration")) * 1000


def report(bytes_of: Sequence[Sequence[str | int]], costs: Sequence[Cost], events: int) -> str:
    lines = ["| Script | bytes | gzip -9 | limit | brotli |", "|---|---:|---:|---:|---:|"]
    lines += [f"| `{name}` | {' | '.join(f'{number:,}' for number in numbers)} |" for name, *numbers in bytes_of]
    lines += ["", "| Milliseconds of the main thread | Chromium | CPU slowed 4 times |", "|---|---:|---:|"]
    rows = {
        "`hk.js` is compiled and run, its pageview included, median": [median(each.run) for each in costs],
        "a page's load, more than without any script": [each.load for each in costs],
        "one event, nothing waits, median": [median(each.empty) for each in costs],
        "one event, nothing waits, p95": [p95(each.empty) for each in costs],
        "one event, the queue is full, median": [median(each.full) for each in costs],
        "one event, the queue is full, p95": [p95(each.full) for each in costs],
        f"one of {events:,} events at 100 a second, all in all": [each.whole for each in costs],
    }
    lines += [f"| {name} | {' | '.join(f'{value:.2f}' for value in values)} |" for name, values in rows.items()]
    long_tasks = [f"{len(each.long_tasks)}{longest(each.long_tasks)}" for each in costs]
    return "\n".join([*lines, f"| tasks above 50 ms meanwhile | {' | '.join(long_tasks)} |"])


def p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


def longest(times: Sequence[float]) -> str:
    return f" (up to {max(times):.0f} ms)" if times else ""


if __name__ == "__main__":
    main()
