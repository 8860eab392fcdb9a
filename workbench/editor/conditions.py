"""Conditions between the keys of one map, beside the types of their values."""

from collections.abc import Iterator
from typing import Final

from program_files.grammar.achievements import ACHIEVEMENT
from program_files.grammar.rewards import COUPON
from program_files.grammar.tests import SHARED, STEP_VARIANTS, SUITE, TEST_MAP, TESTS, TOGETHER_EVENT
from program_files.readers.achievements import DAYS_IN
from program_files.readers.rewards import WHOLE_PRICE
from rules.types import step_into
from workbench.editor.parts import Schema, not_suggested, record
from workbench.editor.type_schemas import schema_of_type
from workbench.editor.value_schemas import Conditions, ValueSchemas
from workbench.editor.vocabulary import Vocabulary

_NOT_BOTH: Final[Schema] = {"not": {"required": ["member", "members"]}}


def test_file(values: ValueSchemas) -> Schema:
    """Return a file of one test, or of several that share something."""
    return {
        **record(values.keys((*TEST_MAP.keys, TESTS))),
        **_NOT_BOTH,
        "if": {"required": [TESTS.name]},
        "then": {"propertyNames": {"enum": list(SUITE.by_name)}},
        "else": {"propertyNames": {"enum": list(TEST_MAP.by_name)}, "required": list(TEST_MAP.required)},
    }


def _coupon(_: Vocabulary) -> Schema:
    """Return the conditions that a percentage is at most the whole price, and others on the keys of coupons."""
    generated = {"not": {"anyOf": [{"required": ["prefix"]}, {"required": ["length"]}]}}
    return {
        "if": {"properties": {"type": {"const": "percentage"}}, "required": ["type"]},
        "then": {
            "properties": {"value": {"maximum": WHOLE_PRICE, "errorMessage": f"A percentage is at most {WHOLE_PRICE}."}}
        },
        "allOf": [
            {"if": {"required": ["shared"]}, "then": {**generated, "properties": {"codes": False}}},
            {"if": {"properties": {"codes": {"const": "uploaded"}}, "required": ["codes"]}, "then": generated},
        ],
    }


def _achievement(_: Vocabulary) -> Schema:
    return {"allOf": list(_goals())}


def _goals() -> Iterator[Schema]:
    """Yield the conditions that a goal is a whole number unless it is a sum, and at most the days of its window."""
    sums = {"properties": {"measure": {"type": "object", "required": ["sum"]}}, "required": ["measure"]}
    yield {"if": sums, "else": {"properties": {"goal": {"type": ["integer"]}}}}
    for window, days in DAYS_IN.items():
        both = {"measure": {"const": "days"}, "window": {"const": window}}
        goal = {"maximum": days, "errorMessage": f"A {window} has at most {days} days."}
        yield {"if": {"properties": both, "required": list(both)}, "then": {"properties": {"goal": goal}}}


def _test(_: Vocabulary) -> Schema:
    """Return the schema of a test; in a file of several, a test may omit what these share."""
    shared = {key.name for key in SHARED}
    return {"required": [key for key in TEST_MAP.required if key not in shared], **_NOT_BOTH}


def _step(vocabulary: Vocabulary) -> Schema:
    return {"allOf": list(_bodies(vocabulary)), "dependencies": {"every": ["repeat"]}}


def _together_event(vocabulary: Vocabulary) -> Schema:
    bodies = list(_bodies(vocabulary))
    return {"allOf": bodies} if bodies else {}


def _bodies(vocabulary: Vocabulary) -> Iterator[Schema]:
    """Yield the conditions that a body fits the event type beside it."""
    for name in vocabulary.reported_event_types or {}:
        event = step_into(vocabulary.scope_types[name], "event")
        body = step_into(event, "body") if event else None
        if body is not None:
            condition = {"properties": {"event": {"const": name}}, "required": ["event"]}
            yield {"if": condition, "then": {"properties": {"body": not_suggested(schema_of_type(body))}}}


CONDITIONS: Final[Conditions] = {
    ACHIEVEMENT: _achievement,
    COUPON: _coupon,
    STEP_VARIANTS: _step,
    TEST_MAP: _test,
    TOGETHER_EVENT: _together_event,
}
