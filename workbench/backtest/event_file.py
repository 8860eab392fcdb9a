"""Read events from a file: one per line, in the form of `POST customEvent`."""

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
from workbench.backtest.shards import Shard

_CUSTOMER_KEYS = ("customerId", "email", "phone", "loyaltyCardNumber")
_GZIP = b"\x1f\x8b"


class InvalidEventLine(ValueError):
    """A line is not an event; the message says which line, why, and how to correct it."""


class _InvalidEvent(ValueError):
    """A line is not an event; the message says why."""


def read_events(file: Path, zone: ZoneInfo) -> Iterator[ReplayedEvent]:
    """Yield the events of a file in its order; raise InvalidEventLine.

    A member's id is the first identifier in `customerData`, in lower case: two identifiers are two members.
    """
    with file.open("rb") as lines:
        for number, line in _numbered(file, lines):
            yield _read(file, number, line, zone)


def write_shards(file: Path, zone: ZoneInfo, shards: Sequence[Path]) -> int:
    """Write each member's events into one of the shards; return the number of events, or raise InvalidEventLine."""
    count = 0
    with ExitStack() as opened:
        lines = opened.enter_context(file.open("rb"))
        outputs = [opened.enter_context(shard.open("wb")) for shard in shards]
        for number, line in _numbered(file, lines):
            index = Shard.index_of(_read(file, number, line, zone).member, len(shards))
            outputs[index].write(b"%d %b\n" % (number, line.strip()))
            count += 1
    return count


def read_shard(file: Path, zone: ZoneInfo) -> Iterator[ReplayedEvent]:
    """Yield the events of a file that `write_shards` wrote."""
    with file.open("rb") as lines:
        for line in lines:
            number, _, rest = line.partition(b" ")
            yield _read(file, int(number), rest, zone)


def _numbered(file: Path, lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not empty with their numbers, without a byte order mark."""
    for number, line in enumerate(lines, 1):
        if number == 1 and line.startswith(_GZIP):
            raise InvalidEventLine(f"{file} is compressed: unpack it, as by gunzip")
        text = line.removeprefix(BOM_UTF8) if number == 1 else line
        if text.strip():
            yield number, text


def _read(file: Path, number: int, line: bytes, zone: ZoneInfo) -> ReplayedEvent:
    try:
        return _event(numbered_id(number), _json(line), zone)
    except (_InvalidEvent, rules.MalformedJson) as error:
        raise InvalidEventLine(f"{file}:{number}: {error}") from None


def _json(line: bytes) -> Any:
    value = rules.exact.loads(line)
    if b"\\u" in line:
        try:
            json.dumps(value, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError:
            raise _InvalidEvent(
                "the text holds half of a surrogate pair, which is not a character: leave it out"
            ) from None
    return value


def _event(event_id: str, value: Any, zone: ZoneInfo) -> ReplayedEvent:
    if not isinstance(value, dict):
        raise _InvalidEvent(
            'write an event: {"event": {"type": ..., "eventDate": ..., "customerData": ..., "body": ...}}'
        )
    event = value.get("event", value)
    if not isinstance(event, dict):
        raise _InvalidEvent("event must be an object")
    name, body, customer = event.get("type"), event.get("body") or {}, event.get("customerData")
    if not isinstance(name, str) or not name:
        raise _InvalidEvent("event.type is missing: name the event type")
    if not isinstance(body, dict):
        raise _InvalidEvent("event.body must be an object")
    if not isinstance(event.get("eventDate"), str):
        raise _InvalidEvent("event.eventDate is missing: write it as 2024-05-01T09:30:00")
    try:
        time = read_date(event["eventDate"], zone)
    except ValueError as error:
        raise _InvalidEvent(f"event.eventDate: {error}") from None
    return ReplayedEvent(event_id, _member(customer), name, time, time, body)


def _member(customer: Any) -> str:
    """Return the id of a member: their first identifier, in lower case."""
    if isinstance(customer, dict):
        for key in _CUSTOMER_KEYS:
            value = customer.get(key)
            if isinstance(value, str) and value:
                return value.lower()
    raise _InvalidEvent(f"event.customerData is missing: it holds one of {', '.join(_CUSTOMER_KEYS)}")
