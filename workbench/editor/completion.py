"""Completion at a position of a file, by the schema of its kind of file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from re import compile as pattern
from typing import Any, Final, Literal

import jsonschema_rs

from program_files.text.nodes import Node
from program_files.text.problems import Problems
from program_files.text.text import read_text
from workbench.editor.parts import Schema

MOST = 300
"""The most proposals at one position."""

_WORD: Final = pattern(r"[\w.$#/+!=<>*%?-]*")
_JSON_TEXT: Final = pattern(r'"(?:[^"\\]|\\.)*(?P<end>"?)')
_MARK: Final = "zzLaurelCompletesHerezz"
_MARKS: Final = (_MARK, f"{_MARK}: 0", f"- {_MARK}", f"- {_MARK}: 0")
"""Placeholders for the position: a value, a key, an item, or the first key of an item."""
_JSON_MARKS: Final = (f'"{_MARK}"', f'"{_MARK}": 0')
_CLOSING: Final = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A key or a value that can be written, and its meaning. `is_text` False: true or false, without quotes in JSON."""

    label: str
    kind: Literal["key", "value"]
    info: str
    is_text: bool = True


@dataclass(frozen=True, slots=True)
class Completion:
    """The proposals for the word between two columns; columns count characters from 1."""

    start: int
    end: int
    proposals: Sequence[Proposal]


@dataclass(frozen=True, slots=True)
class _Spot:
    """The steps to the value, or to the map of the key, at the mark."""

    path: tuple[str | int, ...]
    is_key: bool
    root: Node


