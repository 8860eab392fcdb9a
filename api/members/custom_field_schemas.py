"""Declared attributes of members: answers."""

from typing import Literal

from typing_extensions import TypedDict

from api.http.responses import Id, Instant, JsonObject, Total


class CustomFieldSchema(TypedDict):
    """An attribute that the program declares. `type`: clients send its value as text; `schema` says what fits."""

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
