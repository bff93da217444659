"""How many passwords are looked at together, and what the others are told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from hitkeep_py.catalog.passwords import Passwords
from hitkeep_py.errors import RateLimited

TOGETHER = 60


def test_only_a_few_wait_for_a_hash_and_the_rest_are_told_to_come_back() -> None:
    passwords, ready = Passwords(memory_kib=1024, passes=100), Barrier(TOGETHER)

    def tried(_: int) -> str:
        ready.wait()
        try:
            return "right" if passwords.verify(None, "a wrong password") else "wrong"
        except RateLimited as error:
            return f"after {error.retry_after} s"

    with ThreadPoolExecutor(TOGETHER) as pool:
        outcomes = list(pool.map(tried, range(TOGETHER)))
    assert set(outcomes) == {"wrong", "after 2 s"}
    assert outcomes.count("wrong") >= Passwords.THREADS + Passwords.MOST_WAITING
    assert passwords.verify(passwords.hash("a long password"), "a long password")
    passwords.close()


def test_hashes_are_as_costly_as_owasp_asks() -> None:
    assert Passwords().hash("a long password").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
