"""The criteria of exports: filters in a body, read as those of a list."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from starlette.datastructures import QueryParams

from api.http.errors import BadInput
from api.http.paging import Filter, ListQuery
from database.export_sources import SOURCES
from loyalty.store.exports import ExportType


def conditions_of(type_: ExportType, criteria: Mapping[str, Any], zone: tzinfo) -> list[list[Any]]:
    """Return the filters of an export as field, operator and value; raise BadInput with every fault."""
    source = SOURCES[type_]
    query = ListQuery({name: kind for name, (kind, _) in source.filters.items()})
    try:
        _, filters = query.parse(QueryParams(list(_parameters(criteria))), zone)
    except BadInput as invalid:
        raise BadInput.of(replace(each, path=f"{type_}.{each.path}") for each in invalid.faults) from None
    return [_condition(each, lowered=each.field in source.lowered) for each in filters]


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
        case _:
            return [given.field, given.operator, given.value]
