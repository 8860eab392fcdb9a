"""Declared attributes of members: responses."""

from typing import Literal

from typing_extensions import TypedDict

from api.http.responses import Id, Instant, JsonObject, Total


class CustomFieldSchema(TypedDict):
    """A declared attribute. `type`: clients send its value as text; `schema` describes valid values."""

    customFieldSchemaId: Id
    name: str
    type: Literal["text"]
    required: bool
    active: bool
    createdAt: Instant
    description: str | None
    groupOfValuesId: None
    schema: JsonObject


class CustomFieldSchemas(TypedDict):
    """A page of declared attributes."""

    items: list[CustomFieldSchema]
    total: Total
