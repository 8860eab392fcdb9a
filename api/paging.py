"""Lists: pages, their order, and filters: `field=value`, `nested:field=value`, `field[operator]=value`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal, TypeAlias

from starlette.datastructures import QueryParams

from api.errors import BadInput, InputFault
from api.responses import Total
from database.pages import Condition, Found, Operator, Page
from loyalty.calendar import read_date
from rules.spelling import closest_match

USUAL_ITEMS = 10
MOST_ITEMS = 50
LAST_PAGE = 10**9
LONGEST_FILTER = 2000

Kind: TypeAlias = Literal["text", "name", "instant", "boolean"]
"""A name is a text that is compared as a whole."""

_FILTER = re.compile(r"(?P<field>[^\[\]]+)(?:\[(?P<operator>[^\[\]]*)\])?")
_OPERATORS: Mapping[Kind, tuple[Operator, ...]] = {
    "text": ("eq", "like"),
    "name": ("eq",),
    "instant": ("eq", "gt", "gte", "lt", "lte"),
    "boolean": ("eq",),
}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One filter that a client has set."""

    field: str
    operator: Operator
    value: str | bool | datetime

    def on(self, column: str) -> Condition:
        """The filter as a condition of a column."""
        return Condition(column, self.operator, self.value)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list can be asked: its filters, and the date it is ordered by."""

    filters: Mapping[str, Kind]
    order_by: str = "createdAt"

    def parameters(self) -> dict[str, Any]:
        """How OpenAPI describes it."""
        whole = {"type": "integer", "minimum": 1}
        described = [
            _parameter("_page", whole | {"default": 1, "maximum": LAST_PAGE}, "The page, counted from 1."),
            _parameter("_itemsOnPage", whole | {"default": USUAL_ITEMS, "maximum": MOST_ITEMS}, "Items on a page."),
            _parameter(f"_orderBy[{self.order_by}]", {"enum": ["asc", "desc"], "default": "desc"}, "The order."),
        ]
        described += [_described(name, kind) for name, kind in self.filters.items()]
        return {"parameters": described}

    def read(self, query: QueryParams, zone: tzinfo) -> tuple[Page, list[Wanted]]:
        """The page and the filters that a query asks for; raise BadInput for what it cannot be asked."""
        faults: list[InputFault] = []
        numbers = {
            name: _number(query.get(name), name, usual, most, faults)
            for name, usual, most in (("_page", 1, LAST_PAGE), ("_itemsOnPage", USUAL_ITEMS, MOST_ITEMS))
        }
        wanted: list[Wanted] = []
        newest_first = True
        for name, value in query.multi_items():
            if name.startswith("_orderBy"):
                newest_first = self._newest_first(name, value, faults)
            elif name == "_scroll":
                faults.append(InputFault("there is no scrolling here: use _page", "notSupported", name))
            elif not name.startswith("_"):
                wanted += self._wanted(name, value, zone, faults)
        if faults:
            raise BadInput.of(faults)
        limit = numbers["_itemsOnPage"]
        return Page(limit, (numbers["_page"] - 1) * limit, newest_first), wanted

    def _newest_first(self, name: str, value: str, faults: list[InputFault]) -> bool:
        if name != f"_orderBy[{self.order_by}]" or value.lower() not in ("asc", "desc"):
            message = f"this list is ordered by its date alone: write _orderBy[{self.order_by}]=asc or desc"
            faults.append(InputFault(message, "unknownOrder", name))
        return value.lower() != "asc"

    def _wanted(self, name: str, text: str, zone: tzinfo, faults: list[InputFault]) -> Iterable[Wanted]:
        match = _FILTER.fullmatch(name)
        field = match["field"] if match else name
        kind = self.filters.get(field)
        if kind is None:
            close = closest_match(field, self.filters)
            choices = f"it can be by {', '.join(self.filters)}" if self.filters else "leave it out"
            cure = f"did you mean {close}?" if close else choices
            faults.append(InputFault(f"this list is not filtered by {field[:80]}: {cure}", "unknownFilter", name[:255]))
            return
        operator = (match and match["operator"]) or "eq"
        found = next((known for known in _OPERATORS[kind] if known == operator), None)
        if found is None:
            message = f"{operator[:20]} is no operator for {field}: use {', '.join(_OPERATORS[kind])}"
            faults.append(InputFault(message, "unknownOperator", name[:255]))
            return
        try:
            yield Wanted(field, found, _value(kind, text, zone))
        except ValueError as error:
            faults.append(InputFault(str(error), "invalid", name))


def listed(items: list[Any], found: Found) -> dict[str, Any]:
    """A page as an answer."""
    total: Total = {"all": found.all, "filtered": found.filtered, "estimated": False}
    return {"items": items, "total": total}


def page_of(items: list[Any], page: Page) -> dict[str, Any]:
    """A page of what is all in memory."""
    total: Total = {"all": len(items), "filtered": len(items), "estimated": False}
    return {"items": items[page.offset : page.offset + page.limit], "total": total}


def _number(text: str | None, name: str, usual: int, most: int, faults: list[InputFault]) -> int:
    if text is None:
        return usual
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_number or not 1 <= int(text) <= most:
        faults.append(InputFault(f"{name} is a whole number from 1 to {most}", "outOfRange", name))
        return usual
    return int(text)


def _value(kind: Kind, text: str, zone: tzinfo) -> str | bool | datetime:
    if "\0" in text or len(text) > LONGEST_FILTER:
        raise ValueError(f"a filter is a text of at most {LONGEST_FILTER} characters, without NUL")
    if kind in ("text", "name"):
        return text
    if kind == "instant":
        return read_date(text, zone)
    if text.lower() not in _BOOLEANS:
        raise ValueError("write true or false")
    return _BOOLEANS[text.lower()]


def _described(name: str, kind: Kind) -> dict[str, Any]:
    schema = {"type": "boolean"} if kind == "boolean" else {"type": "string", "maxLength": LONGEST_FILTER}
    operators = ", ".join(f"`{name}[{operator}]=`" for operator in _OPERATORS[kind][1:])
    return _parameter(name, schema, f"Only those with this value{f'; also {operators}' if operators else ''}.")


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
