"""Answers: exact JSON, and the types that describe it to whoever reads `/docs`."""

from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

from pydantic import WithJsonSchema
from starlette.responses import Response
from typing_extensions import TypedDict

import rules
from loyalty.decisions import presentation as readable

Number: TypeAlias = Annotated[Decimal | int, WithJsonSchema({"type": "number"})]
Instant: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Id: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
JsonObject: TypeAlias = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]


class ExactJson(Response):
    """JSON whose numbers are written digit by digit."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return rules.exact.dumps(content).encode()


class Total(TypedDict):
    """How many there are: in all, and of those the filters ask for."""

    all: int
    filtered: int
    estimated: bool


def shown(moment: datetime, zone: tzinfo) -> str:
    """A moment on the store's clock, with its offset, in milliseconds."""
    return readable.shown(moment, zone)


def present(**fields: Any) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def no_content() -> Response:
    """Done, and nothing to say."""
    return Response(status_code=204)
