"""Lists: pages, order, and filters: `field=value`, `nested:field=value`, `field[operator]=value`."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from operator import attrgetter, contains, eq, ge, gt, le, lt
from typing import Any, Literal, TypeAlias, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import QueryParams

from api.http.errors import BadInput, InputFault
from api.http.places import MAX_SCROLL_LENGTH, KeyTypes, read_key, write_key
from api.http.responses import Total
from database.pages import MAX_COUNTED, Condition, Operator, PageKey, PageRequest, PageResult
from database.unreadable import unreadable_reason
from loyalty.calendar import read_date
from rules.spelling import closest_match
from rules.storable import MAX_NUMBER

DEFAULT_ITEMS = 10
MAX_ITEMS = 50
MAX_PAGE = 10**9
MAX_FILTER_LENGTH = 2000
MAX_FILTERS = 50
"""The most conditions of one request: databases bound their number."""

T = TypeVar("T")

log = structlog.get_logger(__name__)

FilterType: TypeAlias = Literal["text", "exact_text", "identifier", "id", "instant", "boolean", "number"]
"""The type of a filter's value; an exact text is only compared as a whole, an id in any case.

A part of a text is found in any case, a part of an identifier that clients chose in its own.
"""

_FILTER = re.compile(r"(?P<field>[^\[\]]+)(?:\[(?P<operator>[^\[\]]*)\])?")
_OPERATORS: Mapping[FilterType, tuple[Operator, ...]] = {
    "text": ("eq", "like"),
    "exact_text": ("eq",),
    "identifier": ("eq", "like"),
    "id": ("eq", "like"),
    "instant": ("eq", "gt", "gte", "lt", "lte"),
    "boolean": ("eq",),
    "number": ("eq", "gt", "gte", "lt", "lte"),
}
_SCHEMAS: Mapping[FilterType, Mapping[str, Any]] = {
    "text": {"type": "string", "maxLength": MAX_FILTER_LENGTH},
    "exact_text": {"type": "string", "maxLength": MAX_FILTER_LENGTH},
    "identifier": {"type": "string", "maxLength": MAX_FILTER_LENGTH},
    "id": {"type": "string", "maxLength": MAX_FILTER_LENGTH},
    "instant": {"type": "string", "maxLength": MAX_FILTER_LENGTH},
    "boolean": {"type": "boolean"},
    "number": {"type": "number"},
}
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": eq,
    "like": lambda text, part: part.casefold() in text.casefold(),
    "has": contains,
    "gt": gt,
    "gte": ge,
    "lt": lt,
    "lte": le,
}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a request."""

    field: str
    operator: Operator
    value: str | bool | datetime | Decimal

    def on(self, column: str) -> Condition:
        """Return the filter as a condition on a column."""
        return Condition(column, self.operator, self.value)


