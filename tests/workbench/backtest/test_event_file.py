"""Events are read from a file, and written into shards."""

import gzip
from codecs import BOM_UTF8
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from workbench.backtest import ReplayedEvent
from workbench.backtest.event_file import InvalidEventLine, read_events, read_shard, write_shards

WARSAW = ZoneInfo("Europe/Warsaw")
GOOD = '{"event": {"type": "purchase", "eventDate": "2026-05-01T10:00:00", "customerData": {"email": "A@x.eu"}}}'


def test_events_are_read_in_the_form_of_a_report_with_the_outer_event_or_without(tmp_path: Path) -> None:
    bare = (
        '{"type": "app_login", "eventDate": "2026-05-01T10:00:00Z", "customerData": {"phone": "1"}, "body": {"n": 0.1}}'
    )
    file = tmp_path / "events.jsonl"
    file.write_text(f"{GOOD}\n\n{bare}\n")

    first, second = read_events(file, WARSAW)

    at = datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert first == ReplayedEvent(first.id, "a@x.eu", "purchase", at, at, {})
    assert first.id != second.id
    assert (second.member, second.time.hour, str(second.body["n"])) == ("1", 10, "0.1")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Expecting property name"),
        ("[]", "write an event"),
        ('{"event": 1}', "event must be an object"),
        ('{"eventDate": "2026-05-01T10:00:00"}', "event.type is missing"),
        (GOOD.replace("2026-05-01T10:00:00", "yesterday"), "write it as 2024-05-01T09:30:00"),
        (GOOD.replace('"email": "A@x.eu"', ""), "event.customerData is missing: it holds one of customerId"),
        ('{"type": "a", "body": [1], "eventDate": "2026-05-01T10:00:00"}', "event.body must be an object"),
        (GOOD.replace("2026-05-01T10:00:00", "9999-12-31T10:00:00"), "the year lies between 1900 and 2999"),
        (GOOD.replace("A@x.eu", "\\ud800@x.eu"), "half of a surrogate pair"),
        ("\x80", "the text is not UTF-8"),
    ],
)
def test_a_line_that_is_no_event_is_reported_with_its_cure(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(f"{GOOD}\n{line}\n".encode("latin-1"))

    with pytest.raises(InvalidEventLine) as refused:
        list(read_events(file, WARSAW))

    assert str(refused.value).startswith(f"{file}:2: ")
    assert said in str(refused.value)


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(BOM_UTF8 + GOOD.encode())

    (event,) = read_events(file, WARSAW)

    assert event.member == "a@x.eu"


def test_a_compressed_file_is_reported_with_its_cure(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl.gz"
    file.write_bytes(gzip.compress(GOOD.encode()))

    with pytest.raises(InvalidEventLine, match="is compressed: unpack it"):
        list(read_events(file, WARSAW))


def test_shards_have_the_same_events_and_those_of_a_member_are_in_one(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("\n\n".join(GOOD.replace("A@x.eu", f"m{number % 5}@x.eu") for number in range(20)))
    shares = [tmp_path / str(number) for number in range(3)]

    count = write_shards(file, WARSAW, shares)

    shared = [list(read_shard(share, WARSAW)) for share in shares]
    assert count == 20
    assert sorted(event.id for some in shared for event in some) == [event.id for event in read_events(file, WARSAW)]
    assert sum(len({event.member for event in some}) for some in shared) == 5
