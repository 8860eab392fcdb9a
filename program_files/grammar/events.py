"""Files of events/: event types."""

from typing import Final

from program_files.grammar.values import TEXT, BodySchemaValue, Key, MapGrammar, NameValue

EVENT_TYPE: Final = MapGrammar(
    "an event type",
    (
        Key("event", NameValue(is_event_type=True), "Its name, in `on` and in the API.", required=True),
        Key("title", TEXT, "What happened, for people.", otherwise="its name"),
        Key(
            "body",
            BodySchemaValue(),
            "What its events carry: a JSON Schema. A body that does not fit is refused.",
            otherwise="any object, in which rules can read nothing",
        ),
    ),
)
