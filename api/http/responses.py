"""Answers: exact JSON, and the types that describe it in the OpenAPI document."""

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
    """JSON in which numbers keep every digit."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the content as JSON text in UTF-8."""
        return rules.exact.dumps(content).encode()


class Total(TypedDict):
    """How many items there are: in all, and those that match the filters."""

    all: int
    filtered: int
    estimated: bool


class Scroll(TypedDict):
    """Where the next page begins; null: this is the last one."""

    next: str | None


class Listed(TypedDict):
    """What pages of a list have beside their items: by number the total, by key where the next page begins."""

    total: NotRequired[Total]
    scroll: NotRequired[Scroll]


class UnreadableItem(TypedDict):
    """An item of a list that cannot be shown: a newer version wrote it, or it was changed by hand."""

    id: str
    unreadable: str
    """Why."""


def format_instant(moment: datetime, zone: tzinfo) -> str:
    """Return a moment on the store's clock, with its offset, in milliseconds."""
    return presentation.shown(moment, zone)


def omit_none(**fields: Any) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def no_content() -> Response:
    """Return an answer without a body, status 204."""
    return Response(status_code=204)
