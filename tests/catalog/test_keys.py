"""Keys: what is stored of them, how they rotate and end, and that hostile texts cost nothing."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.catalog.keys import Key, KeyRing, Secret, hash_of
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import Conflict, InvalidInput, NotFound
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient

HOUR = 3_600
NOW = "2026-11-20T12:00:00.000Z"
FORMS = {"public": "hkp", "secret": "hks", "api": "hka"}


@pytest.fixture
def catalog(tmp_path: Path, clock: FakeClock) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite", clock)
    yield opened
    opened.close()


@pytest.fixture
def own(catalog: Catalog) -> Site:
    return catalog.sites.add("example.com")


def valid(catalog: Catalog, clock: FakeClock, *texts: str) -> list[bool]:
    """Which of these texts open the door now."""
    catalog.refresh()
    return [catalog.directory.keys.find(text, clock.now_ms()) is not None for text in texts]


@pytest.mark.parametrize("kind", FORMS)
def test_text_says_its_kind_and_is_random(catalog: Catalog, own: Site, kind: str) -> None:
    texts = {catalog.keys.add(own.id, kind)[1] for _ in range(20)}
    assert len(texts) == 20
    assert all(re.fullmatch(rf"{FORMS[kind]}_[A-Za-z0-9]{{32}}", text) for text in texts)


def test_key_is_found_by_its_text(catalog: Catalog, own: Site, clock: FakeClock) -> None:
    added = {text: key for key, text in (catalog.keys.add(own.id, kind) for kind in FORMS)}
    catalog.refresh()
    for text, key in added.items():
        assert catalog.directory.keys.find(text, clock.now_ms()) == key


def test_file_holds_no_text_of_a_key(catalog: Catalog, own: Site, tmp_path: Path) -> None:
    key, text = catalog.keys.add(own.id, "secret")
    _, rotated = catalog.keys.rotate(own.id, key.id)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert key.prefix.encode() in content
    for each in (text, rotated):
        assert each.encode() not in content
        assert each[4:].encode() not in content
        assert hashlib.sha256(each.encode()).digest() in content


def test_prefixes_may_meet() -> None:
    """Two texts of the same first 12 characters are told apart by their hashes."""
    texts = ["hks_abcdefgh" + letter * 24 for letter in "xy"]
    keys = [Key(letter, "site", "secret", "", texts[0][:12], 0, None, None) for letter in "xy"]
    secrets = tuple(Secret(hash_of(text), key, None) for text, key in zip(texts, keys, strict=True))
    ring = KeyRing({texts[0][:12]: secrets})
    assert [ring.find(text, 0) for text in texts] == keys
    assert ring.find("hks_abcdefgh" + "z" * 24, 0) is None


@given(st.one_of(st.text(), st.text(alphabet="hks_ab\ud800é", min_size=36, max_size=36)))
def test_any_text_is_answered(text: str) -> None:
    key = Key("id", "site", "secret", "", "hks_aaaaaaaa", 0, None, None)
    ring = KeyRing({"hks_aaaaaaaa": (Secret(hash_of("hks_" + "a" * 32), key, None),)})
    assert ring.find(text, 0) is None


class Unread(str):
    """A text that fails when it is made into bytes, as hashing does."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        raise AssertionError(f"{len(self)} characters were hashed")


def test_no_hash_is_made_of_a_text_of_another_length_or_beginning() -> None:
    key = Key("id", "site", "secret", "", "hks_aaaaaaaa", 0, None, None)
    ring = KeyRing({"hks_aaaaaaaa": (Secret(b"", key, None),)})
    for length in (0, 4, 12, 35, 37, 1_000_000):
        assert ring.find(Unread(("hks_" + "a" * 1_000_000)[:length]), 0) is None
    assert ring.find(Unread("hks_" + "b" * 32), 0) is None
    with pytest.raises(AssertionError, match="36 characters were hashed"):
        ring.find(Unread("hks_" + "a" * 32), 0)


def test_rotated_key_keeps_its_id_and_both_texts_for_24_hours(catalog: Catalog, own: Site, clock: FakeClock) -> None:
    key, first = catalog.keys.add(own.id, "secret", "Shop")
    clock.advance(HOUR)
    rotated, second = catalog.keys.rotate(own.id, key.id)
    assert (rotated.id, rotated.name, rotated.created_at) == (key.id, "Shop", key.created_at)
    assert rotated.prefix == second[:12]
    assert rotated.previous_valid_until == clock.now_ms() + 24 * HOUR * 1000
    assert catalog.keys.of_site(own.id) == [rotated]
    clock.advance(24 * HOUR - 0.001)
    assert valid(catalog, clock, first, second) == [True, True]
    clock.advance(0.001)
    assert valid(catalog, clock, first, second) == [False, True]
    assert catalog.keys.of_site(own.id)[0].previous_valid_until is None


