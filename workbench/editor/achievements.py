"""Files of achievements/."""

from collections.abc import Iterator
from typing import Final

from program_files.achievements import DAYS_IN, MEASURES, MOST_REPEATS, REPEATS, WINDOWS
from workbench.editor import parts
from workbench.editor.effects import effects_seeing, then
from workbench.editor.parts import Schema, choice, one_key, one_of_names, record, told, whole
from workbench.editor.reactors import ON, on_event_type, scope_name
from workbench.editor.rules import CONDITION, NUMBER_RULE, RULE
from workbench.editor.scopes import Scopes
from workbench.editor.vocabulary import Vocabulary

_COMPLETED: Final = "achievement_completed"
_MEASURE: Final = parts.words(
    MEASURES, events="One for each event; the default.", days="One for each local day with an event."
)
_WINDOW: Final = parts.words(
    WINDOWS,
    all="Everything, for ever; the default.",
    streak="An unbroken run of days.",
    day="A day, from midnight.",
    week="A week, from Monday.",
    month="A calendar month.",
    year="A calendar year.",
)
_REPEAT: Final = parts.words(REPEATS, once="Once; the default.", unlimited="Without end.")


def achievement(vocabulary: Vocabulary, scopes: Scopes) -> Schema:
    """A goal that a member's events move towards."""
    keys = {
        "achievement": told("Its name. It stays: renaming it begins all progress anew.", parts.NAMED),
        "title": told("Its name, for people.", parts.TEXT),
        "description": told("What to do for it, for people.", parts.TEXT),
        "on": told(ON, one_of_names(vocabulary.event_types, "event type")),
        "when": told("Which of these events count, in JSON Logic. Without it, all do.", CONDITION),
        "measure": told("What is counted.", _measure(), default="events"),
        "window": told("What counts together.", _window(), default="all"),
        "goal": told("How much completes it.", parts.AMOUNT),
        "repeat": told("How often it can be completed.", _repeat(), default="once"),
        "then": then(least=0),
    }
    return {**record(keys, required=["achievement", "on", "goal"]), "allOf": [*_goals(), *_seen(vocabulary, scopes)]}


def _measure() -> Schema:
    made = {
        "sum": told("The sum of a number of each event.", NUMBER_RULE),
        "distinct": told("The number of different values.", RULE),
    }
    return {"anyOf": [choice(_MEASURE), one_key(made)]}


def _window() -> Schema:
    last = record({"last": told("So many days, the event's among them.", parts.DAYS)}, required=["last"])
    return {"anyOf": [choice(_WINDOW), last]}


def _repeat() -> Schema:
    return {"anyOf": [choice(_REPEAT), whole(1, MOST_REPEATS)]}


def _goals() -> Iterator[Schema]:
    """A goal is whole where things are counted, and of days no more than its window has."""
    sums = {"properties": {"measure": {"type": "object", "required": ["sum"]}}, "required": ["measure"]}
    yield {"if": sums, "else": {"properties": {"goal": {"type": ["integer"]}}}}
    for window, days in DAYS_IN.items():
        both = {"measure": {"const": "days"}, "window": {"const": window}}
        goal = {"maximum": days, "errorMessage": f"A {window} has at most {days} days."}
        yield {"if": {"properties": both, "required": list(both)}, "then": {"properties": {"goal": goal}}}


def _seen(vocabulary: Vocabulary, scopes: Scopes) -> Iterator[Schema]:
    """The condition and the measure see the event that counts, the effects that of the completion."""
    completed = effects_seeing(scopes, vocabulary.seen[_COMPLETED], scope_name(_COMPLETED))
    yield {"properties": {"then": parts.unspoken(completed)}}
    for event_type, seen in vocabulary.seen.items():
        inside = scopes.of(seen, scope_name(event_type))
        measure = {"properties": {"sum": parts.unspoken(inside), "distinct": parts.unspoken(inside)}}
        yield on_event_type(event_type, {"when": inside, "measure": measure})
