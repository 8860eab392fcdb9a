"""Lists by key: `_scroll` in place of `_page`, without counting or skipping pages."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from starlette.datastructures import QueryParams

from api.http.errors import BadInput
from api.http.paging import NO_PLACE, SCROLL, SCROLL_PARAMETER, ListQuery
from api.http.places import read_fields
from api.http.places import write_fields as write_place

__all__ = ["read_place", "scrolling_parameters", "without_scroll", "write_place"]

T = TypeVar("T")


def scrolling_parameters(query: ListQuery) -> dict[str, Any]:
    """Return the query parameters of a list that pages by key, for OpenAPI."""
    return {"parameters": [*query.openapi_parameters()["parameters"], SCROLL_PARAMETER]}


def without_scroll(query: QueryParams) -> tuple[QueryParams, str | None]:
    """Return the other parameters, and the cursor; None: it is not given."""
    others = [(name, value) for name, value in query.multi_items() if name != SCROLL]
    return QueryParams(others), query.get(SCROLL)


def read_place(text: str, place_of: Callable[[Mapping[str, Any]], T]) -> T | None:
    """Return the position after which a page begins, created from its fields; None: at the first row. Raise BadInput.

    `place_of` raises ValueError, KeyError or TypeError for fields of no valid position.
    """
    if not text:
        return None
    try:
        return place_of(read_fields(text))
    except (ValueError, KeyError, TypeError, OverflowError):
        raise BadInput.at(SCROLL, NO_PLACE, "invalid") from None
