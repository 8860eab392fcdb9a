"""Files of achievements/: achievements."""

from decimal import Decimal
from typing import Final

from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Last, Measure, Sum, Window
from program_files.grammar.achievements import (
    ACHIEVEMENT,
    LAST_DAYS,
    MEASURE,
    MEASURED_RULE,
    MOST_DAYS,
    REPEAT,
    REPEATS,
    WINDOW,
)
from program_files.readers.cures import duration_cure
from program_files.readers.declarations import Declarations
from program_files.readers.effects import EffectReader
from program_files.readers.logic import read_logic, warn_of_path
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import choice_of, duration_of, integer_of
from program_files.readers.reactors import read_on, read_when
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from rules import exact
from rules.types import NUMBER

DAYS_IN: Final = {"day": 1, "week": 7, "month": 31, "year": 366}
"""The most days that a window has."""


def read_achievement(node: Node, problems: Problems, declared: Declarations) -> Achievement | None:
    """Return an achievement; None if it has no name. Its effects read the event of its completion."""
    fields = MapReader(node, problems, ACHIEVEMENT)
    name = fields.name("achievement")
    on = read_on(fields, declared)
    when = read_when(fields, declared, on)
    measure, window = _measure(fields, declared, on), _window(fields)
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
        then=() if then is None else EffectReader(declared, problems, "achievement_completed").read(then),
        place=node.place,
        measure_text=measure_text(node),
    )
    return None if name is None else achievement


def measure_text(node: Node) -> str:
    """Return what an achievement counts, its event type and its measure, as JSON."""
    on, measure = node.entries.get("on"), node.entries.get("measure")
    return exact.dumps([on and on.plain(), "events" if measure is None else measure.plain()])


def _measure(fields: MapReader, declared: Declarations, on: str) -> Measure:
    node = fields.get("measure")
    if node is None:
        return CountEvents()
    if not isinstance(node.value, dict):
        measure = choice_of(node, fields.problems, "measure", MEASURE, forms=("{sum: ...}", "{distinct: ...}"))
        return CountDays() if measure == "days" else CountEvents()
    parts = MapReader(node, fields.problems, MEASURED_RULE)
    if len(node.value) != 1:
        message = "measure is events, days, {sum: ...} or {distinct: ...}: one of them"
        fields.problems.add(node.place, "wrong-type", message)
    total, value = parts.get("sum"), parts.get("distinct")
    scope, zone = declared.scope_of(on), declared.settings.zone
    if total is not None:
        return Sum(read_logic(total, fields.problems, scope, NUMBER, zone))
    if value is not None:
        warn_of_path(value, fields.problems, scope)
    return CountEvents() if value is None else Distinct(read_logic(value, fields.problems, scope, None, zone))


def _window(fields: MapReader) -> Window:
    node = fields.get("window")
    if node is None:
        return "all"
    if not isinstance(node.value, dict):
        if isinstance(node.value, str) and (days := duration_cure(node.value)) is not None:
            message = f"window {shown(node.value)} is unknown: the last days are a map"
            fields.problems.add(
                node.place, "unknown-value", message, f"{{last: {days}}}" if days.endswith("d") else None
            )
            return "all"
        return choice_of(node, fields.problems, "window", WINDOW, forms=("{last: 30d}",))
    parts = MapReader(node, fields.problems, LAST_DAYS)
    last = parts.need("last")
    if last is None:
        return "all"
    span = duration_of(last, fields.problems, "last")
    if span.months or span.seconds or not span.days <= MOST_DAYS:
        message = f"last must be whole days, such as 30d, and at most {MOST_DAYS}d"
        fields.problems.add(last.place, "bad-duration", message)
    return Last(span.days or 1)


def _goal(fields: MapReader, measure: Measure, window: Window) -> Decimal:
    node = fields.need("goal")
    if node is None:
        return Decimal(1)
    goal = fields.amount("goal") or Decimal(1)
    if not isinstance(measure, Sum) and goal % 1:
        fields.problems.add(node.place, "out-of-range", "goal must be a whole number: the measure counts")
    days = window.days if isinstance(window, Last) else DAYS_IN.get(window)
    if isinstance(measure, CountDays) and days is not None and goal > days:
        message = f"goal can never be reached: the window has at most {days} day{'' if days == 1 else 's'}"
        fields.problems.add(node.place, "out-of-reach", message, can_run=True)
    return goal


def _repeat(fields: MapReader) -> int | None:
    node = fields.get("repeat")
    if node is None:
        return 1
    if isinstance(node.value, str):
        return 1 if choice_of(node, fields.problems, "repeat", REPEAT, forms=("a number",)) == "once" else None
    return integer_of(node, fields.problems, "repeat", REPEATS)