SCROLL = "_scroll"
NO_PLACE = "this is not a place in the list: send scroll.next of the page before, or leave it empty"
SCROLL_PARAMETER: Mapping[str, Any] = {
    "name": SCROLL,
    "in": "query",
    "required": False,
    "description": "Page by key: empty for the first page, then `scroll.next` of the one before; instead of `_page`.",
    "schema": {"type": "string", "maxLength": MAX_SCROLL_LENGTH},
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The query parameters of a list: its filters, the date that it is ordered by, and its key if it pages by key."""

    filters: Mapping[str, FilterType]
    order_by: str = "createdAt"
    key: KeyTypes | None = None

    def openapi_parameters(self) -> dict[str, Any]:
        """Return the query parameters for OpenAPI."""
        whole = {"type": "integer", "minimum": 1}
        parameters = [
            _parameter("_page", whole | {"default": 1, "maximum": MAX_PAGE}, "The page, counted from 1."),
            _parameter("_itemsOnPage", whole | {"default": DEFAULT_ITEMS, "maximum": MAX_ITEMS}, "Items on a page."),
            _parameter(f"_orderBy[{self.order_by}]", {"enum": ["asc", "desc"], "default": "desc"}, "The order."),
        ]
        parameters += [_filter_parameter(name, filter_type) for name, filter_type in self.filters.items()]
        if self.key is not None:
            parameters.append(dict(SCROLL_PARAMETER))
        return {"parameters": parameters}

    def parse(self, query: QueryParams, zone: tzinfo) -> tuple[PageRequest, list[Filter]]:
        """Return the page and the filters of a query; raise BadInput with every fault.

        Dates without offset are in `zone`.
        """
        faults: list[InputFault] = []
        numbers = {
            name: _number(query.get(name), name, default, maximum, faults)
            for name, default, maximum in (("_page", 1, MAX_PAGE), ("_itemsOnPage", DEFAULT_ITEMS, MAX_ITEMS))
        }
        filters: list[Filter] = []
        newest_first = True
        for name, value in query.multi_items():
            if name.startswith("_orderBy"):
                newest_first = self._newest_first(name, value, faults)
            elif name == SCROLL and self.key is None:
                faults.append(InputFault("_scroll is not supported: use _page", "notSupported", name))
            elif not name.startswith("_"):
                filters += self._filter(name, value, zone, faults)
        if len(filters) > MAX_FILTERS:
            message = f"a list takes at most {MAX_FILTERS} filters at once, and these are {len(filters)}: ask for less"
            faults.append(InputFault(message, "tooManyFilters", ""))
        by_key = SCROLL in query
        after = self._place(query.get(SCROLL), faults)
        if faults:
            raise BadInput.of(faults)
        limit = numbers["_itemsOnPage"]
        offset = 0 if by_key else (numbers["_page"] - 1) * limit
        return PageRequest(limit, offset, newest_first, by_key=by_key, after=after), filters

    def _place(self, text: str | None, faults: list[InputFault]) -> PageKey | None:
        """Return the position after which a page begins; None: at the first row."""
        if not text or self.key is None:
            return None
        try:
            return read_key(text, self.key)
        except (ValueError, OverflowError):
            faults.append(InputFault(NO_PLACE, "invalid", SCROLL))
            return None

    def _newest_first(self, name: str, value: str, faults: list[InputFault]) -> bool:
        if name != f"_orderBy[{self.order_by}]" or value.lower() not in ("asc", "desc"):
            message = f"this list can be ordered by its date only: write _orderBy[{self.order_by}]=asc or desc"
            faults.append(InputFault(message, "unknownOrder", name))
        return value.lower() != "asc"

    def _filter(self, name: str, text: str, zone: tzinfo, faults: list[InputFault]) -> Iterable[Filter]:
        match = _FILTER.fullmatch(name)
        field = match["field"] if match else name
        filter_type = self.filters.get(field)
        if filter_type is None:
            close = closest_match(field, self.filters)
            choices = f"it can be by {', '.join(self.filters)}" if self.filters else "leave it out"
            cure = f"did you mean {close}?" if close else choices
            faults.append(InputFault(f"this list is not filtered by {field[:80]}: {cure}", "unknownFilter", name[:255]))
            return
        given = (match and match["operator"]) or "eq"
        operator = next((known for known in _OPERATORS[filter_type] if known == given), None)
        if operator is None:
            message = f"{given[:20]} is not an operator for {field}: use {', '.join(_OPERATORS[filter_type])}"
            faults.append(InputFault(message, "unknownOperator", name[:255]))
            return
        try:
            operator = "has" if operator == "like" and filter_type == "identifier" else operator
            yield Filter(field, operator, _value(filter_type, text, zone))
        except ValueError as error:
            faults.append(InputFault(str(error), "invalid", name))


UNREADABLE = "unreadable"
"""The key of the reason why a row is not shown."""


def page_of_records(
    found: PageResult[T], view: Callable[[T], Any], id_of: Callable[[T], str] = attrgetter("id")
) -> dict[str, Any]:
    """Return the response for a page that the database selected, each record by its view.

    A record that cannot be shown has its id, and in `unreadable` the reason; the others are shown.
    """
    items = [view_or_reason(each, view, id_of) for each in found.records]
    if found.by_key:
        return {"items": items, "scroll": {"next": None if found.next is None else write_key(found.next)}}
    numbers = [min(number, MAX_COUNTED) for number in (found.all, found.filtered)]
    total: Total = {"all": numbers[0], "filtered": numbers[1], "estimated": found.is_estimated}
    return {"items": items, "total": total}


def view_or_reason(record: T, view: Callable[[T], Any], id_of: Callable[[T], str] = attrgetter("id")) -> Any:
    """Return a record by its view; one that cannot be shown has its id, and in `unreadable` the reason."""
    reason = unreadable_reason(record)
    if reason is None:
        try:
            return view(record)
        except Exception as error:
            if isinstance(error, SQLAlchemyError):
                raise
            reason = f"{type(error).__name__}: {error}"[:500]
            log.exception("a row cannot be shown", id=id_of(record))
    return {"id": id_of(record), UNREADABLE: reason}


def page_of_list(items: list[Any], page: PageRequest) -> dict[str, Any]:
    """Return the response for a page of a list that is completely in memory."""
    total: Total = {"all": len(items), "filtered": len(items), "estimated": False}
    return {"items": items[page.offset : page.offset + page.limit], "total": total}


def matches(view: Mapping[str, Any], filters: Iterable[Filter]) -> bool:
    """Return whether an item matches filters by its values; a list has those of its items. False if unreadable."""
    if UNREADABLE in view:
        return not any(True for _ in filters)
    return all(_matches_one(view[each.field], each) for each in filters)


def _matches_one(value: Any, one: Filter) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(compare(one.operator, each, one.value) for each in values if each is not None)


def compare(operator: Operator, value: Any, given: Any) -> bool:
    """Return whether a value satisfies a filter's operator with the value that was given."""
    return _COMPARED[operator](value, given)


def _number(text: str | None, name: str, default: int, maximum: int, faults: list[InputFault]) -> int:
    if text is None:
        return default
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(maximum))
    if not is_number or not 1 <= int(text) <= maximum:
        faults.append(InputFault(f"{name} is a whole number from 1 to {maximum}", "outOfRange", name))
        return default
    return int(text)


def _value(filter_type: FilterType, text: str, zone: tzinfo) -> str | bool | datetime | Decimal:
    if "\0" in text or len(text) > MAX_FILTER_LENGTH:
        raise ValueError(f"a filter is a text of at most {MAX_FILTER_LENGTH} characters, without NUL")
    if filter_type in ("text", "exact_text", "identifier"):
        return text
    if filter_type == "id":
        return text.lower()
    if filter_type == "instant":
        return read_date(text, zone)
    if filter_type == "number":
        return _exact_number(text)
    if text.lower() not in _BOOLEANS:
        raise ValueError("write true or false")
    return _BOOLEANS[text.lower()]


def _exact_number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > MAX_NUMBER:
        raise ValueError(f"write a number from -{MAX_NUMBER} to {MAX_NUMBER}")
    return number


def _filter_parameter(name: str, filter_type: FilterType) -> dict[str, Any]:
    operators = ", ".join(f"`{name}[{operator}]=`" for operator in _OPERATORS[filter_type][1:])
    also = f"; also {operators}" if operators else ""
    return _parameter(name, dict(_SCHEMAS[filter_type]), f"Only those with this value{also}.")


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
