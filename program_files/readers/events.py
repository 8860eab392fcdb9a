"""Files of events/: event types."""

from loyalty.events.builtin_events import BUILT_IN, EXTENDED
from loyalty.program.body_schema import BodySchema
from loyalty.program.event_types import EventType
from program_files.grammar.events import EVENT_TYPE
from program_files.readers.map_reader import MapReader
from program_files.schemas.reading import read_schema
from program_files.text.nodes import Node
from program_files.text.problems import Problems


def read_event(node: Node, problems: Problems) -> EventType | None:
    """Return an event type; None if it has no name."""
    fields = MapReader(node, problems, EVENT_TYPE)
    name = fields.name("event")
    body = fields.get("body")
    schema = BodySchema({"type": "object"}) if body is None else read_schema(body, problems)
    if name in BUILT_IN and name != EXTENDED:
        place = node.place_of(("event",))
        problems.add(place, "built-in-name", f"{name} is built in: give this event type another name")
    return None if name is None else EventType(name, fields.text("title", name), schema)
