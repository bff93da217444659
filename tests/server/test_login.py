"""The way in: first user, login and its throttle, and when a session ends."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.server.app import Server
from tests.conftest import EMAIL, PASSWORD
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient

MINUTE, HOUR, DAY = 60, 3_600, 86_400
INVALID = {"error": {"code": "not_authenticated", "message": "Invalid email or password", "field": None}}


@pytest.fixture(autouse=True)
def _user(request: pytest.FixtureRequest) -> None:
    """Every test has a user but those of the set-up."""
    if "setup" not in request.function.__name__:
        request.getfixturevalue("analytics").catalog.users.add(EMAIL, PASSWORD)


def log_in(client: HttpClient, email: str = EMAIL, password: str = PASSWORD) -> int:
    return client.post("/api/login", json={"email": email, "password": password}).status_code


def caller(server: Server, address: str) -> HttpClient:
    return HttpClient(server.app, client=(address, 50000))


def set_up(client: HttpClient, token: object, email: str = EMAIL) -> int:
    body = {"setup_token": token, "email": email, "password": PASSWORD}
    return client.post("/api/initial-user", json=body).status_code


def is_logged_in(client: HttpClient) -> bool:
    return client.get("/api/sites").status_code == 200


def test_login_opens_a_session_and_logout_ends_it(http: HttpClient) -> None:
    assert not is_logged_in(http)
    assert log_in(http) == 200
    assert is_logged_in(http)
    token = http.cookies["hk_token"]
    assert http.post("/api/logout").status_code == 200
    assert "hk_token" not in http.cookies
    assert http.get("/api/sites", headers={"cookie": f"hk_token={token}"}).status_code == 401


def test_every_login_has_a_token_of_its_own(server: Server) -> None:
    first, second = caller(server, "203.0.113.1"), caller(server, "203.0.113.2")
    log_in(first)
    log_in(second)
    assert first.cookies["hk_token"] != second.cookies["hk_token"]
    first.post("/api/logout")
    assert not is_logged_in(first)
    assert is_logged_in(second)


def test_email_may_be_typed_in_any_case(http: HttpClient) -> None:
    assert log_in(http, f"  {EMAIL.upper()} ") == 200


def test_wrong_password_and_unknown_user_get_the_same_answer(http: HttpClient) -> None:
    for email, password in ((EMAIL, "a wrong password"), ("nobody@example.com", PASSWORD), ("no address", "x")):
        answer = http.post("/api/login", json={"email": email, "password": password})
        assert (answer.status_code, answer.json()) == (401, INVALID)
        assert "set-cookie" not in answer.headers


def test_login_without_texts_is_400(http: HttpClient) -> None:
    for body in ({}, {"email": EMAIL}, {"email": EMAIL, "password": 5}, {"email": [EMAIL], "password": PASSWORD}):
        assert http.post("/api/login", json=body).status_code == 400, body


def test_hostile_passwords_are_only_wrong(server: Server) -> None:
    hostile = ["", "\0", "x" * 60_000, "\N{COMBINING ACUTE ACCENT}" * 2_000, PASSWORD + "\0", PASSWORD + " "]
    for number, password in enumerate(hostile):
        assert log_in(caller(server, f"203.0.113.{number + 1}"), f"{number}@example.com", password) == 401
    assert log_in(caller(server, "203.0.113.99"), EMAIL, PASSWORD + "\0") == 401


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_sixth_attempt_of_a_client_on_an_account_waits(email: str, http: HttpClient, clock: FakeClock) -> None:
    """Also for users there are not, or the throttle would tell who is one."""
    assert [log_in(http, email, "a wrong password") for _ in range(5)] == [401] * 5
    answer = http.post("/api/login", json={"email": email.upper(), "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
    wait = int(answer.headers["retry-after"])
    assert 1 <= wait <= 15 * MINUTE
    clock.advance(wait)
    assert log_in(http, email, "a wrong password") == 401
    clock.advance(15 * MINUTE)
    assert [log_in(http, email, "a wrong password") for _ in range(6)] == [401] * 5 + [429]


def test_nobody_keeps_the_owner_out(server: Server) -> None:
    for number in range(1, 30):
        assert log_in(caller(server, f"203.0.113.{number}"), EMAIL, "a wrong password") == 401
    assert log_in(caller(server, "203.0.113.99")) == 200


def test_a_known_device_passes_where_its_network_has_tried_too_often(server: Server) -> None:
    owner, guest = caller(server, "203.0.113.7"), caller(server, "203.0.113.7")
    assert log_in(owner) == 200
    while log_in(guest, EMAIL, "a wrong password") != 429:
        pass
    assert (log_in(guest), log_in(owner)) == (429, 200)
    assert [log_in(owner, EMAIL, "a wrong password") for _ in range(6)] == [401] * 5 + [429]


def test_right_logins_do_not_count(http: HttpClient) -> None:
    for _ in range(4):
        log_in(http, EMAIL, "a wrong password")
    http.cookies.clear()
    for _ in range(12):
        assert log_in(http) == 200
        http.cookies.clear()
    assert [log_in(http, EMAIL, "a wrong password") for _ in range(2)] == [401, 429]


def test_a_new_password_lifts_the_wait(http: HttpClient, analytics: Analytics) -> None:
    while log_in(http, EMAIL, "a wrong password") != 429:
        pass
    analytics.catalog.users.change_password(EMAIL, "a quite new password")
    assert log_in(http, EMAIL, "a quite new password") == 200


def test_a_second_login_ends_the_first_session_of_the_browser(http: HttpClient, server: Server) -> None:
    log_in(http)
    first = http.cookies["hk_token"]
    log_in(http)
    assert http.cookies["hk_token"] != first
    assert is_logged_in(http)
    assert not is_logged_in(HttpClient(server.app, cookies={"hk_token": first}))


def test_eleventh_attempt_from_an_address_waits_whoever_it_is_for(http: HttpClient, clock: FakeClock) -> None:
    attempts = [log_in(http, f"{number}@example.com", "a wrong password") for number in range(11)]
    assert attempts == [401] * 10 + [429]
    assert log_in(http) == 429
    clock.advance(MINUTE)
    assert log_in(http) == 200


def test_addresses_of_one_ipv6_network_count_as_one(server: Server) -> None:
    attempts = [
        log_in(caller(server, f"2001:db8::{number:x}"), f"{number}@example.com", "a wrong password")
        for number in range(1, 12)
    ]
    assert attempts == [401] * 10 + [429]
    assert log_in(caller(server, "2001:db8:0:1::1")) == 200


def test_other_accounts_are_not_held_up(http: HttpClient, analytics: Analytics) -> None:
    analytics.catalog.users.add("other@example.com", PASSWORD)
    for _ in range(6):
        log_in(http, EMAIL, "a wrong password")
    assert log_in(http, "other@example.com") == 200


def test_forwarded_address_of_a_stranger_does_not_get_past_the_throttle(http: HttpClient) -> None:
    statuses = []
    for number in range(11):
        body = {"email": f"{number}@example.com", "password": "a wrong password"}
        headers = {"x-forwarded-for": f"198.51.100.{number}", "x-real-ip": f"198.51.100.{number}"}
        statuses.append(http.post("/api/login", json=body, headers=headers).status_code)
    assert statuses[-1] == 429


def test_session_ends_after_12_hours_without_a_request(http: HttpClient, clock: FakeClock) -> None:
    log_in(http)
    clock.advance(12 * HOUR - 1)
    assert is_logged_in(http)
    clock.advance(12 * HOUR - 1)
    assert is_logged_in(http)
    clock.advance(12 * HOUR)
    assert not is_logged_in(http)


def test_session_ends_14_days_after_login_however_much_it_is_used(http: HttpClient, clock: FakeClock) -> None:
    log_in(http)
    for _ in range(14 * 24 // 6 - 1):
        clock.advance(6 * HOUR)
        assert is_logged_in(http)
    clock.advance(6 * HOUR - 1)
    assert is_logged_in(http)
    clock.advance(1)
    assert not is_logged_in(http)


def test_ended_sessions_are_deleted_at_the_next_login(server: Server, analytics: Analytics, clock: FakeClock) -> None:
    log_in(caller(server, "203.0.113.1"))
    clock.advance(13 * HOUR)
    log_in(caller(server, "203.0.113.1"))
    assert analytics.catalog.database.rows("SELECT count(*) FROM login_sessions") == [(1,)]


def test_change_of_password_ends_all_sessions(server: Server, analytics: Analytics) -> None:
    first, second = caller(server, "203.0.113.1"), caller(server, "203.0.113.2")
    log_in(first)
    log_in(second)
    analytics.catalog.users.change_password(EMAIL, "another long password")
    assert not is_logged_in(first)
    assert not is_logged_in(second)
    assert log_in(first) == 401
    assert log_in(first, password="another long password") == 200


def test_change_of_password_leaves_other_users_alone(server: Server, analytics: Analytics) -> None:
    analytics.catalog.users.add("other@example.com", PASSWORD)
    other = caller(server, "203.0.113.2")
    log_in(other, "other@example.com")
    analytics.catalog.users.change_password(EMAIL, "another long password")
    assert is_logged_in(other)


def test_password_itself_is_in_no_table(analytics: Analytics) -> None:
    row = analytics.catalog.database.rows("SELECT * FROM users")[0]
    assert not any(PASSWORD in str(value) for value in row)
    assert any("$argon2id$v=19$" in str(value) for value in row)


def test_setup_with_the_token_makes_the_first_user_and_logs_in(http: HttpClient, server: Server) -> None:
    assert http.get("/api/status").json()["needs_setup"] is True
    body = {"setup_token": server.logins.setup_token, "email": "You@Example.com", "password": PASSWORD}
    answer = http.post("/api/initial-user", json={**body, "given_name": "Ada", "last_name": "Lovelace"})
    assert answer.status_code == 201
    user = answer.json()["user"]
    assert user == {
        "id": user["id"],
        "email": EMAIL,
        "given_name": "Ada",
        "last_name": "Lovelace",
        "created_at": "2026-11-20T12:00:00.000Z",
    }
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert is_logged_in(http)
    assert http.get("/api/status").json()["needs_setup"] is False


def test_setup_token_works_once(server: Server, analytics: Analytics) -> None:
    token = server.logins.setup_token
    assert set_up(caller(server, "203.0.113.1"), token) == 201
    assert set_up(caller(server, "203.0.113.2"), token, "other@example.com") == 403
    assert [user.email for user in analytics.catalog.users.all()] == [EMAIL]


def test_setup_with_a_wrong_token_is_refused(server: Server, analytics: Analytics) -> None:
    right = server.logins.setup_token
    for number, wrong in enumerate(["", None, 5, [right], right[:-1], right + "x", right.swapcase(), "\u00e4" * 22]):
        assert set_up(caller(server, f"203.0.113.{number + 1}"), wrong) == 403, wrong
    assert analytics.catalog.users.all() == []


def test_setup_token_has_128_bits_and_is_new_at_every_start(server: Server, analytics: Analytics) -> None:
    assert len(server.logins.setup_token) >= 22
    assert Server(analytics).logins.setup_token != server.logins.setup_token


def test_setup_ends_15_minutes_after_the_start(http: HttpClient, server: Server, clock: FakeClock) -> None:
    clock.advance(15 * MINUTE + 1)
    assert set_up(http, server.logins.setup_token) == 403


def test_setup_is_open_for_15_minutes(http: HttpClient, server: Server, clock: FakeClock) -> None:
    clock.advance(15 * MINUTE - 1)
    assert set_up(http, server.logins.setup_token) == 201


def test_setup_with_a_bad_password_leaves_the_token_good(http: HttpClient, server: Server) -> None:
    token = server.logins.setup_token
    for password in ("short", "password123", EMAIL + "", "x" * 1025, None):
        body = {"setup_token": token, "email": EMAIL, "password": password}
        assert http.post("/api/initial-user", json=body).json()["error"]["field"] == "password", password
    assert set_up(http, token) == 201


def test_setup_guesses_are_throttled(http: HttpClient, server: Server) -> None:
    assert [set_up(http, "wrong") for _ in range(11)] == [403] * 10 + [429]
    assert set_up(http, server.logins.setup_token) == 429


def test_setup_is_closed_by_a_user_from_the_command_line(
    http: HttpClient, server: Server, analytics: Analytics
) -> None:
    analytics.catalog.users.add("other@example.com", PASSWORD)
    assert set_up(http, server.logins.setup_token) == 403


def test_fifty_setups_at_once_make_one_user(server: Server, analytics: Analytics) -> None:
    token = server.logins.setup_token

    def attempt(number: int) -> int:
        return set_up(caller(server, f"203.0.113.{number}"), token, f"{number}@example.com")

    with ThreadPoolExecutor(50) as pool:
        statuses = sorted(pool.map(attempt, range(50)))
    assert statuses[0] == 201
    assert set(statuses[1:]) <= {403, 429}  # 429 of those that would wait for a password's hash too long.
    assert len(analytics.catalog.users.all()) == 1
