"""Lists by key: `_scroll` in place of `_page`, so that nothing is counted and no page is skipped."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from starlette.datastructures import QueryParams
from typing_extensions import TypedDict

from api.http.errors import BadInput
from api.http.paging import ListQuery

SCROLL = "_scroll"
MAX_SCROLL_LENGTH = 300

T = TypeVar("T")


class Scroll(TypedDict):
    """Where the next page begins; null: this is the last one."""

    next: str | None


def scrolling_parameters(query: ListQuery) -> dict[str, Any]:
    """The query parameters of a list with pages by key as OpenAPI describes them."""
    description = "Page by key: empty for the first page, then `scroll.next` of the one before; instead of `_page`."
    scroll = {"name": SCROLL, "in": "query", "required": False, "description": description}
    text = {"type": "string", "maxLength": MAX_SCROLL_LENGTH}
    return {"parameters": [*query.openapi_parameters()["parameters"], scroll | {"schema": text}]}


def without_scroll(query: QueryParams) -> tuple[QueryParams, str | None]:
    """The other parameters, and that of pages by key; None: it is not given."""
    others = [(name, value) for name, value in query.multi_items() if name != SCROLL]
    return QueryParams(others), query.get(SCROLL)


def read_place(text: str, place_of: Callable[[Mapping[str, Any]], T]) -> T | None:
    """The place behind which a page begins, made of its fields; None: at the first. Raise BadInput.

    `place_of` raises ValueError, KeyError or TypeError for fields that name no place.
    """
    if not text:
        return None
    try:
        read = json.loads(base64.b64decode(text[:MAX_SCROLL_LENGTH], altchars=b"-_", validate=True))
        return place_of(read)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError):
        message = "this is no place in the list: send scroll.next of the page before, or leave it empty"
        raise BadInput.at(SCROLL, message, "invalid") from None


def write_place(fields: Mapping[str, Any]) -> str:
    """The text of a place, which `read_place` reads."""
    return base64.b64encode(json.dumps(fields).encode(), altchars=b"-_").decode()
