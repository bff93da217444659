"""Users over HTTP: who they are, how they come and go, and a new password of one's own."""

import pytest

from hitkeep_py import __version__
from hitkeep_py.analytics import Analytics
from hitkeep_py.errors import NotAuthenticated
from hitkeep_py.server.app import Server
from tests.conftest import EMAIL, PASSWORD
from tests.http_client import HttpClient

OTHER, NEW = "other@example.com", "an even longer password"


def add(client: HttpClient, email: str = OTHER) -> str:
    answer = client.post("/api/users", json={"email": email, "password": PASSWORD, "given_name": "Ada"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def session(server: Server, email: str) -> HttpClient:
    client = HttpClient(server.app)
    assert client.post("/api/login", json={"email": email, "password": PASSWORD}).status_code == 200
    return client


def change(client: HttpClient, old: object, new: object) -> tuple[int, str | None]:
    answer = client.post("/api/password", json={"old_password": old, "new_password": new})
    return answer.status_code, answer.json()["error"]["field"] if answer.status_code >= 400 else None


def test_user_who_was_added_can_log_in_and_is_listed(logged_in: HttpClient, server: Server) -> None:
    add(logged_in)
    assert [each["email"] for each in logged_in.get("/api/users").json()] == [OTHER, EMAIL]
    assert session(server, OTHER).get("/api/me").json()["user"]["given_name"] == "Ada"


def test_no_answer_holds_a_password(logged_in: HttpClient) -> None:
    add(logged_in)
    assert "password" not in logged_in.get("/api/users").text
    assert "argon2" not in logged_in.get("/api/users").text


def test_everyone_sees_who_they_are(logged_in: HttpClient) -> None:
    found = logged_in.get("/api/me").json()
    assert (found["user"]["email"], found["version"]) == (EMAIL, __version__)


def test_address_is_taken_once(logged_in: HttpClient) -> None:
    add(logged_in)
    again = logged_in.post("/api/users", json={"email": OTHER.upper(), "password": PASSWORD})
    assert again.status_code == 409


@pytest.mark.parametrize("body", [{}, {"email": "nobody", "password": PASSWORD}, {"email": OTHER, "password": "short"}])
def test_user_needs_an_address_and_a_good_password(body: dict[str, str], logged_in: HttpClient) -> None:
    assert logged_in.post("/api/users", json=body).status_code == 400
    assert len(logged_in.get("/api/users").json()) == 1


def test_removed_user_is_logged_out_at_once(logged_in: HttpClient, server: Server) -> None:
    user_id = add(logged_in)
    other = session(server, OTHER)
    assert logged_in.delete(f"/api/users/{user_id}").status_code == 200
    assert other.get("/api/me").status_code == 401
    assert logged_in.delete(f"/api/users/{user_id}").status_code == 404


def test_nobody_removes_oneself(logged_in: HttpClient) -> None:
    add(logged_in)
    own = logged_in.get("/api/me").json()["user"]["id"]
    assert logged_in.delete(f"/api/users/{own}").status_code == 409
    assert logged_in.get("/api/me").status_code == 200


def test_the_only_user_stays(logged_in: HttpClient, server: Server) -> None:
    own = logged_in.get("/api/me").json()["user"]["id"]
    with HttpClient(server.local_app) as command_line:
        assert command_line.delete(f"/api/users/{own}").status_code == 409
        assert command_line.get("/api/me").json()["user"] is None
    assert logged_in.get("/api/me").status_code == 200


def test_new_password_ends_other_sessions_and_not_ones_own(
    logged_in: HttpClient, server: Server, analytics: Analytics
) -> None:
    elsewhere = session(server, EMAIL)
    assert change(logged_in, PASSWORD, NEW) == (200, None)
    assert elsewhere.get("/api/me").status_code == 401
    assert logged_in.get("/api/me").status_code == 200
    assert analytics.catalog.users.log_in(EMAIL, NEW)[0].email == EMAIL
    with pytest.raises(NotAuthenticated):
        analytics.catalog.users.log_in(EMAIL, PASSWORD)


def test_password_is_not_changed_without_the_old_one_and_a_good_new_one(
    logged_in: HttpClient, analytics: Analytics
) -> None:
    assert change(logged_in, "a wrong password", NEW) == (403, "old_password")
    assert change(logged_in, None, NEW) == (403, "old_password")
    assert change(logged_in, PASSWORD, "short") == (400, "new_password")
    assert change(logged_in, PASSWORD, None) == (400, "new_password")
    assert analytics.catalog.users.log_in(EMAIL, PASSWORD)[0].email == EMAIL


def test_old_password_cannot_be_guessed_for_long(logged_in: HttpClient) -> None:
    statuses = [change(logged_in, f"wrong password {number}", NEW)[0] for number in range(8)]
    assert statuses[:5] == [403] * 5
    assert statuses[-1] == 429


def test_command_line_has_no_password(server: Server) -> None:
    with HttpClient(server.local_app) as command_line:
        assert change(command_line, PASSWORD, NEW)[0] == 403
