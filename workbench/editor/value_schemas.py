"""The grammar of program files as JSON Schemas: a schema for each type of value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, assert_never

from loyalty.events.builtin_events import EXTENDED
from loyalty.webhooks.messages import EVENT_NAMES
from loyalty.webhooks.outbox import CALL
from program_files.grammar.values import (
    AmountValue,
    BodySchemaValue,
    DefinedValue,
    IntegerValue,
    Key,
    ListValue,
    MapGrammar,
    MappingValue,
    NameValue,
    ReferenceKind,
    ReferenceValue,
    RuleValue,
    TemplateValue,
    UnionValue,
    ValueGrammar,
    ValueSchemaValue,
    VariantValue,
)
from workbench.editor import event_bodies, parts, rules
from workbench.editor.parts import Schema, described, one_of_names
from workbench.editor.scalar_schemas import scalar_schema
from workbench.editor.vocabulary import Names, Vocabulary

Conditions = Mapping[MapGrammar | VariantValue, Callable[[Vocabulary], Schema]]
"""The conditions between the keys of a map, beside the types of their values."""

_MERGED: Final = (AmountValue, IntegerValue, ListValue, MappingValue, MapGrammar)
"""Types that share one schema where one of them is allowed: a keyword of JSON Schema is about one of them alone."""


class ValueSchemas:
    """Makes the schemas of values for one program, and the definitions that these schemas refer to."""

    def __init__(self, vocabulary: Vocabulary, conditions: Conditions) -> None:
        self.definitions: dict[str, Schema] = {}
        self._vocabulary = vocabulary
        self._conditions = conditions

    def of(self, value: ValueGrammar) -> Schema:
        """Return the schema of a type of value."""
        match value:
            case MapGrammar():
                return self._map(value)
            case VariantValue():
                return self._variant(value)
            case DefinedValue(name, defined):
                return self._defined(name, defined)
            case ListValue(item, least, is_unique):
                return {**parts.listed(self.of(item), least=least), **({"uniqueItems": True} if is_unique else {})}
            case MappingValue():
                return self._mapping(value)
            case UnionValue(options):
                schemas = [self.of(option) for option in options]
                return _merged(schemas) if all(isinstance(o, _MERGED) for o in options) else {"anyOf": schemas}
            case NameValue(is_event_type):
                return self._new_event_type() if is_event_type else parts.NAMED
            case ReferenceValue(kind):
                return self._reference(kind)
            case RuleValue() | TemplateValue():
                self.definitions |= rules.definitions()
                return rules.schema_of(value)
            case BodySchemaValue():
                self.definitions |= event_bodies.definitions()
                return event_bodies.body()
            case ValueSchemaValue():
                self.definitions |= event_bodies.definitions()
                return event_bodies.schema()
            case _:
                return scalar_schema(value)  # of no other type: mypy holds it to ScalarValue

    def keys(self, keys: Sequence[Key]) -> dict[str, Schema]:
        """Return the schemas of the values of keys, each with its documentation."""
        return {key.name: self._key(key) for key in keys}

    def _key(self, key: Key) -> Schema:
        more: dict[str, Any] = {} if key.default is None else {"default": key.default}
        more |= {"examples": list(key.examples)} if key.examples else {}
        otherwise = f" Without it: {key.otherwise}." if key.otherwise else ""
        return described(f"{key.description}{otherwise}", self.of(key.value), **more)

    def _map(self, grammar: MapGrammar) -> Schema:
        keys = self.keys(grammar.keys)
        schema = parts.one_key(keys) if grammar.is_single else parts.record(keys, required=grammar.required)
        filled = {"minProperties": 1} if grammar.is_filled else {}
        any_of = {"anyOf": [{"required": [key]} for key in grammar.any_of]} if grammar.any_of else {}
        combined = {"anyOf": [_exactly(keys) for keys in grammar.combinations]} if grammar.combinations else {}
        return {**schema, **filled, **any_of, **combined, **self._condition(grammar)}

    def _variant(self, variant: VariantValue) -> Schema:
        conditions = dict(self._condition(variant))
        return {
            **parts.record(self.keys(variant.keys)),
            "oneOf": [{"required": [key]} for key in variant.variants],
            "allOf": [
                *(
                    {"if": {"required": [key]}, "then": {"propertyNames": {"enum": list(grammar.by_name)}}}
                    for key, grammar in variant.variants.items()
                ),
                *conditions.pop("allOf", ()),
            ],
            **conditions,
        }

    def _condition(self, grammar: MapGrammar | VariantValue) -> Schema:
        make = self._conditions.get(grammar)
        return {} if make is None else make(self._vocabulary)

    def _defined(self, name: str, value: ValueGrammar) -> Schema:
        if name not in self.definitions:
            self.definitions[name] = {}  # an entry, so that a definition that refers to itself ends
            self.definitions[name] = self.of(value)
        return parts.referred(name)

    def _mapping(self, mapping: MappingValue) -> Schema:
        value = self.of(mapping.value)
        if isinstance(mapping.name, NameValue):
            return {
                "type": "object",
                **({"minProperties": mapping.least} if mapping.least else {}),
                "propertyNames": self.of(mapping.name),
                "additionalProperties": value,
            }
        names = self._names(mapping.name.kind)
        if names is None:
            return {"type": "object", "propertyNames": parts.NAMED, "additionalProperties": value}
        properties = {name: described(title, value) for name, title in names.items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def _new_event_type(self) -> Schema:
        return {
            **parts.NAMED,
            "not": {"enum": sorted(self._vocabulary.built_in - {EXTENDED})},
            "errorMessage": "This event type is one of Laurel's own: give yours another name.",
        }

    def _reference(self, kind: ReferenceKind) -> Schema:
        return {"type": "string"} if kind == "member" else one_of_names(self._names(kind), kind)

    def _names(self, kind: ReferenceKind) -> Names | None:  # noqa: C901 - one case a kind
        """Return the names of a kind, with their titles; None: any name may be valid."""
        names = self._vocabulary
        match kind:
            case "event type":
                return names.event_types
            case "custom event type":
                return names.custom_event_types
            case "reported event type":
                return names.reported_event_types
            case "built-in event":
                return names.built_in_events
            case "wallet":
                return names.wallets
            case "tier":
                return names.tiers
            case "tier set":
                return names.tier_sets
            case "badge":
                return names.badges
            case "reward":
                return names.rewards
            case "achievement":
                return names.achievements
            case "reactor":
                return names.reactors
            case "webhook":
                return {name: name for name in (CALL, *EVENT_NAMES)}
            case "member":
                return None
            case _:
                assert_never(kind)


def _exactly(keys: Sequence[str]) -> Schema:
    """Return a map of these keys, and no other."""
    return {"required": list(keys), "maxProperties": len(keys)}


def _merged(schemas: Sequence[Schema]) -> Schema:
    """Return one schema of several for values of different JSON types."""
    merged = {keyword: value for schema in schemas for keyword, value in schema.items()}
    return {**merged, "type": [schema["type"] for schema in schemas]}
