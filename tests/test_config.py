"""Settings: which source wins, what stops the start and how that is said, and the generated example file."""

import math
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py import config
from hitkeep_py.config import SETTINGS, Settings, example_file, load
from hitkeep_py.errors import SettingError

EXAMPLE_FILE = Path(__file__).resolve().parents[1] / "config.example.toml"

# For every setting three values that differ from each other, if it has so many, and from the default, as text.
TEXTS: dict[str, tuple[str, str, str]] = {
    "data_dir": ("/srv/flag", "/srv/environment", "/srv/file"),
    "store": ("clickhouse://one/x", "clickhouses://ann:b@two:8443/y", "clickhouse://three"),
    "host": ("192.0.2.1", "192.0.2.2", "192.0.2.3"),
    "port": ("81", "82", "83"),
    "public_url": ("https://one.example", "https://two.example/analytics", "http://three.example:8000"),
    "trusted_proxies": ("10.0.0.0/8", "::1,127.0.0.1", "192.0.2.0/24"),
    "client_address_header": ("forwarded", "cf-connecting-ip", "x-real-ip"),
    "geoip_db": ("/one.mmdb", "/two.mmdb", "/three.mmdb"),
    "referrer_spam_list": ("/one.txt", "/two.txt", "/three.txt"),
    "ingest_rate_limit": ("1.5", "2.5", "3.5"),
    "ingest_burst": ("1", "2", "3"),
    "api_rate_limit": ("1.5", "2.5", "3.5"),
    "api_burst": ("1", "2", "3"),
    "max_connections": ("11", "12", "13"),
    "max_connections_per_client": ("1", "2", "3"),
    "inbox_max_mb": ("11", "12", "13"),
    "max_event_age_days": ("1.5", "2", "3.0"),
    "min_free_disk_mb": ("21", "22", "23"),
    "memory_limit": ("1GB", "2GB", "300MB"),
    "query_timeout": ("1.5", "2.5", "3.5"),
    "query_threads": ("5", "6", "7"),
    "lock_wait": ("0.5", "1.5", "2.5"),
    "log_level": ("debug", "warning", "error"),
    "log_format": ("json", "json", "json"),
    "log_file": ("/one.log", "/two.log", "/three.log"),
}
BAD_VALUES: list[tuple[str, object]] = [
    ("port", "eighty"),
    ("port", "65536"),
    ("port", -1),
    ("port", True),
    ("port", 80.5),
    ("port", ""),
    ("public_url", "stats.example.com"),
    ("public_url", "https://stats.example.com//path"),
    ("public_url", "https://stats.example.com/a/../b"),
    ("public_url", "https://stats.example.com/a path"),
    ("public_url", 'https://stats.example.com/"x'),
    ("public_url", "https://stats.example.com/%61"),
    ("public_url", "ftp://stats.example.com"),
    ("public_url", "https://[::1"),
    ("public_url", "https://stats.example.com?site=1"),
    ("public_url", "https://stats.example.com#top"),
    ("public_url", "https://stats.example.com:port"),
    ("public_url", "https://me@stats.example.com"),
    ("public_url", "https://stats example.com"),
    ("public_url", "https://stats..example.com"),
    ("public_url", "https://example.com/api"),
    ("public_url", "https://example.com/sites/stats"),
    ("public_url", "https://example.com/hk.js/"),
    ("client_address_header", "X Forwarded"),
    ("trusted_proxies", "everyone"),
    ("trusted_proxies", "10.0.0.1/8"),
    ("trusted_proxies", "*"),
    ("trusted_proxies", 10),
    ("ingest_rate_limit", "fast"),
    ("ingest_rate_limit", 0),
    ("ingest_rate_limit", "nan"),
    ("ingest_rate_limit", "inf"),
    ("ingest_rate_limit", False),
    ("ingest_rate_limit", 10**400),
    ("ingest_burst", 0),
    ("ingest_burst", "2.5"),
    ("inbox_max_mb", 0),
    ("max_event_age_days", -1),
    ("memory_limit", "much"),
    ("memory_limit", "512"),
    ("memory_limit", "0MB"),
    ("memory_limit", "²GB"),
    ("memory_limit", 512),
    ("query_timeout", 0),
    ("query_threads", 65),
    ("lock_wait", -1),
    ("log_level", "loud"),
    ("log_level", ["info"]),
    ("log_format", "xml"),
    ("log_file", "a\0b"),
    ("data_dir", ""),
    ("data_dir", 3),
    ("data_dir", "a\0b"),
    ("host", 127),
]


def write(folder: Path, text: str) -> str:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def read(name: str, value: object) -> object:
    return getattr(load({name: value}, {}), name)


