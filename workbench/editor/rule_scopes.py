"""What the rules of reactors and achievements can read, by the event type that their file is on."""

from collections.abc import Iterator, Mapping
from typing import Final

from loyalty.program.scope import reversal_scopes
from program_files.grammar.achievements import MEASURED_RULE
from program_files.grammar.effects import EFFECT_MAP
from program_files.grammar.values import MapGrammar, RuleValue, TemplateValue
from rules.types import ANY, INSTANT, TEXT, Type, record, step_into
from workbench.editor.parts import Schema, not_suggested, referred
from workbench.editor.paths import pattern
from workbench.editor.scopes import Scopes
from workbench.editor.vocabulary import Vocabulary

_ANY_EVENT: Final = record({"event": record({"type": TEXT, "time": INSTANT, "body": ANY})})
_COMPLETED: Final = "achievement_completed"
_RULE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    effect.name: tuple(key.name for key in effect.value.keys if isinstance(key.value, RuleValue | TemplateValue))
    for effect in EFFECT_MAP.keys
    if isinstance(effect.value, MapGrammar)
}
"""The keys of effects that hold rules, by effect."""


def reactor_scopes(vocabulary: Vocabulary, scopes: Scopes) -> Iterator[Schema]:
    """Yield the scopes of conditions and effects."""
    for event_type, of in vocabulary.scope_types.items():
        name = _scope_name(event_type)
        scope = scopes.of(of, name)
        scopes.definitions[f"{name}-then"] = _effects(scopes, of, name)
        yield _on_event_type(event_type, {"when": scope, "then": referred(f"{name}-then")})


def achievement_scopes(vocabulary: Vocabulary, scopes: Scopes) -> Iterator[Schema]:
    """Yield the scopes of conditions and measures, by the event that counts, and of effects, by the completion."""
    completed = _effects(scopes, vocabulary.scope_types[_COMPLETED], _scope_name(_COMPLETED))
    yield {"properties": {"then": not_suggested(completed)}}
    for event_type, of in vocabulary.scope_types.items():
        scope = scopes.of(of, _scope_name(event_type))
        measure = {"properties": dict.fromkeys(MEASURED_RULE.by_name, not_suggested(scope))}
        yield _on_event_type(event_type, {"when": scope, "measure": measure})


def reward_scopes(vocabulary: Vocabulary, scopes: Scopes) -> Iterator[Schema]:
    """Yield the scopes of the rules of who may buy a reward, and of the value of its coupons."""
    who, value = vocabulary.reward_scopes
    who_scope, value_scope = (not_suggested(scopes.of(each, name)) for each, name in ((who, "who"), (value, "worth")))
    yield {"properties": {"for": who_scope, "coupon": not_suggested({"properties": {"value": value_scope}})}}


def event_scopes(vocabulary: Vocabulary, scopes: Scopes) -> Iterator[Schema]:
    """Yield the scopes of how an event type finds and shares what it reverses: by both event types."""
    for reversed_type in vocabulary.custom_event_types or ():
        where, share = reversal_scopes(_ANY_EVENT, vocabulary.scope_types[reversed_type])
        body = step_into(step_into(share, "reversed") or ANY, "body") or ANY
        fields = {"pattern": pattern(body), "patternErrorMessage": f"A {reversed_type} has no such field."}
        rules = {
            "where": {"propertyNames": fields, "additionalProperties": not_suggested(scopes.of(where, "any-where"))},
            "share": scopes.of(share, f"share-of-{reversed_type}"),
        }
        yield {
            "if": {"properties": {"reverses": {"properties": {"event": {"const": reversed_type}}}}},
            "then": {"properties": {"reverses": _not_suggested(rules)}},
        }
    for event_type, (where, share) in vocabulary.reversal_scopes.items():
        rules = {
            "where": {"additionalProperties": not_suggested(scopes.of(where, f"where-{event_type}"))},
            "share": scopes.of(share, f"share-{event_type}"),
        }
        yield {
            "if": {"properties": {"event": {"const": event_type}}, "required": ["event"]},
            "then": {"properties": {"reverses": _not_suggested(rules)}},
        }


def _not_suggested(rules: Mapping[str, Schema]) -> Schema:
    return not_suggested({"properties": {key: not_suggested(schema) for key, schema in rules.items()}})


def _scope_name(event_type: str) -> str:
    """Return the definition of what rules on an event type can read."""
    return f"on-{event_type}"


def _on_event_type(event_type: str, then: Mapping[str, Schema]) -> Schema:
    return {
        "if": {"properties": {"on": {"const": event_type}}, "required": ["on"]},
        "then": {"properties": {key: not_suggested(schema) for key, schema in then.items()}},
    }


def _effects(scopes: Scopes, of: Type, name: str) -> Schema:
    """Return what the rules in a list of effects can read; it is used beside the list's own schema."""
    scope = not_suggested(scopes.of(of, name))
    effects = {
        effect: not_suggested({"properties": dict.fromkeys(keys, scope)}) for effect, keys in _RULE_KEYS.items() if keys
    }
    return {"items": {"properties": effects}}
