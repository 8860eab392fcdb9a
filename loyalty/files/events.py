"""Files of events/: event types."""

from loyalty.bodies import BodySchema
from loyalty.builtin_events import BUILT_IN
from loyalty.files.fields import Fields
from loyalty.files.nodes import Node
from loyalty.files.problems import Problems
from loyalty.files.schemas import read_schema
from loyalty.program import EventType

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
