"""Figures of purchases whose amount is a property: one whose amount is below 0 is a refund, any other an order."""

from hitkeep_py.query.filters import AnyOf, checked_condition
from hitkeep_py.query.metrics import NUMBER_COLUMN, Level, Metric, Unit, metric


def net_amount(amount: str) -> Metric:
    """What is left of the orders after the refunds."""
    return metric(f"sum:{amount}")


def order_count(amount: str) -> Metric:
    """Purchases that do not say what they brought, or in no number, are orders too."""
    return Metric(
        "orders",
        Level.EVENT,
        Unit.COUNT,
        "Purchases that are no refund.",
        lambda dialect, bounds: f"count(CASE WHEN coalesce({NUMBER_COLUMN}, 0) >= 0 THEN 1 END)",
        number=amount,
    )


def gross_amount(amount: str) -> Metric:
    return Metric(
        "gross",
        Level.EVENT,
        Unit.NUMBER,
        "What the orders brought, before refunds.",
        lambda dialect, bounds: f"sum(CASE WHEN {NUMBER_COLUMN} >= 0 THEN {NUMBER_COLUMN} END)",
        number=amount,
        nothing=None,
    )


def is_refund(amount: str, field: str) -> AnyOf:
    return (checked_condition(amount, "<", [0], field),)
