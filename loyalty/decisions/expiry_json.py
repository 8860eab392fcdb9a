"""Expiry rules and durations as plain JSON, in decisions and beside pending lots."""

from typing import Any, assert_never

from loyalty.calendar import Duration
from loyalty.program.expiry import After, EndOf, Expiry, Never, OnDate


def duration_to_json(duration: Duration) -> list[int]:
    """Return a duration as months, days and seconds."""
    return [duration.months, duration.days, duration.seconds]


def duration_from_json(parts: list[int]) -> Duration:
    """Return the duration that `duration_to_json` wrote."""
    return Duration(*parts)


def expiry_to_json(expiry: Expiry) -> Any:
    """Return an expiry rule as JSON, with the keys of program files."""
    match expiry:
        case Never():
            return "never"
        case After(duration, through):
            return {"after": duration_to_json(duration)} | ({"through": through} if through else {})
        case EndOf(period, plus):
            return {"end_of": period} | ({"plus": duration_to_json(plus)} if plus else {})
        case OnDate(month, day):
            return {"on": [month, day]}
        case _:
            assert_never(expiry)


def expiry_from_json(expiry: Any) -> Expiry:
    """Return the rule that `expiry_to_json` wrote; raise ValueError for any other JSON."""
    match expiry:
        case "never":
            return Never()
        case {"after": parts}:
            return After(duration_from_json(parts), expiry.get("through"))
        case {"end_of": period}:
            return EndOf(period, duration_from_json(expiry.get("plus", [0, 0, 0])))
        case {"on": [month, day]}:
            return OnDate(month, day)
        case _:
            raise ValueError(f"{expiry!r} is not an expiry of this version of Laurel")
