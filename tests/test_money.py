"""Amounts become whole minor units, or None: never an exception, never a rounding error, never long."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.money import EXPONENTS, MOST_MINOR_UNITS, known_currency, minor_units

CURRENCIES = st.sampled_from(sorted(EXPONENTS))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("USD", "USD"),
        ("eur", "EUR"),
        (" Jpy\n", "JPY"),
        ("US", None),
        ("USDT", None),
        ("$", None),
        ("", None),
        ("ABC", None),
        ("XXX", None),
        ("XAU", None),
        ("ıqd", None),
        ("USD" + " " * 1_000_000, None),
        (None, None),
        (840, None),
        (b"USD", None),
        (["USD"], None),
    ],
)
def test_currencies_are_those_of_iso_4217(value: object, code: str | None) -> None:
    assert known_currency(value) == code


@pytest.mark.parametrize(
    ("code", "exponent"),
    [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("BHD", 3), ("KWD", 3), ("CLF", 4), ("HUF", 2), ("XOF", 0)],
)
def test_currencies_have_their_own_minor_units(code: str, exponent: int) -> None:
    assert EXPONENTS[code] == exponent


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        (49, "USD", 4900),
        (49.99, "USD", 4999),
        (49.99, "usd", 4999),
        ("49.99", "USD", 4999),
        ("  49.99\n", "USD", 4999),
        ("+49.99", "USD", 4999),
        (49.99, "JPY", 50),
        ("0.5", "JPY", 1),
        ("1.2344", "BHD", 1234),
        ("1.2345", "BHD", 1235),
        (1.2345, "BHD", 1235),
        (1.005, "USD", 101),
        (-1.005, "USD", -101),
        (0.1 + 0.2, "USD", 30),
        ("-0.004", "USD", 0),
        (-0.0, "USD", 0),
        (".5", "USD", 50),
        ("5.", "USD", 500),
        (1e-300, "USD", 0),
        (1e3, "USD", 100_000),
        ("0." + "1" * 62, "CLF", 1111),
        ("0.00499999999999999999999999999999999999999999999", "USD", 0),
    ],
)
def test_amounts_are_rounded_once_and_halves_away_from_zero(amount: object, currency: str, units: int) -> None:
    assert minor_units(amount, currency) == units


@pytest.mark.parametrize(
    "amount",
    [
        None,
        True,
        False,
        "",
        " ",
        ".",
        "-",
        "$49.99",
        "49.99 USD",
        "49,99",
        "1,000.00",
        "1_000",
        "1e2",
        "1e999999999",
        "0x10",
        "٤٩",
        "4 9",
        "--1",
        "NaN",
        "Infinity",
        float("nan"),
        float("inf"),
        float("-inf"),
        1e300,
        10**5000,
        -(10**100_000),
        "9" * 1_000_000,
        " " * 1_000_000 + "1",
        "1" * 65,
        b"49.99",
        [49.99],
        {"amount": 49.99},
        Decimal("49.99"),
        1j,
    ],
    ids=lambda amount: repr(amount)[:20] if not isinstance(amount, int) else "whole",
)
def test_what_is_no_amount_is_none(amount: object) -> None:
    assert minor_units(amount, "USD") is None


@pytest.mark.parametrize("currency", ["", "ABC", "XXX", "dollar"])
def test_no_amount_without_a_currency(currency: str) -> None:
    assert minor_units(1, currency) is None


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        (MOST_MINOR_UNITS, "JPY", MOST_MINOR_UNITS),
        (-MOST_MINOR_UNITS, "JPY", -MOST_MINOR_UNITS),
        (MOST_MINOR_UNITS + 1, "JPY", None),
        ("90071992547409.91", "USD", MOST_MINOR_UNITS),
        ("90071992547409.914", "USD", MOST_MINOR_UNITS),
        ("90071992547409.915", "USD", None),
        ("-90071992547409.92", "USD", None),
        (MOST_MINOR_UNITS, "USD", None),
        ("0" * 61 + "1.5", "USD", 150),
        ("0" * 62 + "1.5", "USD", None),
    ],
)
def test_amounts_are_exact_up_to_the_largest(amount: object, currency: str, units: int | None) -> None:
    assert minor_units(amount, currency) == units


@given(st.integers(-MOST_MINOR_UNITS, MOST_MINOR_UNITS), CURRENCIES)
def test_what_is_written_out_is_read_back(units: int, currency: str) -> None:
    assert minor_units(f"{Decimal(units).scaleb(-EXPONENTS[currency]):f}", currency) == units


@given(
    st.one_of(st.text(), st.text("0123456789.+-e "), st.floats(), st.integers(), st.none(), st.booleans(), st.binary()),
    st.one_of(CURRENCIES, st.text()),
)
def test_nothing_raises(amount: object, currency: str) -> None:
    units = minor_units(amount, currency)
    assert units is None or abs(units) <= MOST_MINOR_UNITS


def test_hostile_texts_take_no_time() -> None:
    texts = ["1e999999999", "9" * 10_000_000, " " * 10_000_000, "0." + "0" * 62]
    start = time.process_time()
    for text in texts:
        minor_units(text, "USD")
        known_currency(text)
    assert time.process_time() - start < 0.1
