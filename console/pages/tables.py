"""Lists as CSV: all rows of a URL, safe in spreadsheets, with the time zone of its moments in the head."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import rules
from console.pages import formats
from loyalty.spreadsheets import csv_line

FORMAT = "_format"
"""The parameter of a list's URL that requests CSV."""

CHUNK = "50"
"""Rows that are read at once: the largest page of the API."""

Fetch: TypeAlias = Callable[[Mapping[str, str]], Awaitable[Mapping[str, Any]]]
"""Returns the page of a list for parameters, in addition to those of the URL."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `path` leads to its value in an item of the API's response, with dots.

    Personal values are masked for callers who may not see them; sentences are shown without them.
    """

    title: str
    path: str
    kind: Literal["plain", "moment", "personal", "sentence"] = "plain"

    def cell(self, item: Mapping[str, Any], *, shows_personal: bool) -> object:
        """Return the value of an item, as it stands in a cell."""
        value: Any = item
        for name in self.path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if value is None:
            return None
        if self.kind == "personal" and not shows_personal:
            return formats.masked(value)
        if self.kind == "sentence" and not shows_personal:
            return formats.without_personal(value)
        if self.kind == "moment":
            return datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M:%S")
        return value if isinstance(value, str | int | Decimal) else rules.exact.dumps(value)


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a list, and the name of its file.

    A list that pages by key has nothing twice; of another, `id` names what tells its items apart.
    """

    name: str
    columns: Sequence[Column]
    by_key: bool = False
    order: str = ""
    id: str = ""

    @property
    def first_page(self) -> Mapping[str, str]:
        """Return the parameters of the first page. `order` is that of a list whose first row is the earliest."""
        return ({self.order: "asc"} if self.order else {}) | ({"_scroll": ""} if self.by_key else {})

    def head(self, zone: str) -> str:
        """Return the first line: the titles, those of moments with the time zone."""
        return csv_line(f"{each.title} ({zone})" if each.kind == "moment" else each.title for each in self.columns)

    def line(self, item: Mapping[str, Any], *, shows_personal: bool) -> str:
        """Return the line of an item; one that cannot be shown has its id and the reason."""
        if "unreadable" in item:
            return csv_line([item["id"], f"cannot be shown: {item['unreadable']}"])
        return csv_line(each.cell(item, shows_personal=shows_personal) for each in self.columns)

    async def chunks(self, first: Mapping[str, Any], fetch: Fetch) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """Yield the items of all pages, from the first one on; one page is in memory at a time.

        What is added at the top meanwhile moves the others down: what was on the page before is not yielded again.
        """
        page, number, before = first, 1, set[object]()
        while page["items"]:
            if self.by_key:
                yield page["items"]
                following = page["scroll"]["next"]
                if following is None:
                    return
                page = await fetch({"_scroll": following})
            else:
                ids = [each["id" if "unreadable" in each else self.id] for each in page["items"]]
                yield [each for id_, each in zip(ids, page["items"], strict=True) if id_ not in before]
                if len(ids) < int(CHUNK):
                    return
                number, before = number + 1, before | set(ids)
                page = await fetch({"_page": str(number)})
