"""Files of reactors/: reactors."""

import re
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from loyalty.calendar import read_instant, start_of
from loyalty.program.logic import Logic
from loyalty.program.reactors import Limit, Reactor
from program_files.grammar.common import PERIOD
from program_files.grammar.reactors import ACTIVE, LIMIT, PER, REACTOR
from program_files.grammar.values import DateValue
from program_files.readers.declarations import Declarations
from program_files.readers.effects import EffectReader
from program_files.readers.logic import read_logic
from program_files.readers.map_reader import MapReader
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from rules.types import BOOLEAN

_DATE: Final = re.compile(DateValue.date)
_DATE_AND_TIME: Final = re.compile(DateValue.date_and_time)


def read_reactor(node: Node, problems: Problems, declared: Declarations) -> Reactor | None:
    """A reactor; None if it has no name."""
    fields = MapReader(node, problems, REACTOR)
    name = fields.name("reactor")
    title = fields.text("title", name or "?")
    on = read_on(fields, declared)
    when = read_when(fields, declared, on)
    then = fields.need("then")
    effects = () if then is None else EffectReader(declared, problems, on, when).read(then)
    if then is not None and then.value == []:
        problems.add(then.place, "out-of-range", "then must have at least one effect")
    limits = tuple(_limit(item, problems) for item in fields.items("limits"))
    active = fields.get("active")
    start, end = (None, None) if active is None else _active(active, problems, declared.settings.zone)
    if name is None:
        return None
    return Reactor(name, title, on, when, effects, limits, start, end, node.place)


def read_on(fields: MapReader, declared: Declarations) -> str:
    """The event type that it answers."""
    node = fields.need("on")
    return "?" if node is None else declared.reference(node, fields.problems, "event type")


def read_when(fields: MapReader, declared: Declarations, on: str) -> Logic | None:
    """The condition, if there is one."""
    node = fields.get("when")
    if node is None:
        return None
    return read_logic(node, fields.problems, declared.scope_of(on), BOOLEAN, declared.settings.zone)


def _limit(node: Node, problems: Problems) -> Limit:
    fields = MapReader(node, problems, LIMIT)
    if fields.get("times") is None and fields.get("points") is None and node.entries:
        problems.add(node.place, "missing-key", "a limit needs times or points")
    return Limit(
        per=fields.choice("per", PER),
        every=fields.choice("every", PERIOD),
        times=fields.integer("times"),
        points=fields.amount("points"),
    )


def _active(node: Node, problems: Problems, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The first instant, and the first instant after the last; a date means the whole of that local day."""
    fields = MapReader(node, problems, ACTIVE)
    first, last = fields.get("from"), fields.get("until")
    start = None if first is None else _instant(first, problems, zone, end=False)
    end = None if last is None else _instant(last, problems, zone, end=True)
    if last is not None and start is not None and end is not None and start >= end:
        problems.add(last.place, "ends-before-it-begins", "until must be later than from", can_run=True)
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
    message = f"{shown(str(node.value))} is no date: write it as 2026-12-31 or 2026-12-31T18:00:00"
    problems.add(node.place, "bad-date", message)
    return None