def test_every_setting_is_tried_here() -> None:
    assert set(TEXTS) == set(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_flag_wins_over_environment_over_file_over_default(name: str, tmp_path: Path) -> None:
    flag, environment, file = TEXTS[name]
    variables = {config.environment_name(name): environment}
    path = write(tmp_path, f'{name} = "{file}"\n')

    def value(*sources: Any) -> object:
        return getattr(load(*sources), name)

    seen = [
        value({}, {}),
        value({}, {}, path),
        value({}, variables, path),
        value({name: flag}, variables, path),
    ]
    assert seen == [SETTINGS[name].default, read(name, file), read(name, environment), read(name, flag)]
    assert len(set(map(str, seen))) == len({SETTINGS[name].default, *TEXTS[name]})


def test_environment_variable_names_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "port = 9000\n")
    assert load({}, {"HITKEEP_CONFIG": path}).port == 9000


def test_file_given_as_a_flag_wins_over_the_environments(tmp_path: Path) -> None:
    path = write(tmp_path, "port = 9000\n")
    assert load({}, {"HITKEEP_CONFIG": str(tmp_path / "none.toml")}, path).port == 9000


def test_documented_environment_names_work() -> None:
    settings = load({}, {"HITKEEP_INGEST_RATE_LIMIT": "5.0", "HITKEEP_INGEST_BURST": "6"})
    assert (settings.ingest_rate_limit, settings.ingest_burst) == (5.0, 6)


def test_documented_defaults() -> None:
    settings = Settings()
    assert (settings.ingest_rate_limit, settings.ingest_burst, settings.port) == (20.0, 40, 8080)
    assert "--ingest-rate" in config.flags("ingest_rate_limit")
    assert "--ingest-burst" in config.flags("ingest_burst")


def test_other_variables_of_the_environment_do_not_matter() -> None:
    assert load({}, {"PATH": "/bin", "PORT": "1", "HITKEEPER": "x"}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HITKEEP_SERVICE_HOST", "10.0.0.11"),
        ("HITKEEP_SERVICE_PORT", "8080"),
        ("HITKEEP_SERVICE_PORT_HTTP", "8080"),
        ("HITKEEP_PORT", "tcp://10.0.0.11:8080"),
        ("HITKEEP_PORT_8080_TCP", "tcp://10.0.0.11:8080"),
        ("HITKEEP_PORT_8080_TCP_PROTO", "tcp"),
        ("HITKEEP_PORT_8080_TCP_PORT", "8080"),
        ("HITKEEP_PORT_8080_TCP_ADDR", "10.0.0.11"),
        ("HITKEEP_PORT_53_UDP", "udp://10.0.0.11:53"),
        ("HITKEEP_WEB_SERVICE_HOST", "10.0.0.12"),
        ("HITKEEP_WEB_SERVICE_PORT", "80"),
        ("HITKEEP_WEB_PORT", "tcp://10.0.0.12:80"),
        ("HITKEEP_WEB_PORT_80_TCP_ADDR", "10.0.0.12"),
    ],
)
def test_addresses_of_services_in_kubernetes_are_no_settings(variable: str, value: str) -> None:
    assert load({}, {variable: value}) == Settings()


def test_a_value_may_stand_in_a_file_that_the_environment_names(tmp_path: Path) -> None:
    secret = tmp_path / "store"
    secret.write_text("clickhouse://ann:secret@db/x\n", encoding="utf-8")
    assert load({}, {"HITKEEP_STORE_FILE": str(secret)}).store == "clickhouse://ann:secret@db/x"
    assert load({"store": ""}, {"HITKEEP_STORE_FILE": str(secret)}).store == ""
    with pytest.raises(SettingError, match="HITKEEP_STORE_FILE and HITKEEP_STORE are both set"):
        load({}, {"HITKEEP_STORE_FILE": str(secret), "HITKEEP_STORE": ""})


@pytest.mark.parametrize("content", [None, b"\xff", b"x" * 10_001, b"no store"])
def test_a_file_with_no_value_is_named_but_not_shown(content: bytes | None, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_bytes(content)
    with pytest.raises(SettingError, match="HITKEEP_STORE_FILE") as raised:
        load({}, {"HITKEEP_STORE_FILE": str(secret)})
    assert "no store" not in raised.value.message


def test_toml_types_are_taken_as_they_are(tmp_path: Path) -> None:
    path = write(tmp_path, 'port = 81\ningest_rate_limit = 7\ntrusted_proxies = ["10.0.0.0/8", "::1"]\n')
    settings = load({}, {}, path)
    assert (settings.port, settings.ingest_rate_limit) == (81, 7.0)
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1/128")


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        ("https://stats.example.com/", "https://stats.example.com"),
        ("https://stats.example.com:443", "https://stats.example.com"),
        ("http://stats.example.com:80/", "http://stats.example.com"),
        ("http://stats.example.com:443", "http://stats.example.com:443"),
        ("HTTPS://Stats.Example.COM.", "https://stats.example.com"),
        (" https://stats.example.com\n", "https://stats.example.com"),
        ("https://zähler.example", "https://xn--zhler-gra.example"),
        ("http://[2001:DB8::1]:8080", "http://[2001:db8::1]:8080"),
        ("HTTPS://Example.com:443/Tools/analytics/", "https://example.com/Tools/analytics"),
        ("https://example.com/.well-known/..x", "https://example.com/.well-known/..x"),
    ],
)
def test_public_url_is_read_as_browsers_name_it(given: str, read_as: str) -> None:
    assert read("public_url", given) == read_as


