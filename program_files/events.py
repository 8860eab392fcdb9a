"""Files of events/: event types."""

from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.body_schema import BodySchema
from loyalty.program.event_types import EventType
from program_files.fields import Fields
from program_files.nodes import Node
from program_files.problems import Problems
from program_files.schemas.reading import read_schema

KEYS = ("event", "title", "body")


def read_event(node: Node, problems: Problems) -> EventType | None:
    """An event type; None where it has no name."""
    fields = Fields(node, problems, "an event type", KEYS)
    name = fields.name("event")
    body = fields.get("body")
    schema = BodySchema({"type": "object"}) if body is None else read_schema(body, problems)
    if name in BUILT_IN:
        place = node.place_of(("event",))
        problems.add(place, "built-in-name", f"{name} is built in: give this event type another name")
    return None if name is None else EventType(name, fields.text("title", name), schema)
