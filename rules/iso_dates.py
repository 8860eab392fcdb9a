"""Dates as text: ISO 8601, as JSON Schema has them."""

import re
from datetime import UTC, datetime

_LONGEST = 40
_LONG_FRACTION = re.compile(r"(.{10}T.{8}\.[0-9]{6})[0-9]+(Z|[+-].{5})?", re.IGNORECASE)
_LEAP_SECOND = re.compile(r"(T\d\d:\d\d):60")
_FIRST = datetime.min.replace(tzinfo=UTC)


def read_iso_date(text: str) -> datetime | None:
    """Parse any date or date-time that JSON Schema accepts, with long fractions, leap seconds and (clamped) year 0.

    Return None for any other text. The result is naive if the text has no offset.
    """
    if len(text) > _LONGEST and (long := _LONG_FRACTION.fullmatch(text)):
        text = long[1] + (long[2] or "")
    if len(text) > _LONGEST:
        return None
    try:
        if text.startswith("0000-"):
            return datetime.fromisoformat(f"0004{text[4:].upper()}") and _FIRST
        return datetime.fromisoformat(_LEAP_SECOND.sub(r"\1:59", text.upper()))
    except ValueError:
        return None