def test_every_old_text_lives_for_the_24_hours_it_was_promised(catalog: Catalog, own: Site, clock: FakeClock) -> None:
    key, first = catalog.keys.add(own.id, "secret")
    texts = [first]
    for _ in range(3):
        clock.advance(HOUR)
        rotated, text = catalog.keys.rotate(own.id, key.id)
        texts.append(text)
        assert valid(catalog, clock, *texts) == [True] * len(texts)
        assert rotated.previous_valid_until == clock.now_ms() + 24 * HOUR * 1000
        assert catalog.keys.of_site(own.id) == [rotated]
    clock.advance(22 * HOUR - 0.001)
    assert valid(catalog, clock, *texts) == [True] * 4
    for ended in (1, 2, 3):
        clock.advance(0.001 if ended == 1 else HOUR)
        assert valid(catalog, clock, *texts) == [False] * ended + [True] * (4 - ended)
    assert catalog.keys.of_site(own.id)[0].previous_valid_until is None


def test_a_key_has_at_most_ten_valid_texts(catalog: Catalog, own: Site, clock: FakeClock) -> None:
    key, first = catalog.keys.add(own.id, "secret", "Shop")
    texts = [first]
    for _ in range(9):
        texts.append(catalog.keys.rotate(own.id, key.id)[1])
        clock.advance(HOUR)
    with pytest.raises(Conflict, match=r"the key Shop has 10 valid texts .* at 2026-11-21T12:00:00\.000Z"):
        catalog.keys.rotate(own.id, key.id)
    assert valid(catalog, clock, *texts) == [True] * 10
    clock.advance(15 * HOUR)
    texts.append(catalog.keys.rotate(own.id, key.id)[1])
    assert valid(catalog, clock, *texts) == [False] + [True] * 10
    assert catalog.database.rows("SELECT count(*) FROM key_secrets") == [(10,)]


def test_ended_texts_are_deleted_and_valid_ones_stay(catalog: Catalog, own: Site, clock: FakeClock) -> None:
    key, first = catalog.keys.add(own.id, "secret")
    _, second = catalog.keys.rotate(own.id, key.id)
    catalog.keys.forget_expired()
    assert valid(catalog, clock, first, second) == [True, True]
    clock.advance(24 * HOUR)
    catalog.keys.forget_expired()
    assert catalog.database.rows("SELECT hash FROM key_secrets") == [(hash_of(second),)]
    before = catalog.database.version()
    catalog.keys.forget_expired()
    assert catalog.database.version() == before


def test_revoked_key_is_gone_at_once_with_all_its_texts(catalog: Catalog, own: Site, clock: FakeClock) -> None:
    key, first = catalog.keys.add(own.id, "secret")
    _, second = catalog.keys.rotate(own.id, key.id)
    _, third = catalog.keys.rotate(own.id, key.id)
    catalog.keys.revoke(own.id, key.id)
    assert valid(catalog, clock, first, second, third) == [False] * 3
    assert catalog.database.rows("SELECT 1 FROM key_secrets") == []
    with pytest.raises(NotFound):
        catalog.keys.revoke(own.id, key.id)
    with pytest.raises(NotFound):
        catalog.keys.rotate(own.id, key.id)


def test_keys_go_with_their_site(catalog: Catalog, own: Site, clock: FakeClock) -> None:
    _, text = catalog.keys.add(own.id, "secret")
    catalog.sites.remove(own.id)
    assert valid(catalog, clock, text) == [False]
    assert catalog.database.rows("SELECT 1 FROM keys") == []
    with pytest.raises(NotFound):
        catalog.keys.add(own.id, "secret")


def test_key_is_found_by_id_name_or_prefix_on_its_own_site(catalog: Catalog, own: Site, clock: FakeClock) -> None:
    other = catalog.sites.add("example.org")
    key, first = catalog.keys.add(own.id, "api", "Shop")
    catalog.keys.add(own.id, "api")
    _, second = catalog.keys.rotate(own.id, key.id)
    rotated, third = catalog.keys.rotate(own.id, key.id)
    for name in (key.id, "Shop", first[:12], second[:12], third[:12]):
        assert catalog.keys.find(own.id, name) == rotated
        with pytest.raises(NotFound):
            catalog.keys.find(other.id, name)
    for unknown in ("", first, "hka_", "shop"):
        with pytest.raises(NotFound):
            catalog.keys.find(own.id, unknown)
    clock.advance(24 * HOUR)
    with pytest.raises(NotFound):
        catalog.keys.find(own.id, first[:12])


def test_names_are_given_once_and_need_not_be_given(catalog: Catalog, own: Site) -> None:
    catalog.keys.add(own.id, "api", "Shop")
    for _ in range(2):
        catalog.keys.add(own.id, "api")
    with pytest.raises(Conflict):
        catalog.keys.add(own.id, "secret", " Shop ")
    assert len(catalog.keys.of_site(own.id)) == 3