def complete(path: str, text: str, line: int, column: int, schema: Schema) -> Completion:
    """Return the proposals at a position of a file; none if the file cannot be read even with a word there.

    In JSON, the proposals and the word that they replace have their quotes.
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return Completion(column, column, ())
    is_json, whole = path.endswith(".json"), lines[line - 1]
    cursor = min(column - 1, len(whole))
    start, end = _json_word(whole, cursor) if is_json else _word(whole, cursor)
    before, after = "\n".join([*lines[: line - 1], whole[:start]]), "\n".join([whole[end:], *lines[line:]])
    for marked in (_marked_json if is_json else _marked_yaml)(before, after):
        root = read_text(path, marked.encode(), Problems())
        spot = None if root is None else next(_marked(root, root, ()), None)
        found = {} if spot is None else {each.label: each for each in _proposals(spot, schema)}
        if found:
            shown = [_quoted(each) for each in found.values()] if is_json else found.values()
            return Completion(start + 1, end + 1, tuple(shown)[:MOST])
    return Completion(start + 1, end + 1, ())


def _word(whole: str, cursor: int) -> tuple[int, int]:
    """Return where the word at a position of a line of YAML begins and ends."""
    start = next(at for at in range(cursor + 1) if _WORD.fullmatch(whole, at, cursor))
    word = _WORD.match(whole, cursor)
    return start, cursor if word is None else word.end()


def _json_word(whole: str, cursor: int) -> tuple[int, int]:
    """Return where the text at a position of a line of JSON begins and ends, with its quotes; else the word."""
    for found in _JSON_TEXT.finditer(whole):
        if found.start() < cursor < found.end() or (cursor == found.end() and not found["end"]):
            return found.start(), found.end()
    return _word(whole, cursor)


def _marked_yaml(before: str, after: str) -> Iterator[str]:
    yield from (f"{before}{mark}{after}" for mark in _MARKS)


def _marked_json(before: str, after: str) -> Iterator[str]:
    """Yield the text with the placeholder, with a comma that is not written yet, and as if it ended there."""
    opened: list[str] = []
    for each in _JSON_TEXT.sub("", before):
        if each in _CLOSING:
            opened.append(each)
        elif each in "]}" and opened:
            opened.pop()
    ends = "".join(_CLOSING[each] for each in reversed(opened))
    for rest, left, right, mark in product((after, ends), ("", ","), ("", ","), _JSON_MARKS):
        yield f"{before}{left}{mark}{right}{rest}"


def _quoted(proposal: Proposal) -> Proposal:
    label = json.dumps(proposal.label, ensure_ascii=False) if proposal.is_text else proposal.label
    return replace(proposal, label=label)


def values_at(root: Node, path: tuple[str | int, ...], schema: Schema) -> list[str]:
    """Return the texts that can be the value at a path of a file."""
    spot = _Spot(path, False, root)
    return list(dict.fromkeys(each.label for each in _proposals(spot, schema) if each.kind == "value"))


def _marked(root: Node, node: Node, path: tuple[str | int, ...]) -> Iterator[_Spot]:
    """Yield the key or the value with the mark."""
    if node.value == _MARK:
        yield _Spot(path, False, root)
    parts = enumerate(node.value) if isinstance(node.value, list) else node.entries.items()
    for step, part in parts:
        if step == _MARK:
            yield _Spot(path, True, root)
        yield from _marked(root, part, (*path, step))


def _proposals(spot: _Spot, schema: Schema) -> Iterator[Proposal]:
    walk = _Walk(schema.get("definitions", {}))
    value, schemas = spot.root.plain(), [schema]
    for step in spot.path:
        schemas = [inner for each in walk.expanded(schemas, value) for inner in _stepped(each, step)]
        value = value[step]
    for each in walk.expanded(schemas, value):
        yield from _keys(each, value) if spot.is_key else _values(each)


def _keys(schema: Schema, value: Mapping[str, Any]) -> Iterator[Proposal]:
    for name, inner in schema.get("properties", {}).items():
        if name not in value and not inner.get("doNotSuggest"):
            yield Proposal(name, "key", str(inner.get("description", "")))


def _values(schema: Schema) -> Iterator[Proposal]:
    choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
    meanings = schema.get("enumDescriptions", [""] * len(choices))
    for choice, meaning in zip(choices, meanings, strict=True):
        if isinstance(choice, str):
            yield Proposal(choice, "value", str(meaning))
    if schema.get("type") == "boolean":
        yield from (Proposal(word, "value", "", is_text=False) for word in ("true", "false"))


def _stepped(schema: Schema, step: str | int) -> Iterator[Schema]:
    """Yield the schemas of a part of a value."""
    if isinstance(step, str):
        found = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    else:
        found = schema.get("items")
        if isinstance(found, list):
            found = found[step] if step < len(found) else schema.get("additionalItems")
    if isinstance(found, dict):
        yield found


class _Walk:
    """Finds the schemas that apply to one value, through references, parts and conditions."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions

    def expanded(self, schemas: Sequence[Schema], value: Any) -> list[Schema]:
        """Return the schemas with all that they refer to, as far as their conditions hold for a value."""
        found: dict[int, Schema] = {}
        waiting = list(schemas)
        while waiting:
            each = waiting.pop(0)
            if id(each) not in found:
                found[id(each)] = each
                waiting += self._parts(each, value)
        return list(found.values())

    def _parts(self, schema: Schema, value: Any) -> Iterator[Schema]:
        if "$ref" in schema:
            yield self._referred(schema["$ref"])
        for key in ("allOf", "anyOf", "oneOf"):
            yield from schema.get(key, ())
        if "if" in schema:
            branch = schema.get("then" if self._holds(schema["if"], value) else "else")
            if isinstance(branch, dict):
                yield branch

    def _holds(self, condition: Schema, value: Any) -> bool:
        needed: dict[str, Schema] = {}
        self._collect(condition, needed)
        return bool(jsonschema_rs.Draft7Validator({**condition, "definitions": needed}).is_valid(value))

    def _collect(self, part: Any, into: dict[str, Schema]) -> None:
        """Add the definitions that a part of a schema refers to."""
        if isinstance(part, list):
            for each in part:
                self._collect(each, into)
        if not isinstance(part, dict):
            return
        if isinstance(part.get("$ref"), str) and (name := part["$ref"].rpartition("/")[2]) not in into:
            into[name] = self._referred(part["$ref"])
            self._collect(into[name], into)
        for each in part.values():
            self._collect(each, into)

    def _referred(self, reference: str) -> Schema:
        return self._definitions[reference.rpartition("/")[2]]
