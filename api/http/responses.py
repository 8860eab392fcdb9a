"""Responses: exact JSON, and their types for the OpenAPI document."""

from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any, NotRequired, TypeAlias

from pydantic import WithJsonSchema
from starlette.responses import Response
from typing_extensions import TypedDict

import rules
from loyalty.decisions import presentation

ExactNumber: TypeAlias = Annotated[Decimal | int, WithJsonSchema({"type": "number"})]
Instant: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Id: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
JsonObject: TypeAlias = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]


class ExactJson(Response):
    """JSON with all digits of numbers."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the content as JSON text in UTF-8."""
        return rules.exact.dumps(content).encode()


class Total(TypedDict):
    """The number of items: in all, and matching the filters."""

    all: int
    filtered: int
    estimated: bool


class Scroll(TypedDict):
    """The cursor of the next page; null: this is the last one."""

    next: str | None


class Listed(TypedDict):
    """The fields of pages beside their items: by number the total, by key the cursor of the next page."""

    total: NotRequired[Total]
    scroll: NotRequired[Scroll]


class UnreadableItem(TypedDict):
    """An item of a list that cannot be shown: a newer version wrote it, or it was changed by hand."""

    id: str
    unreadable: str
    """The reason."""


def format_instant(moment: datetime, zone: tzinfo) -> str:
    """Return a moment on the store's clock, with its offset, in milliseconds."""
    return presentation.shown(moment, zone)


def omit_none(**fields: Any) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def no_content() -> Response:
    """Return a response without a body, status 204."""
    return Response(status_code=204)