def test_name_that_is_anothers_id_does_not_hide_it(catalog: Catalog, own: Site) -> None:
    key, _ = catalog.keys.add(own.id, "api")
    catalog.keys.add(own.id, "api", key.id)
    catalog.keys.revoke(own.id, key.id)
    assert [each.name for each in catalog.keys.of_site(own.id)] == [key.id]


def test_last_use_is_remembered_first_and_saved_by_the_minute(catalog: Catalog, own: Site, clock: FakeClock) -> None:
    key, _ = catalog.keys.add(own.id, "api")
    assert catalog.keys.of_site(own.id)[0].last_used_at is None
    before = catalog.database.version()
    catalog.keys.note_use(key.id, clock.now_ms())
    assert catalog.keys.of_site(own.id)[0].last_used_at == clock.now_ms()
    assert stored_use(catalog) is None
    assert catalog.database.version() == before
    catalog.keys.save_uses()
    first = clock.now_ms()
    assert stored_use(catalog) == first
    clock.advance(59)
    catalog.keys.note_use(key.id, clock.now_ms())
    catalog.keys.save_uses()
    assert stored_use(catalog) == first
    assert catalog.keys.of_site(own.id)[0].last_used_at == clock.now_ms()
    clock.advance(1)
    catalog.keys.note_use(key.id, clock.now_ms())
    catalog.keys.save_uses()
    assert stored_use(catalog) == clock.now_ms()


def stored_use(catalog: Catalog) -> int | None:
    found: int | None = catalog.database.rows("SELECT last_used_at FROM keys")[0][0]
    return found


def test_use_of_a_key_that_was_revoked_meanwhile_is_forgotten(catalog: Catalog, own: Site, clock: FakeClock) -> None:
    key, _ = catalog.keys.add(own.id, "api")
    catalog.keys.note_use(key.id, clock.now_ms())
    catalog.keys.revoke(own.id, key.id)
    catalog.keys.save_uses()
    assert catalog.keys.of_site(own.id) == []


@pytest.mark.parametrize("kind", [None, "", "API", "master", 1, ["api"], {}], ids=repr)
def test_other_kinds_are_refused(catalog: Catalog, own: Site, kind: object) -> None:
    with pytest.raises(InvalidInput) as raised:
        catalog.keys.add(own.id, kind)
    assert raised.value.field == "kind"


def test_api_tells_the_text_when_it_is_made_only(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/keys"
    answer = logged_in.post(path, json={"kind": "api", "name": "Shop"})
    assert answer.status_code == 201
    added = answer.json()
    text = added.pop("key")
    assert added == {
        "id": added["id"],
        "site_id": site.id,
        "kind": "api",
        "name": "Shop",
        "prefix": text[:12],
        "created_at": NOW,
        "last_used_at": None,
        "previous_valid_until": None,
    }
    assert logged_in.get(path).json() == [added]
    rotated = logged_in.post(f"{path}/{added['id']}/rotate").json()
    new = rotated.pop("key")
    assert rotated == {**added, "prefix": new[:12], "previous_valid_until": "2026-11-21T12:00:00.000Z"}
    assert logged_in.get(path).json() == [rotated]
    assert logged_in.delete(f"{path}/{added['id']}").status_code == 200
    assert logged_in.get(path).json() == []


def test_api_counts_a_change_at_once(logged_in: HttpClient, http: HttpClient, analytics: Analytics, site: Site) -> None:
    path = f"/api/sites/{site.id}/keys"
    added = logged_in.post(path, json={"kind": "api"}).json()
    headers = {"authorization": f"Bearer {added['key']}"}
    assert http.get(f"/api/sites/{site.id}", headers=headers).status_code == 200
    logged_in.delete(f"{path}/{added['id']}")
    assert http.get(f"/api/sites/{site.id}", headers=headers).status_code == 401


def test_api_refuses_bad_keys_by_field(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/keys"
    for body, field in (
        ({"kind": "master"}, "kind"),
        ({"kind": None}, "kind"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
    ):
        answer = logged_in.post(path, json=body)
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, field), body
    assert logged_in.get(path).json() == []


def test_api_finds_a_key_by_its_id_and_site_only(logged_in: HttpClient, site: Site) -> None:
    key = logged_in.post(f"/api/sites/{site.id}/keys", json={"name": "Shop"}).json()
    logged_in.post("/api/sites", json={"domain": "example.org"})
    for path in (f"/api/sites/example.org/keys/{key['id']}", f"/api/sites/{site.id}/keys/Shop"):
        assert logged_in.delete(path).status_code == 404
        assert logged_in.post(f"{path}/rotate").status_code == 404
