"""Events from a file: a line each, in the form in which they are reported over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import rules
from loyalty.backtest.replay import Reported
from loyalty.calendar import read_instant
from loyalty.ids import numbered_id

_PARTS = ("customerId", "email", "phone", "loyaltyCardNumber")


class BadLine(ValueError):
    """A line that is no event; the message says which, why, and how to write it."""


class _NoEvent(ValueError):
    """Why a line is no event."""


def read_events(file: Path, zone: ZoneInfo) -> Iterator[Reported]:
    """The events of a file, in its order; raise BadLine.

    A member's id is the first part of `customerData` as it is written: what else may name them is not looked up.
    """
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield _event(numbered_id(number), rules.exact.loads(line.decode()), zone)
                except (ValueError, rules.MalformedJson) as error:
                    raise BadLine(f"{file}:{number}: {error}") from None


def _event(event_id: str, said: Any, zone: ZoneInfo) -> Reported:
    if not isinstance(said, dict):
        raise _NoEvent('write an event: {"event": {"type": ..., "eventDate": ..., "customerData": ..., "body": ...}}')
    event = said.get("event", said)
    if not isinstance(event, dict):
        raise _NoEvent("event must be an object")
    name, body, customer = event.get("type"), event.get("body") or {}, event.get("customerData")
    if not isinstance(name, str) or not name:
        raise _NoEvent("event.type is missing: name the event type")
    if not isinstance(body, dict):
        raise _NoEvent("event.body must be an object")
    if not isinstance(event.get("eventDate"), str):
        raise _NoEvent("event.eventDate is missing: write it as 2024-05-01T09:30:00")
    time = read_instant(event["eventDate"], zone)
    return Reported(event_id, _member(customer), name, time, time, body)


def _member(customer: Any) -> str:
    """The id of a member, made of what names them: the same for the same name."""
    if isinstance(customer, dict):
        for part in _PARTS:
            value = customer.get(part)
            if isinstance(value, str) and value:
                return value.lower()
    raise _NoEvent(f"event.customerData is missing: it holds one of {', '.join(_PARTS)}")
