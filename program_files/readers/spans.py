"""Two dates of a file: the first instant, and the first instant after the last."""

import re
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from loyalty.calendar import read_instant, start_of
from program_files.grammar.values import DateValue
from program_files.readers.map_reader import MapReader
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown

_DATE: Final = re.compile(DateValue.date)
_DATE_AND_TIME: Final = re.compile(DateValue.date_and_time)


def read_span(fields: MapReader, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return the instants of the keys `from` and `until`; a date means the whole of that local day."""
    first, last = fields.get("from"), fields.get("until")
    start = None if first is None else _instant(first, fields.problems, zone, end=False)
    end = None if last is None else _instant(last, fields.problems, zone, end=True)
    if last is not None and start is not None and end is not None and start >= end:
        fields.problems.add(last.place, "ends-before-it-begins", "until must be later than from", can_run=True)
    return start, end


def _instant(node: Node, problems: Problems, zone: ZoneInfo, *, end: bool) -> datetime | None:
    text = node.value if isinstance(node.value, str) else ""
    try:
        if _DATE.fullmatch(text):
            return start_of(date.fromisoformat(text) + timedelta(days=end), zone)
        if _DATE_AND_TIME.fullmatch(text):
            return read_instant(text, zone)
    except (ValueError, OverflowError):
        pass  # noted below, with the cure
    message = f"{shown(str(node.value))} is not a date: write it as 2026-12-31 or 2026-12-31T18:00:00"
    problems.add(node.place, "bad-date", message)
    return None
