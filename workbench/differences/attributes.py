"""Attributes: what a program declares about a definition, one label each, and how two attributes differ."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from loyalty.program.logic import Logic, Place
from program_files.grammar.values import MapGrammar
from rules import exact
from rules.values import Json
from workbench.differences.expressions import json_of, rule_changes, shortened_text
from workbench.differences.model import AttributeChange
from workbench.differences.trees import one_line, schema_changes, tree_changes


@dataclass(frozen=True, slots=True)
class AttributeText:
    """A value in words."""

    text: str


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """A rule, and the meaning of its results in words: `the sum of`."""

    logic: Logic
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class AttributeTemplate:
    """JSON with rules in it."""

    tree: Json


@dataclass(frozen=True, slots=True)
class AttributeSchema:
    """A JSON Schema."""

    schema: Json


AttributeValue: TypeAlias = AttributeText | AttributeRule | AttributeTemplate | AttributeSchema


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value under a label; `group` distinguishes attributes with the same label."""

    label: str
    value: AttributeValue
    group: str = ""


ValuesOfKey: TypeAlias = AttributeValue | Iterable[Attribute] | None


def attributes_by_key(grammar: MapGrammar, values: Mapping[str, ValuesOfKey], prefix: str = "") -> Iterator[Attribute]:
    """Yield the attributes of a map, in the given order; raise KeyError if its grammar has other keys than `values`.

    A value gets its key as label, after `prefix`; attributes have their own labels; None is left out.
    """
    if values.keys() != grammar.by_name.keys():
        raise KeyError(f"{grammar.title}: {', '.join(values.keys() ^ grammar.by_name.keys())}")
    for key, value in values.items():
        match value:
            case None:
                pass
            case AttributeText() | AttributeRule() | AttributeTemplate() | AttributeSchema():
                yield Attribute(f"{prefix} {key}".lstrip(), value)
            case _:
                yield from value


def identity(attribute: Attribute) -> str:
    """Return the same text for two attributes with the same label and value."""
    match attribute.value:
        case AttributeText(text):
            return f"{attribute.label}: {text}"
        case AttributeRule(logic, prefix):
            return f"{attribute.label}: {prefix} {exact.dumps(json_of(logic.expression))}"
        case AttributeTemplate(tree) | AttributeSchema(tree):
            return f"{attribute.label}: {exact.dumps(tree)}"
        case _:
            assert_never(attribute.value)


def pairing_key(attribute: Attribute) -> str:
    """Return the same text for two attributes that are shown as one change."""
    return f"{attribute.label} {attribute.group}".rstrip()


def attribute_changes(old: Attribute | None, new: Attribute | None) -> Iterator[AttributeChange]:
    """Yield how an old and a new attribute differ; None: there is none."""
    label = new.label if new is not None else old.label if old is not None else ""
    was, now = None if old is None else old.value, None if new is None else new.value
    match was, now:
        case AttributeRule(before, prefix), AttributeRule(since, now_prefix) if prefix == now_prefix:
            yield from rule_changes(label, before, since)
        case AttributeTemplate(before), AttributeTemplate(since):
            yield from tree_changes(label, before, since)
        case AttributeSchema(before), AttributeSchema(since):
            yield from schema_changes(label, before, since)
        case (None, None):
            return
        case (was_value, now_value):  # of different types, or on one side alone
            yield AttributeChange(label, _text(was_value), _text(now_value), _place(was_value), _place(now_value))


def _text(value: AttributeValue | None) -> str | None:
    match value:
        case None:
            return None
        case AttributeText(text):
            return text
        case AttributeRule(logic, prefix):
            return f"{prefix} {shortened_text(logic.expression)}".lstrip()
        case AttributeTemplate(tree) | AttributeSchema(tree):
            return one_line(tree)
        case _:
            assert_never(value)


def _place(value: AttributeValue | None) -> Place | None:
    return value.logic.place if isinstance(value, AttributeRule) else None
