"""Files of reactors/."""

from collections.abc import Iterator
from typing import Final

from program_files.reactors import DATE, DATE_AND_TIME, MOST_TIMES, PERIODS, PERS
from workbench.editor import parts
from workbench.editor.effects import effects_seeing, then
from workbench.editor.parts import (
    Schema,
    choice,
    instant,
    listed,
    one_of_names,
    record,
    referred,
    told,
    unspoken,
    whole,
)
from workbench.editor.rules import CONDITION
from workbench.editor.scopes import Scopes
from workbench.editor.vocabulary import Vocabulary

_PER: Final = parts.words(PERS, member="Each member has a count; the default.", program="All members together.")
_EVERY: Final = parts.words(
    PERIODS,
    day="A day, from midnight.",
    week="A week, from Monday.",
    month="A calendar month.",
    year="A calendar year.",
    ever="The count never starts again.",
)
ON: Final = "The event type that it answers: one of events/, or one that Laurel reports itself."


def reactor(vocabulary: Vocabulary, scopes: Scopes) -> Schema:
    """On an event type, when a condition holds, then these effects, within these limits."""
    keys = {
        "reactor": told("Its name. It stays: renaming a reactor begins its counters anew.", parts.NAMED),
        "title": told("What it is, for people.", parts.TEXT),
        "on": told(ON, one_of_names(vocabulary.event_types, "event type")),
        "when": told("The condition, in JSON Logic. Without one, it always holds.", CONDITION),
        "then": then(least=1),
        "limits": told("How often it may fire, and how much it may award.", listed(_limit())),
        "active": told("The dates between which it answers, by the time of the event.", _active()),
    }
    return {**record(keys, required=["reactor", "on", "then"]), "allOf": list(_by_event_type(vocabulary, scopes))}


def on_event_type(event_type: str, then: dict[str, Schema]) -> Schema:
    """What holds for the files that are on an event type."""
    return {
        "if": {"properties": {"on": {"const": event_type}}, "required": ["on"]},
        "then": {"properties": {key: unspoken(schema) for key, schema in then.items()}},
    }


def scope_name(event_type: str) -> str:
    """The definition of what rules on an event type see."""
    return f"on-{event_type}"


def _by_event_type(vocabulary: Vocabulary, scopes: Scopes) -> Iterator[Schema]:
    for event_type, seen in vocabulary.seen.items():
        name = scope_name(event_type)
        inside = scopes.of(seen, name)
        scopes.definitions[f"{name}-then"] = effects_seeing(scopes, seen, name)
        yield on_event_type(event_type, {"when": inside, "then": referred(f"{name}-then")})


def _limit() -> Schema:
    keys = {
        "per": told("Whose firings are counted.", choice(_PER), default="member"),
        "every": told("The period that is counted, by the local day of the event.", choice(_EVERY)),
        "times": told("At most so many firings.", whole(1, MOST_TIMES)),
        "points": told("At most so many points; the award that would pass it is cut.", parts.AMOUNT),
    }
    return {**record(keys, required=["every"]), "anyOf": [{"required": ["times"]}, {"required": ["points"]}]}


def _active() -> Schema:
    date = instant(DATE.pattern, DATE_AND_TIME.pattern)
    keys = {"from": told("The first day, or instant.", date), "until": told("The last day, or the end.", date)}
    return record(keys)
