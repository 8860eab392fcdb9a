"""Event types as responses show them: custom event schemas."""

from typing_extensions import TypedDict

from api.http.responses import Instant, JsonObject, Total


class SchemaField(TypedDict):
    """One field of an event's body."""

    type: str
    name: str
    description: str


class SchemaFields(TypedDict):
    """The fields of an event's body."""

    fields: list[SchemaField]


class EventSchema(TypedDict):
    """An event type. `jsonSchema` validates bodies, `schema` is an outline of it."""

    eventType: str
    name: str
    schema: SchemaFields
    active: bool
    createdAt: Instant
    jsonSchema: JsonObject


class EventSchemas(TypedDict):
    """A page of event types."""

    items: list[EventSchema]
    total: Total
