"""Files of achievements/: achievements."""

from decimal import Decimal
from typing import Final, Literal

from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Last, Measure, Sum, Window
from program_files.effects import Then
from program_files.fields import Fields, amount, choice, whole
from program_files.fields import duration as read_duration
from program_files.known_names import Known
from program_files.logic import read_logic
from program_files.nodes import Node
from program_files.problems import Problems
from program_files.reactors import read_on, read_when
from rules.types import NUMBER

KEYS = ("achievement", "title", "description", "on", "when", "measure", "window", "goal", "repeat", "then")
MEASURES: tuple[Literal["events", "days"], ...] = ("events", "days")
WINDOWS: tuple[Literal["all", "streak", "day", "week", "month", "year"], ...] = (
    "all",
    "streak",
    "day",
    "week",
    "month",
    "year",
)
REPEATS: tuple[Literal["once", "unlimited"], ...] = ("once", "unlimited")
DAYS_IN: Final = {"day": 1, "week": 7, "month": 31, "year": 366}
MOST_DAYS = 3660
MOST_REPEATS = 10**9


def read_achievement(node: Node, problems: Problems, known: Known) -> Achievement | None:
    """An achievement; None where it has no name. Its effects see the event of its completion."""
    fields = Fields(node, problems, "an achievement", KEYS)
    name = fields.name("achievement")
    on = read_on(fields, known)
    when = read_when(fields, known, on)
    measure, window = _measure(fields, known, on), _window(fields)
    then = fields.get("then")
    achievement = Achievement(
        name=name or "?",
        title=fields.text("title", name or "?"),
        description=fields.text("description", ""),
        on=on,
        when=when,
        measure=measure,
        window=window,
        goal=_goal(fields, measure, window),
        repeat=_repeat(fields),
        then=() if then is None else Then(known, problems, "achievement_completed").read(then),
        place=node.place,
    )
    return None if name is None else achievement


def _measure(fields: Fields, known: Known, on: str) -> Measure:
    node = fields.get("measure")
    if node is None:
        return CountEvents()
    if not isinstance(node.value, dict):
        return CountDays() if choice(node, fields.problems, "measure", MEASURES) == "days" else CountEvents()
    parts = Fields(node, fields.problems, "measure", ("sum", "distinct"))
    if len(node.value) != 1:
        message = "measure is events, days, {sum: ...} or {distinct: ...}: one of them"
        fields.problems.add(node.place, "wrong-type", message)
    total, value = parts.get("sum"), parts.get("distinct")
    scope, zone = known.scope_of(on), known.settings.zone
    if total is not None:
        return Sum(read_logic(total, fields.problems, scope, NUMBER, zone))
    return CountEvents() if value is None else Distinct(read_logic(value, fields.problems, scope, None, zone))


def _window(fields: Fields) -> Window:
    node = fields.get("window")
    if node is None:
        return "all"
    if not isinstance(node.value, dict):
        return choice(node, fields.problems, "window", WINDOWS)
    parts = Fields(node, fields.problems, "window", ("last",))
    last = parts.need("last")
    if last is None:
        return "all"
    span = read_duration(last, fields.problems, "last")
    if span.months or span.seconds or not span.days <= MOST_DAYS:
        message = f"last must be whole days, such as 30d, and at most {MOST_DAYS}d"
        fields.problems.add(last.place, "bad-duration", message)
    return Last(span.days or 1)


def _goal(fields: Fields, measure: Measure, window: Window) -> Decimal:
    node = fields.need("goal")
    if node is None:
        return Decimal(1)
    goal = amount(node, fields.problems, "goal")
    if not isinstance(measure, Sum) and goal % 1:
        fields.problems.add(node.place, "out-of-range", "goal must be a whole number: the measure counts")
    days = window.days if isinstance(window, Last) else DAYS_IN.get(window)
    if isinstance(measure, CountDays) and days is not None and goal > days:
        message = f"goal can never be reached: the window has at most {days} day{'' if days == 1 else 's'}"
        fields.problems.add(node.place, "out-of-reach", message, can_run=True)
    return goal


def _repeat(fields: Fields) -> int | None:
    node = fields.get("repeat")
    if node is None:
        return 1
    if isinstance(node.value, str):
        return 1 if choice(node, fields.problems, "repeat", REPEATS) == "once" else None
    return whole(node, fields.problems, "repeat", 1, MOST_REPEATS)
