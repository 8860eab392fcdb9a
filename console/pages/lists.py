"""Lists: their state is in the URL, so that it can be sent, reloaded, and restored by Back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

PLACES = ("_page", "_scroll", "_format", "_itemsOnPage")
"""The parameters that select rows of a list and their order, without identifying the list."""
ITEMS_ON_PAGE = 25
_MAX_COUNTED = 10_000

NONE = {"all": 0, "filtered": 0, "estimated": False}
"""The total of an empty list."""


@dataclass(frozen=True)
class List:
    """A page of a list as the API returns it, and its query."""

    content: Mapping[str, Any]
    query: QueryParams
    errors: Mapping[str, str] = field(default_factory=dict)
    """The errors of the query, by the names of its parameters."""
    zone: tzinfo = UTC
    """Where the clock goes by which moments are shown."""

    @property
    def items(self) -> list[Any]:
        """The items of the page."""
        return list(self.content["items"])

    @property
    def count(self) -> str:
        """The number of items, in words."""
        total = self.content.get("total")
        if total is None:
            is_whole = self.first is None and self.next is None
            return f"{len(self.items):,}" if is_whole else ""
        number = total["filtered"]
        return f"more than {_MAX_COUNTED:,}" if number >= _MAX_COUNTED and total["estimated"] else f"{number:,}"

    @property
    def next(self) -> str | None:
        """The query of the next page; None: this is the last one."""
        scroll = self.content.get("scroll")
        if scroll is not None:
            return None if scroll["next"] is None else self.with_query(_scroll=scroll["next"], _page="")
        number = self._number()
        asked = self.query.get("_itemsOnPage", "").strip()
        has_more = self.content["total"]["filtered"] > number * (int(asked) if asked.isdecimal() else ITEMS_ON_PAGE)
        return self.with_query(_page=str(number + 1)) if has_more else None

    @property
    def first(self) -> str | None:
        """The query of the first page; None: this is it."""
        is_first = not self.query.get("_scroll") and self._number() == 1
        return None if is_first else self.with_query(_page="", _scroll="")

    @property
    def csv(self) -> str:
        """The query of all rows as CSV."""
        return self.with_query(_format="csv", _page="", _scroll="")

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return any(value for name, value in self.query.multi_items() if not name.startswith("_"))

    def value(self, name: str) -> str:
        """Return the value of a filter; empty without it."""
        return self.query.get(name, "")

    def moment(self, name: str) -> str:
        """Return the value of a filter by a moment, formatted for an input field; unchanged if it is not a moment."""
        text = self.value(name).strip()
        try:
            read = datetime.fromisoformat(text)
        except ValueError:
            return text
        return (read.astimezone(self.zone) if read.tzinfo else read).strftime("%Y-%m-%dT%H:%M:%S")

    def further(self, fields: Iterable[tuple[str, Any, Any]]) -> list[tuple[str, str]]:
        """Return the filters of the URL without a field in the form, so that those of a link to this list are kept."""
        shown = {name for name, *_ in fields}
        given = self.query.multi_items()
        return [
            (name, value)
            for name, value in given
            if value and name not in shown and name not in self.errors and name not in PLACES
        ]

    def with_query(self, **changed: str) -> str:
        """Return the query with changed parameters, without empty ones."""
        kept = [(name, value) for name, value in self.query.multi_items() if name not in changed]
        pairs = [*kept, *changed.items()]
        return "?" + urlencode([(name, value) for name, value in pairs if value])

    def _number(self) -> int:
        text = self.query.get("_page", "1")
        return int(text) if text.isdecimal() and len(text) < 10 else 1


def without_empty(query: QueryParams) -> dict[str, str]:
    """Return the query as the API reads it, without the empty fields of a filter form."""
    given = {name: value.strip() for name, value in query.multi_items() if value.strip()}
    return {"_itemsOnPage": str(ITEMS_ON_PAGE), **given}
