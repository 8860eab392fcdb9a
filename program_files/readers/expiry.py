"""When points expire, or a tier is reviewed: the value of `expires` and `tier_review`."""

import re
from typing import Final

from loyalty.calendar import Duration
from loyalty.program.expiry import After, Anniversary, EndOf, Expiry, Never, OnDate
from loyalty.program.tiers import TierReviewRule
from program_files.grammar.common import ANNIVERSARY, CALENDAR_PERIOD, EXPIRY_MAP
from program_files.grammar.values import MapGrammar
from program_files.readers.cures import duration_cure
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import choice_of
from program_files.text.nodes import Node
from program_files.text.problems import Problems

_FORMS: Final = (
    'never, {after: 90d}, {after: 6mo, through: month}, {end_of: month}, {end_of: year, plus: 1y} or {on: "12-31"}'
)
_DAY: Final = re.compile(r"(\d\d)-(\d\d)")
_DAYS_OF: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_expiry(node: Node, problems: Problems) -> Expiry:
    """Return when points expire."""
    fields = _fields(node, problems, EXPIRY_MAP, "expires", _FORMS)
    return Never() if fields is None else _expiry(fields, problems)


def read_tier_review(node: Node, problems: Problems, grammar: MapGrammar) -> TierReviewRule:
    """Return when a tier is reviewed."""
    key = grammar.title
    fields = _fields(node, problems, grammar, key, f"{_FORMS} or {{anniversary: registration}}")
    if fields is None:
        return Never()
    review = _expiry(fields, problems)  # also beside it, so that every wrong value is noted
    if fields.get("anniversary") is not None:
        plus = fields.duration("plus") or Duration()
        return Anniversary(fields.choice("anniversary", ANNIVERSARY), plus)
    return review


def _fields(node: Node, problems: Problems, grammar: MapGrammar, key: str, forms: str) -> MapReader | None:
    """Return the map of a key; None: never."""
    if node.value == "never":
        return None
    if not isinstance(node.value, dict):
        problems.add(node.place, "bad-expiry", f"{key} must be {forms}", _suggestion(node.value))
        return None
    fields = MapReader(node, problems, grammar, key)
    known = set(node.value) & set(grammar.by_name)
    if len(known) == len(node.value) and known not in map(set, grammar.combinations):
        problems.add(node.place, "bad-expiry", f"{key} must be one of {forms}")
    return fields


def _expiry(fields: MapReader, problems: Problems) -> Expiry:
    after, end_of, on, through = (fields.get(key) for key in ("after", "end_of", "on", "through"))
    plus = _plus(fields) if after is None else Duration()
    if after is not None:
        unit = through or end_of
        period = None if unit is None else choice_of(unit, problems, "through", CALENDAR_PERIOD)
        return After(fields.duration("after") or Duration(days=1), period)
    if end_of is not None:
        return EndOf(choice_of(end_of, problems, "end_of", CALENDAR_PERIOD), plus)
    return Never() if on is None else _on_date(on, problems)


def _plus(fields: MapReader) -> Duration:
    plus, node = fields.duration("plus"), fields.get("plus")
    if node is not None and plus is not None and plus.seconds:
        fields.problems.add(node.place, "bad-duration", "plus must be whole days, months or years, such as 1y")
    return plus or Duration()


def _suggestion(value: object) -> str | None:
    """Suggest the map for a duration, a period or a day that is written alone."""
    match value:
        case str() if _is_duration(value):
            return f"{{after: {value}}}"
        case str() if (duration := duration_cure(value)) is not None:
            return f"{{after: {duration}}}"
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
