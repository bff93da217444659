"""Amounts of money as whole minor units (cents, yen, fils), so that sums never round."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from iso4217 import Currency

# ISO 4217 as it is now; gold, test codes and the like have no minor unit and are no currency here.
EXPONENTS = {each.value: each.exponent for each in Currency if each.exponent is not None}
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
TEXT_LENGTH = 64
# JavaScript counts exactly up to here, so a dashboard can show every amount that is stored.
MOST_MINOR_UNITS = 9_007_199_254_740_991


def known_currency(value: object) -> str | None:
    """The code in upper case, or None for what is no current ISO 4217 currency."""
    if not isinstance(value, str) or len(value) > TEXT_LENGTH or not value.isascii():
        return None
    code = value.strip().upper()
    return code if code in EXPONENTS else None


def minor_units(amount: object, currency: str) -> int | None:
    """49.99 USD is 4999, 49.99 JPY is 50: halves are rounded away from zero. None for what is no amount.

    A text is a plain decimal number with at most 64 characters: no sign of a currency, thousands or powers of ten.
    """
    code = known_currency(currency)
    number = read_number(amount)
    if code is None or number is None:
        return None
    # Digits enough for every number that is read, so that it is rounded once.
    exact = number.scaleb(EXPONENTS[code], Context(prec=2 * TEXT_LENGTH))
    units = int(exact.to_integral_value(ROUND_HALF_UP))
    return units if abs(units) <= MOST_MINOR_UNITS else None


def read_number(amount: object) -> Decimal | None:
    """Exact, by the digits that people wrote: 0.1 and not the float next to it."""
    if isinstance(amount, bool):
        return None
    if isinstance(amount, int | float):
        # Asked before it becomes text, which takes long for a huge number; no NaN is below anything.
        return Decimal(str(amount)) if abs(amount) <= MOST_MINOR_UNITS else None
    if not isinstance(amount, str) or len(amount) > TEXT_LENGTH:
        return None
    text = amount.strip()
    return Decimal(text) if DECIMAL.fullmatch(text) else None


def whole_units(units: float, currency: str) -> Decimal:
    """The amount as people write it: 4999 minor units of USD are 49.99, 50 of JPY are 50."""
    return Decimal(str(units)).scaleb(-currency_digits(currency), Context(prec=2 * TEXT_LENGTH))


def currency_digits(currency: str) -> int:
    return EXPONENTS.get(currency) or 0
