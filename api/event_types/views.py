"""Event types as responses show them."""

from datetime import datetime, tzinfo
from typing import Any

from api.http.responses import format_instant
from loyalty.program.event_types import EventType

_FIELD_TYPES = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "object": "object",
    "array": "collection",
}


def event_type_view(event_type: EventType, *, deployed_at: datetime, zone: tzinfo) -> dict[str, Any]:
    """Return an event type in the documented fields."""
    schema = event_type.body.schema if isinstance(event_type.body.schema, dict) else {}
    properties = schema.get("properties", {})
    return {
        "eventType": event_type.name,
        "name": event_type.title,
        "schema": {"fields": [_field(name, each) for name, each in properties.items()]},
        "active": True,
        "createdAt": format_instant(deployed_at, zone),
        "jsonSchema": schema,
    }


def _field(name: str, schema: Any) -> dict[str, Any]:
    """Return a property of a body's JSON Schema in the documented fields."""
    described = schema if isinstance(schema, dict) else {}
    json_type = described.get("type")
    is_date = described.get("format") in ("date", "date-time")
    field_type = _FIELD_TYPES.get(json_type, "text") if isinstance(json_type, str) else "text"
    description = described.get("description") or described.get("title") or ""
    return {"type": "datetime" if is_date else field_type, "name": name, "description": str(description)}
