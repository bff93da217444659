"""The limiter against a textbook token bucket, and the one bucket that all ingest routes share."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.server.client_address import limit_key
from hitkeep_py.server.rate_limit import RateLimiter
from tests.fake_clock import FakeClock
from tests.product import Product, in_memory

STEPS = st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(0, 3)), max_size=200)


@dataclass(slots=True)
class TokenBucket:
    """By the book, in exact numbers: tokens flow in at `rate` up to `burst`, a request takes one."""

    rate: int
    burst: int
    tokens: Fraction
    at: Fraction

    def take(self, now: Fraction) -> Fraction:
        """Zero and one token less, or the time until there is one."""
        self.tokens = min(Fraction(self.burst), self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return (1 - self.tokens) / self.rate
        self.tokens -= 1
        return Fraction(0)


class Seconds:
    """Time that a test sets, in microseconds from 0."""

    def __init__(self) -> None:
        self.microseconds = 0

    def __call__(self) -> float:
        return self.microseconds / 1_000_000


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def limiter(seconds: Seconds) -> RateLimiter:
    return RateLimiter(20.0, 40, seconds)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory() as opened:
        opened.add_site("example.com")
        yield opened


def taken(limiter: RateLimiter, client: str, attempts: int) -> int:
    return sum(limiter.wait(client) == 0.0 for _ in range(attempts))


def test_burst_is_exactly_40_then_20_a_second_and_40_after_a_pause(limiter: RateLimiter, seconds: Seconds) -> None:
    assert taken(limiter, "a", 100) == 40
    seconds.microseconds += 1_000_000
    assert taken(limiter, "a", 100) == 20
    seconds.microseconds += 2_000_000
    assert taken(limiter, "a", 100) == 40
    seconds.microseconds += 3600_000_000
    assert taken(limiter, "a", 100) == 40


def test_a_steady_20_a_second_is_never_limited(limiter: RateLimiter, seconds: Seconds) -> None:
    for _ in range(5_000):
        assert limiter.wait("a") == 0.0
        seconds.microseconds += 50_000


def test_asking_while_limited_does_not_lengthen_the_wait(limiter: RateLimiter, seconds: Seconds) -> None:
    taken(limiter, "a", 40)
    for _ in range(49):
        assert limiter.wait("a") > 0
        seconds.microseconds += 1_000
    seconds.microseconds += 1_000
    assert limiter.wait("a") == 0.0


def test_the_wait_is_as_long_as_said(limiter: RateLimiter, seconds: Seconds) -> None:
    taken(limiter, "a", 40)
    wait = limiter.wait("a")
    assert wait == pytest.approx(0.05)
    seconds.microseconds += round(wait * 1_000_000) - 1
    assert limiter.wait("a") > 0
    seconds.microseconds += 1
    assert limiter.wait("a") == 0.0


@given(rate=st.sampled_from([1, 3, 7, 20, 1000]), burst=st.sampled_from([1, 2, 5, 40]), steps=STEPS)
def test_every_answer_is_that_of_a_textbook_token_bucket(rate: int, burst: int, steps: list[tuple[int, int]]) -> None:
    seconds = Seconds()
    limiter = RateLimiter(float(rate), burst, seconds)
    buckets = [TokenBucket(rate, burst, Fraction(burst), Fraction(0)) for _ in range(4)]
    for pause, client in steps:
        # Mostly pauses around the time of a token, sometimes long ones, and none at all.
        seconds.microseconds += pause if pause % 7 == 0 else pause % (2_000_000 // rate)
        expected = buckets[client].take(Fraction(seconds.microseconds, 1_000_000))
        assert limiter.wait(client) == pytest.approx(float(expected), abs=1e-6)


def test_memory_follows_the_clients_of_two_generations(limiter: RateLimiter, seconds: Seconds) -> None:
    for second in range(60):
        for number in range(100):
            limiter.wait((second, number))
        seconds.microseconds += 1_000_000
        assert limiter.clients() <= 500
    seconds.microseconds += 10_000_000
    limiter.wait("one more")
    assert limiter.clients() == 1


def test_a_limited_client_stays_limited_through_a_flood_of_others(limiter: RateLimiter, seconds: Seconds) -> None:
    """Limiters that forget their oldest client hand out a fresh burst to whoever makes them forget."""
    assert taken(limiter, "attacker", 40) == 40
    got = 0
    for number in range(100_000):
        limiter.wait(number)
        if number % 1_000 == 0:
            seconds.microseconds += 100_000
            got += taken(limiter, "attacker", 5)
    assert got == 200


def test_a_flood_is_forgotten(limiter: RateLimiter, seconds: Seconds) -> None:
    for number in range(100_000):
        limiter.wait(number)
    for _ in range(3):
        seconds.microseconds += 2_000_000
        limiter.wait("a")
    assert limiter.clients() <= 2


def test_an_ipv6_network_of_64_bits_is_one_client() -> None:
    assert limit_key("2001:db8:1:2::1") == limit_key("2001:db8:1:2:ffff:ffff:ffff:ffff")
    assert limit_key("2001:db8:1:2::1") != limit_key("2001:db8:1:3::1")
    assert limit_key("192.0.2.1") != limit_key("192.0.2.2")


def test_all_ingest_routes_share_one_bucket(product: Product) -> None:
    origin, client = [(b"origin", b"https://example.com")], "192.0.2.1"
    for number in range(40):
        path, body = [("/ingest", b"{}"), ("/ingest/event", b'{"n":"x"}')][number % 2]
        assert product.requests.post(path, body, origin, client).status == 202
    for path in ("/ingest", "/ingest/event"):
        assert product.requests.post(path, b"{}", origin, client).status == 429
    product.clock.advance(0.05)
    assert product.requests.post("/ingest", b"{}", origin, client).status == 202
    assert product.requests.post("/ingest/event", b"{}", origin, client).status == 429


def test_bad_requests_and_unknown_sites_are_counted_too(product: Product) -> None:
    client = "192.0.2.2"
    for number in range(40):
        assert product.requests.post("/ingest", [b"", b"{"][number % 2], (), client).status == 400
    assert product.requests.post("/ingest", b"", (), client).status == 429


def test_addresses_of_one_ipv6_network_share_a_bucket(product: Product) -> None:
    for number in range(41):
        answer = product.requests.post("/ingest", b"", (), f"2001:db8::{number + 1:x}")
    assert answer.status == 429
    assert product.requests.post("/ingest", b"", (), "2001:db8:0:1::1").status == 400


def test_a_forged_forwarding_header_does_not_pass_the_limit(product: Product) -> None:
    client = "192.0.2.3"
    for number in range(41):
        forged = [(b"x-forwarded-for", f"198.51.100.{number}".encode())]
        answer = product.requests.post("/ingest", b"", forged, client)
    assert answer.status == 429


@pytest.mark.parametrize(("rate", "burst", "seconds"), [(0.1, 1, 10), (0.5, 1, 2), (20.0, 40, 1), (3.0, 2, 1)])
def test_retry_after_is_the_wait_in_whole_seconds(rate: float, burst: int, seconds: int) -> None:
    clock = FakeClock()
    limiter = RateLimiter(rate, burst, clock.monotonic)
    taken(limiter, "a", burst)
    wait = limiter.wait("a")
    clock.advance(seconds)
    assert wait <= seconds
    assert limiter.wait("a") == 0.0
