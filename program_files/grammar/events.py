"""Files of events/: event types."""

from typing import Final

from program_files.grammar.values import (
    NAME,
    TEXT,
    BodySchemaValue,
    Key,
    MapGrammar,
    MappingValue,
    NameValue,
    ReferenceValue,
    RuleValue,
)

REVERSES: Final = MapGrammar(
    "reverses",
    (
        Key("event", ReferenceValue("custom event type"), "The event type of what is reversed.", required=True),
        Key(
            "where",
            MappingValue(NAME, RuleValue("anything"), least=1),
            "By which fields it is found: paths in its body, such as `order.id`, each with a rule that reads `event`, "
            "this one, and comes to the value there.",
            required=True,
        ),
        Key(
            "share",
            RuleValue("a number"),
            "How much of it is reversed, above 0 and at most 1: a rule that reads `event`, and `reversed`, the other "
            "one.",
            otherwise="all of it",
            examples=("0.5",),
        ),
    ),
)
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
        Key(
            "reverses",
            REVERSES,
            "Its events take back what an earlier event of the same member gave, as a return does.",
            otherwise="they reverse nothing",
        ),
    ),
)
