"""How many passwords are looked at together, and what the others are told."""

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from threading import Barrier

import pytest

from hitkeep_py import catalog
from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.guessable import COMMON_PASSWORDS, is_guessable
from hitkeep_py.catalog.passwords import Passwords
from hitkeep_py.errors import InvalidInput, RateLimited

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


@pytest.mark.parametrize(
    ("password", "guessable"),
    [
        ("password", True),
        ("PASSWORD", True),
        ("Password123!", True),
        ("2026-Sunshine", True),
        ("ｐａｓｓｗｏｒｄ１", True),
        ("qwertyuiop", True),
        ("12345678", True),
        ("jane.doe@example.com", True),
        ("Jane2026", True),
        ("HitKeep_2026", True),
        ("hitkeep-analytics", True),
        ("ShopWidgets1", True),
        ("widgets.shopshop", True),
        ("a long password", False),
        ("hitkeep of the long winter", False),
        ("password, but a long one", False),
        ("12345678 doors", False),
        ("jane and the seven doors", False),
        ("ウェブ解析のパスワード", False),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str, guessable: bool) -> None:
    assert is_guessable(password, "jane.doe@example.com", ["widgets.shop"], 8) is guessable


def test_the_words_of_a_user_and_of_the_sites_are_known(analytics: Analytics) -> None:
    analytics.catalog.sites.add("gardening.example")
    for password in ("gardening-7", "rosemary42", "football99"):
        with pytest.raises(InvalidInput, match=r"a common one, .*, or fewer than 8 characters are left"):
            analytics.catalog.users.add("rosemary@example.org", password)
    assert analytics.catalog.users.add("rosemary@example.org", "seven tall doors").email


def test_enough_common_passwords_are_known() -> None:
    lines = files(catalog).joinpath(COMMON_PASSWORDS).read_text("utf-8").split()
    assert sum(len(each) >= 8 for each in lines) >= 3_000
    assert lines == sorted({each.casefold() for each in lines})
