"""A program file shown as blocks, and changes of single literals that leave every other character as it is.

The text stays the only source: a block knows the place of its part of it. A part without a block is shown as text.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

import yaml
from yaml.events import ScalarEvent

from program_files.text.json_text import json_scalars
from program_files.text.nodes import Node
from program_files.text.problems import Problems
from program_files.text.text import read_text
from rules.manual import MANUAL
from rules.operators import TABLE
from workbench.editor.completion import values_at
from workbench.editor.parts import Schema

BlockKind: TypeAlias = Literal["map", "list", "operator", "path", "literal", "text"]
"""The kind of a block. `text`: a part that is shown as in the file, and changed there."""
LiteralValue: TypeAlias = str | int | Decimal | bool

LONGEST = 2_000
"""The most characters of a text that are shown."""
MOST_CHOICES = 200

_PLAIN: Final = re.compile(r"[A-Za-z_][\w./-]*( [\w./-]+)*")
_NUMBER: Final = re.compile(r"[-+]?[0-9]{1,40}(\.[0-9]{1,20})?")
_WORDS: Final = frozenset({"true", "false", "null"})


class NotChanged(Exception):
    """A literal cannot be changed like this; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a file. `label`: its key, or the operator of a rule; `value`: the content of a literal.

    `choices`: the possible texts, if they are known. Line and column count from 1.
    """

    kind: BlockKind
    label: str
    line: int
    column: int
    info: str = ""
    value: LiteralValue | None = None
    choices: Sequence[str] = ()
    blocks: "Sequence[Block]" = ()


@dataclass(frozen=True, slots=True)
class _Scalar:
    """The place of a scalar in a text, and its notation: `'`, `"` or nothing for a plain one."""

    start: int
    end: int
    style: str


def blocks_of(path: str, text: str, schema: Schema) -> Block | None:
    """Return the blocks of a file; None if it cannot be read."""
    root = read_text(path, text.encode(), Problems())
    return None if root is None else _Drawing(root, _scalars(path, text), schema).block("", root, ())


def with_literal(path: str, text: str, line: int, column: int, value: LiteralValue) -> str:
    """Return the text with another literal at a place; raise NotChanged.

    Only its own characters are replaced, and the meaning of the file only changes in this value.
    """
    root = read_text(path, text.encode(), Problems())
    found = None if root is None else next((at for at, each in _walk(root, ()) if _stands_at(each, line, column)), None)
    scalar = None if found is None else _scalars(path, text).get((line, column))
    if root is None or found is None or scalar is None:
        raise NotChanged("there is no literal here any more: the text was changed, so load it again")
    changed = text[: scalar.start] + _written(value, scalar.style) + text[scalar.end :]
    now = read_text(path, changed.encode(), Problems())
    if now is None or now.plain() != _replaced(root.plain(), found, value):
        raise NotChanged("this value cannot be written here: change it in the text")
    return changed


class _Drawing:
    def __init__(self, root: Node, scalars: Mapping[tuple[int, int], _Scalar], schema: Schema) -> None:
        self._root, self._scalars, self._schema = root, scalars, schema

    def block(self, label: str, node: Node, path: tuple[str | int, ...]) -> Block:
        at = (node.place.line, node.place.column)
        match node.value:
            case dict() as entries if len(entries) == 1 and next(iter(entries)) in TABLE:
                return self._operator(label, entries, path, at)
            case dict() as entries:
                return Block("map", label, *at, blocks=[self.block(k, v, (*path, k)) for k, v in entries.items()])
            case list() as items:
                return Block("list", label, *at, blocks=[self.block("", v, (*path, n)) for n, v in enumerate(items)])
            case str() | int() | Decimal() as value if at in self._scalars:
                choices = values_at(self._root, path, self._schema)[:MOST_CHOICES] if isinstance(value, str) else ()
                return Block("literal", label, *at, value=value, choices=choices if value in choices else ())
            case other:  # an alias, a block scalar, or nothing: can only be changed in the text
                return Block("text", label, *at, value=str("" if other is None else other)[:LONGEST])

    def _operator(
        self, label: str, entries: Mapping[str, Node], path: tuple[str | int, ...], at: tuple[int, int]
    ) -> Block:
        ((name, operand),) = entries.items()
        operands = operand.value if isinstance(operand.value, list) else [operand]
        steps = [(name, n) if isinstance(operand.value, list) else (name,) for n in range(len(operands))]
        blocks = [self.block("", each, (*path, *step)) for each, step in zip(operands, steps, strict=True)]
        info = MANUAL[name].does if name in MANUAL else ""
        kind: BlockKind = "path" if name == "var" else "operator"
        return Block(kind, f"{label}: {name}" if label else name, *at, info=info, blocks=blocks)


def _scalars(path: str, text: str) -> dict[tuple[int, int], _Scalar]:
    """Return the scalars on one line, by line and column; those that span lines can only be changed in the text."""
    if path.endswith(".json"):
        return {(line, column): _Scalar(start, end, '"') for line, column, start, end in json_scalars(text)}
    return _yaml_scalars(text)


def _yaml_scalars(text: str) -> dict[tuple[int, int], _Scalar]:
    starts = [0, *(found.end() for found in re.finditer(r"\r\n|[\r\n]", text))]
    found = {}
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, ScalarEvent) and event.style in (None, "", "'", '"'):
            start, end = event.start_mark, event.end_mark
            assert start is not None, "libyaml says where"
            assert end is not None, "libyaml says where"
            if start.line == end.line and event.anchor is None and end.column > start.column:
                begin = starts[start.line]
                place = (start.line + 1, start.column + 1)
                found[place] = _Scalar(begin + start.column, begin + end.column, event.style or "")
    return found


def _walk(node: Node, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    yield path, node
    parts = enumerate(node.value) if isinstance(node.value, list) else node.entries.items()
    for step, part in parts:
        yield from _walk(part, (*path, step))


def _stands_at(node: Node, line: int, column: int) -> bool:
    is_literal = isinstance(node.value, str | int | Decimal)
    return is_literal and (node.place.line, node.place.column) == (line, column)


def _written(value: LiteralValue, style: str) -> str:
    """Return a literal as YAML or JSON: with the quotes that it had, or without if it needs none."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case _ if style == "'" and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        case _ if not style and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def literal_of(text: str, before: LiteralValue | None) -> LiteralValue:
    """Return the literal of a field's text, with the type of the present one; raise NotChanged."""
    if isinstance(before, bool):
        if text not in ("true", "false"):
            raise NotChanged("this is true or false")
        return text == "true"
    if isinstance(before, int | Decimal):
        if not _NUMBER.fullmatch(text):
            raise NotChanged("this is a number, written as 10 or 2.5")
        return Decimal(text) if "." in text else int(text)
    return text


def literal_at(block: Block, line: int, column: int) -> Block | None:
    """Return the literal at a place among the blocks of a file."""
    if block.kind == "literal" and (block.line, block.column) == (line, column):
        return block
    return next((found for each in block.blocks if (found := literal_at(each, line, column)) is not None), None)


def _replaced(whole: Any, path: Sequence[str | int], value: LiteralValue) -> Any:
    """Return a value with another one at a path."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(whole, list):
        return [_replaced(each, rest, value) if n == step else each for n, each in enumerate(whole)]
    return {key: _replaced(each, rest, value) if key == step else each for key, each in whole.items()}
