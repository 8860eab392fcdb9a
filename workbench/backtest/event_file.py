"""Events from a file: a line each, in the form in which they are reported over HTTP."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import rules
from loyalty.calendar import read_date
from loyalty.ids import numbered_id
from loyalty.store.history import ReplayedEvent
from workbench.backtest.shares import Share

_PARTS = ("customerId", "email", "phone", "loyaltyCardNumber")
_GZIP = b"\x1f\x8b"


class BadLine(ValueError):
    """A line that is no event; the message says which, why, and how to write it."""


class _NoEvent(ValueError):
    """Why a line is no event."""


def read_events(file: Path, zone: ZoneInfo) -> Iterator[ReplayedEvent]:
    """The events of a file, in its order; raise BadLine.

    A member's id is the first part of `customerData` as it is written: what else may name them is not looked up.
    """
    with file.open("rb") as lines:
        for number, line in _numbered(file, lines):
            yield _read(file, number, line, zone)


def share_out(file: Path, zone: ZoneInfo, shares: Sequence[Path]) -> int:
    """Write the events of a file into others, each member's into one; answer how many there are, or raise BadLine."""
    count = 0
    with ExitStack() as opened:
        lines = opened.enter_context(file.open("rb"))
        written = [opened.enter_context(share.open("wb")) for share in shares]
        for number, line in _numbered(file, lines):
            share = Share.number_of(_read(file, number, line, zone).member, len(shares))
            written[share].write(b"%d %b\n" % (number, line.strip()))
            count += 1
    return count


def read_share(file: Path, zone: ZoneInfo) -> Iterator[ReplayedEvent]:
    """The events that were shared out to a file."""
    with file.open("rb") as lines:
        for line in lines:
            number, _, rest = line.partition(b" ")
            yield _read(file, int(number), rest, zone)


def _numbered(file: Path, lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, without what some programs put before the first."""
    for number, line in enumerate(lines, 1):
        if number == 1 and line.startswith(_GZIP):
            raise BadLine(f"{file} is compressed: unpack it, as by gunzip")
        text = line.removeprefix(BOM_UTF8) if number == 1 else line
        if text.strip():
            yield number, text


def _read(file: Path, number: int, line: bytes, zone: ZoneInfo) -> ReplayedEvent:
    try:
        return _event(numbered_id(number), _json(line), zone)
    except (_NoEvent, rules.MalformedJson) as error:
        raise BadLine(f"{file}:{number}: {error}") from None


def _json(line: bytes) -> Any:
    said = rules.exact.loads(line)
    if b"\\u" in line:
        try:
            json.dumps(said, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError:
            raise _NoEvent("the text holds half of a surrogate pair, which is no character: leave it out") from None
    return said


def _event(event_id: str, said: Any, zone: ZoneInfo) -> ReplayedEvent:
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
    try:
        time = read_date(event["eventDate"], zone)
    except ValueError as error:
        raise _NoEvent(f"event.eventDate: {error}") from None
    return ReplayedEvent(event_id, _member(customer), name, time, time, body)


def _member(customer: Any) -> str:
    """The id of a member, made of what names them: the same for the same name."""
    if isinstance(customer, dict):
        for part in _PARTS:
            value = customer.get(part)
            if isinstance(value, str) and value:
                return value.lower()
    raise _NoEvent(f"event.customerData is missing: it holds one of {', '.join(_PARTS)}")
