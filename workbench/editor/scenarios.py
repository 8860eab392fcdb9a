"""Files of tests/: designers' tests."""

from collections.abc import Iterator
from typing import Any, Final

from rules.types import step_into
from workbench.editor import parts
from workbench.editor.bodies import body_of
from workbench.editor.expectations import amounts, expectations
from workbench.editor.histories import histories
from workbench.editor.parts import Schema, listed, one_of_names, record, referred, told, unspoken, whole
from workbench.editor.vocabulary import Vocabulary
from workbench.scenarios.files.fixtures import UNKNOWN
from workbench.scenarios.files.steps import MOST_REPEATS, REGISTERED
from workbench.scenarios.files.tests import LONGEST_NAME, SUITE_KEYS

INSTANT: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9]{4}-?[0-9W]",
    "patternErrorMessage": "Write it as 2024-05-01T09:30:00 or 2024-05-01.",
    "examples": ["2024-05-01T09:00:00", "2024-05-01"],
}
_STEPS: Final = {
    "event": ("event", "body", "member", "repeat", "every", "at", "time"),
    "wait": ("wait",),
    "until": ("until",),
    "expect": ("expect", "member"),
}
"""What a step does, and the keys that it can have then."""


def scenario() -> Schema:
    """A test, or several that share something."""
    test = _test()
    several = told("Several tests in one file.", listed(referred("test"), least=1))
    return {
        **record({**test, "tests": several}),
        "not": {"required": ["member", "members"]},
        "if": {"required": ["tests"]},
        "then": {"propertyNames": {"enum": list(SUITE_KEYS)}},
        "else": {"propertyNames": {"enum": list(test)}, "required": ["test", "at", "steps"]},
    }


def definitions(vocabulary: Vocabulary) -> dict[str, Schema]:
    """What a test refers to."""
    test = record(_test(), required=["test", "steps"])
    return {
        "test": {**test, "not": {"required": ["member", "members"]}},
        "member": _member(vocabulary),
        "step": _step(vocabulary),
        "expect": expectations(vocabulary),
    }


def _test() -> dict[str, Schema]:
    members = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": parts.NAMED,
        "additionalProperties": referred("member"),
    }
    return {
        "test": told(
            "What it shows, in one line; no two tests say the same.", {**parts.TEXT, "maxLength": LONGEST_NAME}
        ),
        "at": told("When it begins: the clock stands here until a step moves it.", INSTANT),
        "member": told("The one member, as the test begins.", referred("member")),
        "members": told("Several members, by names that steps use.", members),
        "tags": told("Words to choose tests by.", listed(parts.TEXT)),
        "skip": told("Why it is not run.", parts.TEXT),
        "steps": told("What happens, and what is expected then.", listed(referred("step"), least=1)),
    }


def _member(vocabulary: Vocabulary) -> Schema:
    text = dict.fromkeys(("email", "phone", "card", "first_name", "last_name", "gender", "birth_date"), parts.TEXT)
    keys = {
        "tier": told("Their tier; what the points are enough for if not said.", one_of_names(vocabulary.tiers, "tier")),
        "tier_base": told("What they had earned when their tier was last reviewed.", parts.AMOUNT_OR_ZERO),
        "tier_until": told("When their tier is reviewed; a period from the test's beginning if not said.", INSTANT),
        "points": told("Points that they can spend, by wallet or of the default one.", amounts(vocabulary)),
        "earned": told("Points that they ever earned; as many as `points` if not said.", amounts(vocabulary)),
        "badges": told("Badges that they have.", listed(one_of_names(vocabulary.badges, "badge"))),
        "registered_at": told("When they registered; as the test begins if not said.", INSTANT),
        "registered": told("False: nobody knows them yet.", parts.FLAG),
        "attributes": told("What rules see as `member.attributes`.", {"type": "object"}),
        **histories(vocabulary, INSTANT),
        **text,
        "city": parts.TEXT,
        "country": parts.TEXT,
    }
    unknown = told("Nobody knows them yet.", {"const": UNKNOWN})
    return {"anyOf": [record(keys), unknown]}


def _step(vocabulary: Vocabulary) -> Schema:
    reported = _reported(vocabulary)
    keys = {
        "event": told("An event is reported.", one_of_names(reported, "event type")),
        "body": told("What it carries.", {"type": "object"}),
        "member": told("Whose step it is; needed where there are several members.", {"type": "string"}),
        "repeat": told("How often it is reported.", whole(1, MOST_REPEATS)),
        "every": told("How much time lies between.", parts.DURATION),
        "at": told("When it is reported; the clock moves there.", INSTANT),
        "time": told("When it happened, if it is reported late.", INSTANT),
        "wait": told("Time passes: so long.", parts.DURATION),
        "until": told("Time passes: until then.", INSTANT),
        "expect": told("What must be true now.", referred("expect")),
    }
    return {
        **record(keys),
        "oneOf": [{"required": [doing]} for doing in _STEPS],
        "allOf": [*_kinds_of_steps(), *_bodies(vocabulary)],
        "dependencies": {"every": ["repeat"]},
    }


def _reported(vocabulary: Vocabulary) -> dict[str, str] | None:
    """The event types that a test can report: Laurel's own happen by themselves, but for one."""
    if vocabulary.event_types is None:
        return None
    own = vocabulary.built_in - {REGISTERED}
    return {name: title for name, title in vocabulary.event_types.items() if name not in own}


def _kinds_of_steps() -> Iterator[Schema]:
    for doing, keys in _STEPS.items():
        yield {"if": {"required": [doing]}, "then": {"propertyNames": {"enum": list(keys)}}}


def _bodies(vocabulary: Vocabulary) -> Iterator[Schema]:
    for name in _reported(vocabulary) or {}:
        event = step_into(vocabulary.seen[name], "event")
        body = step_into(event, "body") if event else None
        if body is not None:
            condition: dict[str, Any] = {"properties": {"event": {"const": name}}, "required": ["event"]}
            yield {"if": condition, "then": {"properties": {"body": unspoken(body_of(body))}}}
