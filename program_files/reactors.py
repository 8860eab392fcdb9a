"""Files of reactors/: reactors."""

import re
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from loyalty.calendar import Period, read_instant, start_of
from loyalty.program.logic import Logic
from loyalty.program.reactors import Limit, Reactor
from program_files.effects import Then
from program_files.fields import Fields, amount, whole
from program_files.known_names import Known
from program_files.logic import read_logic
from program_files.nodes import Node
from program_files.problems import Problems, shown
from rules.types import BOOLEAN

KEYS = ("reactor", "title", "on", "when", "then", "limits", "active")
PERS: tuple[Literal["member", "program"], ...] = ("member", "program")
PERIODS: tuple[Period, ...] = ("day", "week", "month", "year", "ever")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
MOST_TIMES = 10**9


def read_reactor(node: Node, problems: Problems, known: Known) -> Reactor | None:
    """A reactor; None where it has no name."""
    fields = Fields(node, problems, "a reactor", KEYS)
    name = fields.name("reactor")
    title = fields.text("title", name or "?")
    on = read_on(fields, known)
    when = read_when(fields, known, on)
    then = fields.need("then")
    effects = () if then is None else Then(known, problems, on).read(then)
    if then is not None and then.value == []:
        problems.add(then.place, "out-of-range", "then must have at least one effect")
    limits = tuple(_limit(item, problems) for item in fields.items("limits"))
    active = fields.get("active")
    start, end = (None, None) if active is None else _active(active, problems, known.settings.zone)
    if name is None:
        return None
    return Reactor(name, title, on, when, effects, limits, start, end, node.place)


def read_on(fields: Fields, known: Known) -> str:
    """The event type it is on."""
    node = fields.need("on")
    return "?" if node is None else known.reference(node, fields.problems, "event type")


def read_when(fields: Fields, known: Known, on: str) -> Logic | None:
    """The condition, if there is one."""
    node = fields.get("when")
    if node is None:
        return None
    return read_logic(node, fields.problems, known.scope_of(on), BOOLEAN, known.settings.zone)


def _limit(node: Node, problems: Problems) -> Limit:
    fields = Fields(node, problems, "a limit", ("per", "every", "times", "points"))
    times, points = fields.get("times"), fields.get("points")
    if times is None and points is None and node.entries:
        problems.add(node.place, "missing-key", "a limit needs times or points")
    return Limit(
        per=fields.choice("per", PERS, "member"),
        every=fields.choice("every", PERIODS),
        times=None if times is None else whole(times, problems, "times", 1, MOST_TIMES),
        points=None if points is None else amount(points, problems, "points"),
    )


def _active(node: Node, problems: Problems, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The first instant, and the first that is too late; a date means the whole of that local day."""
    fields = Fields(node, problems, "active", ("from", "until"))
    first, last = fields.get("from"), fields.get("until")
    start = None if first is None else _instant(first, problems, zone, end=False)
    end = None if last is None else _instant(last, problems, zone, end=True)
    if last is not None and start is not None and end is not None and start >= end:
        problems.add(last.place, "ends-before-it-begins", "until must be later than from", can_run=True)
    return start, end


def _instant(node: Node, problems: Problems, zone: ZoneInfo, *, end: bool) -> datetime | None:
    text = node.value if isinstance(node.value, str) else ""
    try:
        if DATE.fullmatch(text):
            return start_of(date.fromisoformat(text) + timedelta(days=end), zone)
        if DATE_AND_TIME.fullmatch(text):
            return read_instant(text, zone)
    except (ValueError, OverflowError):
        pass  # said below, with the cure
    message = f"{shown(str(node.value))} is no date: write it as 2026-12-31 or 2026-12-31T18:00:00"
    problems.add(node.place, "bad-date", message)
    return None
