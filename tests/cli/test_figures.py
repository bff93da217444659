"""Figures of answers: with their units for people, as plain numbers in files."""

from typing import Any

import pytest

from hitkeep_py.cli.figures import Figure, column_texts, figure, plain, range_text, text_of
from hitkeep_py.query.metrics import Unit


@pytest.mark.parametrize(
    ("amount", "currency", "text", "number"),
    [
        (1250, "EUR", "12.50 EUR", "12.50"),
        (-5, "USD", "-0.05 USD", "-0.05"),
        (1250, "JPY", "1250 JPY", "1250"),
        (1250, "KWD", "1.250 KWD", "1.250"),
        (1000.0, "EUR", "10.00 EUR", "10.00"),
        (1000.6, "EUR", "10.01 EUR", "10.006"),
        (9_007_199_254_740_991, "EUR", "90071992547409.91 EUR", "90071992547409.91"),
        (0, "EUR", "0.00 EUR", "0.00"),
        (None, "EUR", "-", None),
        (1250, "", "1250 minor units", 1250),
    ],
)
def test_money_has_the_digits_of_its_currency(amount: float | None, currency: str, text: str, number: object) -> None:
    found = Figure(amount, Unit.MINOR, currency)
    assert (found.text(), found.number()) == (text, number)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("bounce_rate", 0.3333, "33.3 %"),
        ("bounce_rate before", 0.3333, "33.3 %"),
        ("share", 1, "100.0 %"),
        ("average_session_duration", 82.4, "1:22 min"),
        ("average_session_duration", 82.6, "1:23 min"),
        ("average_session_duration", 3_599.7, "1:00:00 h"),
        ("median_seconds", 3_599, "59:59 min"),
        ("median_seconds", 90_061, "25:01:01 h"),
        ("scroll_depth", 41.26, "41.3 %"),
        ("pages_per_session", 1.333, "1.33"),
        ("visitors", 3, "3"),
        ("visitors", None, "-"),
        ("name", "share", "share"),
        ("value", "41", "41"),
        ("revenue", {"EUR": 1250, "JPY": 100}, "12.50 EUR, 100 JPY"),
        ("revenue", {}, "-"),
        ("value", ["a"], '["a"]'),
    ],
)
def test_people_see_the_unit(name: str, value: Any, text: str) -> None:
    assert text_of(figure(name, value)) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0, 1.5, None], ["0.00", "1.50", "-"]),
        ([0, 2], ["0", "2"]),
        ([figure("pages_per_session", 0), figure("pages_per_session", 1.25)], ["0.00", "1.25"]),
        ([figure("visitors", 3), figure("pages_per_session", 1.5)], ["3", "1.50"]),
        (["x", True, 0.5], ["x", "True", "0.50"]),
    ],
)
def test_numbers_of_a_column_show_their_fractions_together(values: list[Any], texts: list[str]) -> None:
    assert column_texts(values) == texts


def test_files_have_the_unit_in_the_heading() -> None:
    row = {
        "country": "DE",
        "bounce_rate": figure("bounce_rate", 0.25),
        "average_session_duration": figure("average_session_duration", None),
        "median_seconds": figure("median_seconds", 2.5),
        "scroll_depth": figure("scroll_depth", 40.0),
        "revenue before": figure("revenue before", 5, "EUR"),
        "sum:revenue": figure("sum:revenue", 7),
    }
    assert plain(row) == {
        "country": "DE",
        "bounce_rate": 0.25,
        "average_session_duration_seconds": None,
        "median_seconds": 2.5,
        "scroll_depth_percent": 40.0,
        "revenue_before_EUR": "0.05",
        "sum:revenue_minor_units": 7,
    }
    assert plain({"currency": "EUR", "revenue": figure("revenue", 5, "EUR")}) == {"currency": "EUR", "revenue": "0.05"}
    assert plain({"revenue": figure("revenue", {"EUR": 5, "JPY": 5})}) == {"revenue_EUR": "0.05", "revenue_JPY": "5"}


@pytest.mark.parametrize(
    ("start", "end", "zone", "text"),
    [
        ("2026-11-19T23:00:00.000Z", "2026-11-20T23:00:00.000Z", "Europe/Berlin", "2026-11-20"),
        ("2026-11-20T00:00:00+01:00", "2026-11-22T00:00:00+01:00", "Europe/Berlin", "2026-11-20 to 2026-11-21"),
        ("2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z", "Europe/Berlin", "2026-10-25"),
        ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "Asia/Kathmandu", "2026-11-20 05:45 to 2026-11-21 05:45"),
        ("2026-11-20T10:00:00.000Z", "2026-11-20T10:30:00.001Z", "UTC", "2026-11-20 10:00 to 2026-11-20 10:30"),
    ],
)
def test_range_is_in_the_days_of_its_zone(start: str, end: str, zone: str, text: str) -> None:
    assert range_text(start, end, zone) == text
