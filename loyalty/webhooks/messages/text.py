"""How messages write values: plain JSON numbers, and times with an offset."""

from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""A JSON object; its numbers are int and Decimal, never float."""


def instant(moment: datetime, zone: tzinfo) -> str:
    """Return a moment on the store's clock, in whole seconds: `2024-05-01T02:00:00+02:00`."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no offset: a message needs an exact moment")
    return moment.astimezone(zone).isoformat(timespec="seconds")


def exact_instant(moment: datetime, zone: tzinfo) -> str:
    """Return a moment on the store's clock, in milliseconds: `2024-05-01T02:00:00.000+02:00`."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no offset: a message needs an exact moment")
    return moment.astimezone(zone).isoformat(timespec="milliseconds")


def utc_instant(moment: datetime) -> str:
    """Return a moment in UTC, in milliseconds: `2024-05-01T00:00:00.000Z`."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no offset: a message needs an exact moment")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def number(amount: Decimal) -> int | Decimal:
    """Return an amount as JSON writes it: 125, 12.5; never 1.25E+2."""
    if not amount.is_finite():
        raise ValueError(f"{amount} is not an amount")
    whole = amount.to_integral_value()
    return int(whole) if whole == amount else amount.normalize()


def known(**fields: Any) -> Json:
    """Return the fields that have a value: a message omits the others rather than sending null."""
    return {name: value for name, value in fields.items() if value is not None}
