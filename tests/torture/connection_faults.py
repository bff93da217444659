"""F12, F13, F14: clients that hold connections without asking, and floods from a million addresses."""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path

from hitkeep_py.server.client_address import limit_key
from hitkeep_py.server.rate_limit import RateLimiter
from tests.torture.outcome import Outcome, Scale
from tests.torture.server_process import ServerProcess, add_site
from tests.torture.traffic import connected, read_answer, request

CLOSED_SECONDS = 10.0
QUICK_SECONDS = 3.0
HEALTHY_SECONDS = 0.1
IDLE_MEGABYTES = 60.0
FLOOD_MEGABYTES = 40.0
HEAD = b"POST /ingest/event HTTP/1.1\r\nHost: x\r\n"
Misbehaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def stay_silent(writer: asyncio.StreamWriter) -> None:
    """Connect, and that is all."""


async def drip_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD)
    while True:
        await asyncio.sleep(0.5)
        writer.write(b"X-Slow: 1\r\n")
        await writer.drain()


async def stall_body(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n{")


async def drip_body(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n{")
    while True:
        await asyncio.sleep(0.5)
        writer.write(b" ")
        await writer.drain()


async def stall_body_of_api(writer: asyncio.StreamWriter) -> None:
    writer.write(
        b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    )


async def stall_unread_body(writer: asyncio.StreamWriter) -> None:
    """A body that the server never asks for, since it answers at once."""
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")


MISBEHAVIOURS: dict[str, Misbehaviour] = {
    "silent": stay_silent,
    "headers by drops": drip_headers,
    "stalled body": stall_body,
    "body by drops": drip_body,
    "stalled body to the API": stall_body_of_api,
}


async def seconds_until_closed(port: int, behave: Misbehaviour, watch: float) -> float:
    async with connected(port) as (reader, writer):
        began = time.monotonic()
        task = asyncio.ensure_future(behave(writer))
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(watch):
                while await reader.read(65_536):
                    pass
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return time.monotonic() - began


async def healthy_requests(port: int, site_id: str, seconds: float) -> list[float]:
    """Seconds of each of ten requests a second, as a page's visitors would send them."""
    taken: list[float] = []
    until = time.monotonic() + seconds
    async with connected(port) as (reader, writer):
        while time.monotonic() < until:
            began = time.monotonic()
            writer.write(request(site_id, f"healthy-{len(taken)}", None))
            status, _ = await read_answer(reader)
            assert status == 202, status
            taken.append(time.monotonic() - began)
            await asyncio.sleep(0.1)
    return taken


def slow_clients(directory: Path, scale: Scale) -> Outcome:
    """F12."""
    outcome = Outcome(len(MISBEHAVIOURS))
    each = 20 if scale.quick else 200
    root = directory / "slow"
    site_id = add_site(root)
    limit = QUICK_SECONDS if scale.quick else CLOSED_SECONDS
    server = ServerProcess(root, fault={"TORTURE_WAITING_SECONDS": "1"} if scale.quick else None)
    server.start()
    with many_files():
        closed, healthy = asyncio.run(misbehave(server.port, site_id, each, limit))
    p99 = 1000 * sorted(healthy)[int(len(healthy) * 0.99)]
    for name, seconds in closed.items():
        outcome.require(seconds <= limit, f"{name}: open for {seconds:.1f} s")
    outcome.require(p99 <= scale.limit(1000 * HEALTHY_SECONDS), f"healthy requests' p99 {p99:.0f} ms")
    outcome.require(server.stop() == 0, "exit code not 0")
    times = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in closed.items())
    outcome.measured = f"{each * len(closed)} sockets, closed after: {times}; healthy p99 {p99:.0f} ms"
    return outcome


async def misbehave(port: int, site_id: str, each: int, limit: float) -> tuple[dict[str, float], list[float]]:
    healthy = asyncio.ensure_future(healthy_requests(port, site_id, limit))
    pending = {
        name: [asyncio.ensure_future(seconds_until_closed(port, behave, 3 * limit)) for _ in range(each)]
        for name, behave in MISBEHAVIOURS.items()
    }
    closed = {name: max(await asyncio.gather(*tasks)) for name, tasks in pending.items()}
    return closed, await healthy


@contextmanager
def many_files() -> Iterator[int]:
    """As many open files as this process may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def idle_connections(directory: Path, scale: Scale) -> Outcome:
    """F13."""
    count = 1_000 if scale.quick else 10_000
    outcome = Outcome(1)
    root = directory / "idle"
    site_id = add_site(root)
    server = ServerProcess(root)
    server.start()
    before = server.resident_megabytes()
    with many_files() as files:
        if files < count + 100:
            return Outcome(skipped=f"only {files} files may be open here")
        opened, taken = asyncio.run(hold(server.port, site_id, count, 1.0 if scale.quick else 5.0))
    grown = server.resident_megabytes() - before
    p99 = 1000 * sorted(taken)[int(len(taken) * 0.99)]
    outcome.require(p99 <= scale.limit(1000 * HEALTHY_SECONDS), f"healthy requests' p99 {p99:.0f} ms")
    outcome.require(grown <= IDLE_MEGABYTES, f"memory grew by {grown:.0f} MB")
    outcome.require(server.stop() == 0, "exit code not 0")
    outcome.measured = f"{opened} connections, healthy p99 {p99:.0f} ms, +{grown:.0f} MB"
    return outcome


async def hold(port: int, site_id: str, count: int, seconds: float) -> tuple[int, list[float]]:
    async with AsyncExitStack() as stack:
        for _ in range(count):
            await stack.enter_async_context(connected(port))
        return count, await healthy_requests(port, site_id, seconds)


def many_addresses(directory: Path, scale: Scale) -> Outcome:
    """F14: the limiter itself, then a sample over HTTP behind a proxy that names the clients."""
    count = 50_000 if scale.quick else 1_000_000
    outcome = Outcome(count)
    clock = [1000.0]
    limiter = RateLimiter(20.0, 40, lambda: clock[0])
    before, most = resident_megabytes(), 0
    for number in range(count):
        clock[0] += 60 / 1_000_000
        limiter.wait(limit_key(f"{10 + (number >> 24)}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"))
        limiter.wait("throttled")
        most = max(most, limiter.clients())
        if number > 1_000 and number % 1_000 == 0:
            outcome.require(limiter.wait("throttled") > 0, f"the throttled client got through at {number}")
    grown = resident_megabytes() - before
    outcome.require(grown <= FLOOD_MEGABYTES, f"the limiter's memory grew by {grown:.0f} MB")
    networks = {limit_key(f"2001:db8:1:2:{number >> 8:x}::{number & 255:x}") for number in range(1_000)}
    outcome.require(len(networks) == 1, f"one /64 counts as {len(networks)} clients")
    answers = throttled_over_http(directory, outcome)
    outcome.measured = f"+{grown:.0f} MB, at most {most} clients kept; {answers}"
    return outcome


def resident_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def throttled_over_http(directory: Path, outcome: Outcome) -> str:
    root = directory / "flood"
    site_id = add_site(root)
    options = ("--trusted-proxies", "127.0.0.1", "--ingest-rate", "1", "--ingest-burst", "5", "--min-free-disk-mb", "0")
    server = ServerProcess(root, *options)
    server.start()
    event = {"site_id": site_id, "name": "flood", "url": "/"}

    def sent_from(address: str) -> int:
        return server.ask("/ingest/event", event, {"x-forwarded-for": address}).status

    first = [sent_from("203.0.113.5") for _ in range(20)]
    others = [sent_from(f"198.51.{number >> 8}.{number & 255}") for number in range(200)]
    network = [sent_from(f"2001:db8::{number:x}") for number in range(1, 21)]
    server.stop()
    outcome.require(set(others) == {202}, "other clients were limited with the throttled one")
    outcome.require(first.count(429) >= 13, f"a client with a burst of 5 got {first.count(202)} of 20")
    outcome.require(network.count(429) >= 13, f"one /64 with a burst of 5 got {network.count(202)} of 20")
    return f"HTTP: {first.count(429)} of 20 refused, {network.count(429)} of 20 from one /64"
