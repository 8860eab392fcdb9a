"""Amounts of points as they are stored."""

from decimal import Decimal

from loyalty.program.wallets import Points, to_points


def points(units: int | str) -> Points:
    """Return an amount in units of a wallet as points; one with decimals is a text: "0.25"."""
    return to_points(Decimal(units))
