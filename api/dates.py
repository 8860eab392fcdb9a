"""Dates that clients send."""

from datetime import datetime, tzinfo

from loyalty.calendar import read_instant

FIRST_YEAR, LAST_YEAR = 1900, 2999


def read_date(text: str, zone: tzinfo) -> datetime:
    """An ISO 8601 date and time, local without an offset; ValueError for what is none, or is out of reach."""
    instant = read_instant(text, zone)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"the year lies between {FIRST_YEAR} and {LAST_YEAR}")
    return instant
