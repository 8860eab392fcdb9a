"""When points expire, or a tier is reviewed: the value of `expires` and `tier_review`."""

import re
from typing import Final

from loyalty.calendar import Duration
from loyalty.program.expiry import After, EndOf, Expiry, Never, OnDate
from program_files.grammar.common import CALENDAR_PERIOD, EXPIRY_MAP
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import choice_of
from program_files.text.nodes import Node
from program_files.text.problems import Problems

_FORMS: Final = (
    'never, {after: 90d}, {after: 6mo, through: month}, {end_of: month}, {end_of: year, plus: 1y} or {on: "12-31"}'
)
_DAY: Final = re.compile(r"(\d\d)-(\d\d)")
_DAYS_OF: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_expiry(node: Node, problems: Problems, key: str = "expires") -> Expiry:
    """When points expire, or a tier is reviewed."""
    if node.value == "never":
        return Never()
    if not isinstance(node.value, dict):
        problems.add(node.place, "bad-expiry", f"{key} must be {_FORMS}", _suggestion(node.value))
        return Never()
    fields = MapReader(node, problems, EXPIRY_MAP, key)
    known = set(node.value) & set(EXPIRY_MAP.by_name)
    if len(known) == len(node.value) and known not in map(set, EXPIRY_MAP.combinations):
        problems.add(node.place, "bad-expiry", f"{key} must be one of {_FORMS}")
    after, end_of, on = (fields.get(key) for key in ("after", "end_of", "on"))
    if after is not None:
        through = fields.get("through") or end_of
        unit = None if through is None else choice_of(through, problems, "through", CALENDAR_PERIOD)
        return After(fields.duration("after") or Duration(days=1), unit)
    if end_of is not None:
        return EndOf(choice_of(end_of, problems, "end_of", CALENDAR_PERIOD), _plus(fields))
    return Never() if on is None else _on_date(on, problems)


def _plus(fields: MapReader) -> Duration:
    plus, node = fields.duration("plus"), fields.get("plus")
    if node is not None and plus is not None and plus.seconds:
        fields.problems.add(node.place, "bad-duration", "plus must be whole days, months or years, such as 1y")
    return plus or Duration()


def _suggestion(value: object) -> str | None:
    """Suggest the map for a duration, a period or a day that stands alone."""
    match value:
        case str() if _is_duration(value):
            return f"{{after: {value}}}"
        case str() if value in CALENDAR_PERIOD.words:
            return f"{{end_of: {value}}}"
        case str() if _DAY.fullmatch(value):
            return f'{{on: "{value}"}}'
        case _:
            return None


def _is_duration(text: str) -> bool:
    try:
        return bool(Duration.parse(text))
    except ValueError:
        return False


def _on_date(node: Node, problems: Problems) -> Expiry:
    found = _DAY.fullmatch(node.value) if isinstance(node.value, str) else None
    month, day = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= month <= len(_DAYS_OF) or not 1 <= day <= _DAYS_OF[month - 1]:
        problems.add(node.place, "bad-expiry", 'on must be a month and a day in quotes, such as "12-31"')
        return Never()
    return OnDate(month, day)
