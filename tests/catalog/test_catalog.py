"""The catalog: what counts as a domain and a zone, and changes that another process makes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.catalog.database import Database, apply_from
from hitkeep_py.catalog.migrations import MIGRATIONS
from hitkeep_py.catalog.site_settings import read_domain, read_time_zone, time_zones
from hitkeep_py.errors import Conflict, DataDamaged, DataDirectoryError, InvalidInput, NotFound
from hitkeep_py.text import is_hostname, normalised_hostname
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient

DOMAINS = [
    ("example.com", "example.com"),
    ("  Example.COM  ", "example.com"),
    ("www.example.com", "example.com"),
    ("WWW.Example.com.", "example.com"),
    ("https://www.example.com/path?query=1#part", "example.com"),
    ("HTTP://example.com", "example.com"),
    ("example.com:8443", "example.com"),
    ("http://example.com:8080/", "example.com"),
    ("blog.example.co.uk", "blog.example.co.uk"),
    ("localhost", "localhost"),
    ("192.0.2.7", "192.0.2.7"),
    ("bücher.example", "xn--bcher-kva.example"),
    ("BÜCHER.example", "xn--bcher-kva.example"),
    ("https://www.bücher.example/ü", "xn--bcher-kva.example"),
    ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ("bu\u0308cher.example", "xn--bcher-kva.example"),
    ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
    ("example。com", "example.com"),
    ("a" * 63 + ".example", "a" * 63 + ".example"),
]
# What browsers put into Origin: the current rules keep these letters, those of 2003 replaced them by others.
LETTERS_THAT_BROWSERS_KEEP = [
    ("straße.example", "xn--strae-oqa.example"),
    ("βόλος.example", "xn--nxasmm1c.example"),
]
NO_DOMAINS: list[object] = [
    None,
    7,
    ["example.com"],
    "",
    "   ",
    ".",
    "..",
    "https://",
    "http:///path",
    "example..com",
    ".example.com",
    "-example.com",
    "example-.com",
    "exa mple.com",
    "exam_ple.com/",
    "*.example.com",
    "example.com,example.org",
    "<script>",
    "a" * 64 + ".example",
    "ü" * 64 + ".example",
    ".".join(["a" * 50] * 6),
    "[::1]",
    "http://[::1",
    "example\x00.com",
    "'; DROP TABLE sites; --",
]


@pytest.fixture
def catalog(tmp_path: Path, clock: FakeClock) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite", clock)
    yield opened
    opened.close()


@pytest.fixture
def other_process(catalog: Catalog, tmp_path: Path, clock: FakeClock) -> Iterator[Catalog]:
    """The same file opened again, as the command line does beside the server."""
    opened = Catalog(tmp_path / "catalog.sqlite", clock)
    yield opened
    opened.close()


@pytest.mark.parametrize(("typed", "domain"), DOMAINS)
def test_domain_is_read_as_people_type_it(typed: str, domain: str) -> None:
    assert read_domain(typed) == domain


@pytest.mark.parametrize(("typed", "domain"), LETTERS_THAT_BROWSERS_KEEP)
def test_domain_is_spelt_as_browsers_spell_it(typed: str, domain: str) -> None:
    assert read_domain(typed) == domain


@pytest.mark.parametrize("junk", NO_DOMAINS, ids=repr)
def test_junk_is_no_domain(junk: object) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_domain(junk)
    assert raised.value.field == "domain"


def test_a_new_catalog_is_what_all_migrations_make_of_nothing() -> None:
    question = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as migrated, closing(Database(None)) as new:
        apply_from(migrated, 0)
        assert new.rows(question) == migrated.execute(question).fetchall()
        assert new.rows("PRAGMA user_version") == migrated.execute("PRAGMA user_version").fetchall()
        for (table,) in new.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            assert new.rows(f"SELECT * FROM {table}") == migrated.execute(f"SELECT * FROM {table}").fetchall()


@given(st.one_of(st.text(), st.from_regex(r"(https?://)?[\wäß.\-:/@\[\]%]{1,40}", fullmatch=True)))
def test_domain_read_twice_stays_the_same(text: str) -> None:
    try:
        domain = read_domain(text)
    except InvalidInput:
        return
    assert read_domain(domain) == domain
    assert is_hostname(domain)


@given(st.text(max_size=300))
def test_normalising_a_hostname_never_fails(text: str) -> None:
    normalised_hostname(text)


def test_site_is_found_by_any_spelling(catalog: Catalog) -> None:
    site = catalog.sites.add("bücher.example")
    for spelling in (site.id, site.id.upper(), "bücher.example", "WWW.BÜCHER.example.", "xn--bcher-kva.example"):
        assert catalog.sites.find(spelling) == site


def test_event_of_a_site_is_found_by_the_origins_hostname(catalog: Catalog) -> None:
    site = catalog.sites.add("www.example.com")
    catalog.refresh()
    for hostname in ("example.com", "www.example.com", "WWW.EXAMPLE.COM", "example.com."):
        assert catalog.directory.of_hostname(hostname) == site
    for hostname in ("", "com", "blog.example.com", "example.com.evil.example", "wwwexample.com"):
        assert catalog.directory.of_hostname(hostname) is None


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Argentina/Buenos_Aires"])
def test_time_zones_are_known(zone: str) -> None:
    assert read_time_zone(zone) == zone


@pytest.mark.parametrize(
    "zone",
    [
        None,
        1,
        "",
        " ",
        "Mars/Olympus",
        "Europe",
        "Europe/",
        "../../../etc/passwd",
        "right/Europe/Berlin",
        "posix/Europe/Berlin",
        "posixrules",
        "localtime",
        "Factory",
        "europe/berlin",
        "Europe/Berlin ",
        "/etc/localtime",
        "a\x00b",
        "\ud800",
    ],
    ids=repr,
)
def test_what_is_no_time_zone_is_refused(zone: object) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_time_zone(zone)
    assert raised.value.field == "time_zone"


@pytest.mark.parametrize(
    ("stored", "zone"),
    [
        ("right/Europe/Berlin", "Europe/Berlin"),
        ("posix/Asia/Kolkata", "Asia/Kolkata"),
        ("localtime", "UTC"),
        ("Factory", "UTC"),
        ("../etc/passwd", "UTC"),
    ],
)
def test_zones_that_were_taken_once_take_no_site_away(
    stored: str, zone: str, logged_in: HttpClient, analytics: Analytics
) -> None:
    site, other = (analytics.catalog.sites.add(domain) for domain in ("a.example", "b.example"))
    with analytics.catalog.sites._database.transaction("") as run:
        run.execute("UPDATE sites SET time_zone = ? WHERE id = ?", [stored, site.id])
    analytics.catalog.refresh()
    assert analytics.catalog.sites.get(site.id).time_zone == zone
    rows = logged_in.get("/api/overview", params={"range": "7d"}).json()["sites"]
    assert {each["site_id"]: each["time_zone"] for each in rows} == {site.id: zone, other.id: "UTC"}
    assert logged_in.get(f"/api/sites/{site.id}/reports/series").status_code == 200


def test_every_zone_of_the_list_has_its_data_in_the_package() -> None:
    packaged = resources.files("tzdata").joinpath("zoneinfo")
    assert len(time_zones()) > 500
    for zone in time_zones():
        assert packaged.joinpath(zone).is_file()


@pytest.mark.parametrize("zone", ["zone.tab", "tzdata.zi", "leapseconds"])
def test_other_files_beside_the_zones_are_no_zones(zone: str) -> None:
    with pytest.raises(InvalidInput):
        read_time_zone(zone)


def test_another_processs_changes_are_seen_after_refresh(catalog: Catalog, other_process: Catalog) -> None:
    catalog.refresh()
    site = other_process.sites.add("example.com")
    assert catalog.refresh()
    assert catalog.directory.by_domain == {"example.com": site}
    changed = other_process.sites.change(site.id, {"domain": "example.org"})
    assert catalog.refresh()
    assert catalog.directory.by_domain == {"example.org": changed}
    other_process.sites.remove(site.id)
    assert catalog.refresh()
    assert catalog.directory.by_id == {}


def test_changes_go_both_ways(catalog: Catalog, other_process: Catalog) -> None:
    first = catalog.sites.add("example.com")
    second = other_process.sites.add("example.org")
    for each in (catalog, other_process):
        each.refresh()
        assert each.directory.by_id == {first.id: first, second.id: second}


def test_own_changes_are_seen_after_refresh(catalog: Catalog) -> None:
    catalog.refresh()
    site = catalog.sites.add("example.com")
    assert catalog.refresh()
    assert catalog.directory.by_id == {site.id: site}


def test_refresh_without_a_change_does_nothing(catalog: Catalog, other_process: Catalog) -> None:
    catalog.refresh()
    before = catalog.directory
    other_process.sites.all()
    assert not catalog.refresh()
    assert catalog.directory is before


def test_two_processes_cannot_add_the_same_domain(catalog: Catalog, other_process: Catalog) -> None:
    catalog.sites.add("example.com")
    with pytest.raises(Conflict):
        other_process.sites.add("www.example.com")


def test_goal_of_a_site_that_another_process_removed_is_not_found(catalog: Catalog, other_process: Catalog) -> None:
    site = catalog.sites.add("example.com")
    other_process.sites.remove(site.id)
    with pytest.raises(NotFound):
        catalog.goals.add(site.id, "Signup", "event", "signup")


def test_failed_change_leaves_nothing_behind(catalog: Catalog) -> None:
    """The transaction is closed again, so that the next one can begin."""
    catalog.sites.add("example.com")
    with pytest.raises(Conflict):
        catalog.sites.add("example.com")
    catalog.sites.add("example.org")
    assert [site.domain for site in catalog.sites.all()] == ["example.com", "example.org"]


def test_file_that_is_no_database_is_called_damaged(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(b"this is no database " * 400)
    with pytest.raises(DataDamaged, match=r"catalog\.sqlite cannot be read"):
        Catalog(path, clock)
    assert path.read_bytes() == b"this is no database " * 400


def test_catalog_of_a_newer_version_is_not_touched(catalog: Catalog, tmp_path: Path, clock: FakeClock) -> None:
    catalog.close()
    connection = sqlite3.connect(tmp_path / "catalog.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DataDirectoryError, match="newer"):
        Catalog(tmp_path / "catalog.sqlite", clock)


def test_goals_from_before_conditions_and_revenue_stay_as_they_are(tmp_path: Path, clock: FakeClock) -> None:
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as file:
        for number, _, statements in MIGRATIONS[:3]:
            for statement in statements:
                file.execute(statement)
            file.execute(f"PRAGMA user_version = {number}")
        site = "INSERT INTO sites (id, domain, time_zone, visitor_period, created_at)"
        file.execute(f"{site} VALUES ('s', 'a.example', 'UTC', 'day', 1)")
        file.execute("INSERT INTO goals VALUES ('g', 's', 'Thanks', 'path', '/thank-you', 7)")
        file.commit()
    with closing(Catalog(tmp_path / "catalog.sqlite", clock)) as catalog:
        (goal,) = catalog.goals.of_site("s")
    assert (goal.id, goal.name, goal.type, goal.value, goal.created_at) == ("g", "Thanks", "path", "/thank-you", 7)
    assert (goal.filters, goal.revenue) == ((), None)