@pytest.mark.parametrize(
    ("public_url", "base"),
    [("", ""), ("https://example.com", ""), ("https://example.com/analytics", "/analytics"), ("http://a/b/c", "/b/c")],
)
def test_path_of_public_url_is_the_one_below_which_the_server_is(public_url: str, base: str) -> None:
    assert Settings(public_url=public_url).base_path == base


def test_spaces_and_empty_parts_in_lists_of_networks_do_not_matter() -> None:
    assert read("trusted_proxies", " 10.0.0.0/8 , ,127.0.0.1") == ("10.0.0.0/8", "127.0.0.1/32")


def test_example_file_is_up_to_date() -> None:
    assert EXAMPLE_FILE.read_text(encoding="utf-8") == example_file()


def test_example_file_parses_back_to_the_defaults() -> None:
    assert load({}, {}, str(EXAMPLE_FILE)) == Settings()
    assert set(tomllib.loads(example_file())) == set(SETTINGS)


def test_example_file_explains_every_setting() -> None:
    for name, entry in SETTINGS.items():
        assert entry.metadata["help"] in example_file()
        assert config.environment_name(name) in example_file()


@pytest.mark.parametrize(("name", "value"), BAD_VALUES, ids=lambda each: repr(each)[:40])
def test_bad_value_stops_the_start_and_is_named(name: str, value: object) -> None:
    with pytest.raises(SettingError) as raised:
        load({name: value}, {})
    message = raised.value.message
    assert name in message
    assert repr(value) in message
    assert "flag --" in message
    assert raised.value.field == name


@pytest.mark.parametrize("name", sorted(SETTINGS.keys() - {"host", "geoip_db", "referrer_spam_list", "log_file"}))
def test_bad_value_in_environment_names_the_variable(name: str) -> None:
    variable = config.environment_name(name)
    value = {"data_dir": ""}.get(name, "\N{SNOWMAN}!")
    with pytest.raises(SettingError, match=variable) as raised:
        load({}, {variable: value})
    assert (repr(value) in raised.value.message) is not SETTINGS[name].metadata["secret"]


def test_bad_value_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'port = "eighty"\n')
    with pytest.raises(SettingError) as raised:
        load({}, {}, path)
    assert path in raised.value.message
    assert "port = 'eighty'" in raised.value.message


def test_bad_value_stops_the_start_also_where_a_better_source_wins(tmp_path: Path) -> None:
    with pytest.raises(SettingError):
        load({"port": "80"}, {}, write(tmp_path, "port = -1\n"))


def test_unknown_key_in_a_file_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="did you mean ingest_burst") as raised:
        load({}, {}, write(tmp_path, "ingest_brust = 3\n"))
    assert "unknown setting ingest_brust" in raised.value.message
    assert "settings.toml" in raised.value.message


def test_table_in_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="unknown setting server"):
        load({}, {}, write(tmp_path, "[server]\nport = 80\n"))


def test_unknown_variable_of_ours_is_refused() -> None:
    with pytest.raises(SettingError, match=r"HITKEEP_INGEST_RATE\)") as raised:
        load({}, {"HITKEEP_INGEST_RATE": "5"})
    assert "did you mean ingest_rate_limit" in raised.value.message


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe", b"port = 1\nport = 2\n"])
def test_unreadable_file_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(SettingError, match=r"broken\.toml"):
        load({}, {}, str(path))


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_missing_file_is_named(name: str, tmp_path: Path) -> None:
    path = str(tmp_path / name)
    with pytest.raises(SettingError, match="cannot read the configuration file") as raised:
        load({}, {}, path)
    assert path in raised.value.message


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.lists(st.text(max_size=20), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(st.sampled_from(sorted(SETTINGS)), VALUES)
def test_any_value_is_read_or_refused(name: str, value: object) -> None:
    # Any other error than SettingError fails the test.
    with suppress(SettingError):
        read(name, value)


@given(st.integers())
def test_whole_numbers_are_read_within_their_bounds_only(number: int) -> None:
    assert accepts(config.read_integer(-5, 500), number) == (-5 <= number <= 500)
    assert accepts(config.read_integer(-5, 500), str(number)) == (-5 <= number <= 500)


@given(st.floats())
def test_numbers_are_read_within_their_bounds_only(number: float) -> None:
    inside = not math.isnan(number) and 0.5 <= number <= 500
    assert accepts(config.read_number(0.5, 500), number) == inside
    assert accepts(config.read_number(0.5, 500), repr(number)) == inside


def accepts(reader: Callable[[object], object], value: object) -> bool:
    try:
        reader(value)
    except ValueError:
        return False
    return True


@given(
    st.builds(
        Settings,
        data_dir=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1),
        port=st.integers(0, 65_535),
        query_timeout=st.floats(0.1, 3600),
    )
)
def test_what_is_written_as_toml_is_read_back(settings: Settings) -> None:
    content = "\n".join(f"{name} = {config._toml(value)}" for name, value in asdict(settings).items())
    assert tomllib.loads(content) == {**asdict(settings), "trusted_proxies": list(settings.trusted_proxies)}
