"""The criteria of exports: filters in a body, read as those of a list."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.datastructures import QueryParams

from api.http.errors import BadInput
from api.http.paging import Filter, ListQuery
from api.points.filters import as_points
from database.export_sources import SOURCES
from loyalty.program.program import Program
from loyalty.store.exports import ExportType
from loyalty.store.identity_keys import email_key, phone_key, written_phone


def conditions_of(type_: ExportType, criteria: Mapping[str, Any], program: Program) -> list[list[Any]]:
    """Return the filters of an export as field, operator and value; raise BadInput with every fault."""
    source = SOURCES[type_]
    query = ListQuery({name: kind for name, (kind, _) in source.filters.items()})
    try:
        _, filters = query.parse(QueryParams(list(_parameters(criteria))), program.zone)
    except BadInput as invalid:
        raise BadInput.of(replace(each, path=f"{type_}.{each.path}") for each in invalid.faults) from None
    return [_condition(_as_stored(each, program), lowered=each.field in source.lowered) for each in filters]


def _as_stored(given: Filter, program: Program) -> Filter:
    """Return a filter as rows have its value: tiers and rewards by their names, emails and phones in one spelling."""
    text = str(given.value)
    match given.field, given.operator:
        case "levelId", "eq":
            return replace(given, value=_name_of(text, "tier", [each.name for each in program.tiers], program))
        case "rewardId", "eq":
            return replace(given, value=_name_of(text, "reward", program.rewards, program))
        case "email", "eq":
            return replace(given, value=email_key(text))
        case "phone", "eq":
            return replace(given, value=phone_key(written_phone(text, program.region)))
        case _:
            return given


def _name_of(text: str, kind: str, names: Iterable[str], program: Program) -> str:
    """Return the name of the thing with this id; a text that is not an id is a name."""
    return {program.id_of(kind, name): name for name in names}.get(text.lower(), text)


def _parameters(criteria: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return criteria as the parameters of a list; paging and order are ignored."""
    for name, value in criteria.items():
        if name.startswith("_"):
            continue
        if isinstance(value, dict):
            yield from ((f"{name}[{operator}]", _text(each)) for operator, each in value.items())
        else:
            yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _condition(given: Filter, *, lowered: bool) -> list[Any]:
    match given.value:
        case datetime():
            return [given.field, given.operator, given.value.astimezone(UTC).isoformat()]
        case str() if lowered:
            return [given.field, given.operator, given.value.lower()]
        case Decimal():
            return [given.field, given.operator, as_points(given.value)]
        case _:
            return [given.field, given.operator, given.value]
