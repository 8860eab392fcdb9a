"""Subschemas, and `$ref`: each refers to a schema of the same body, without an endless cycle.

A schema may contain itself in a field or an item, as every body ends. It may not apply to the same value again.
"""

from collections.abc import Iterator
from typing import Final

from program_files.schemas.keywords import DEFINITIONS, LISTED_SCHEMAS, NAMED_SCHEMAS, ONE_SCHEMA
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from rules.json_pointer import resolve

MOST_SCHEMAS: Final = 5_000
"""The most schemas in one body; a `$ref` counts as the schemas that it refers to."""

DEEPEST: Final = 20
"""How many times a `$ref` may refer to another."""


_IN_PLACE_APPLICATORS: Final = frozenset({"allOf", "anyOf", "dependentSchemas", "else", "if", "not", "oneOf", "then"})
"""The keywords whose schemas apply to the value itself, and not to a part of it."""


def inner_schemas(node: Node) -> Iterator[Node]:
    """Yield the schemas directly inside a schema."""
    return (inner for _, inner in _by_keyword(node))


def described_schemas(node: Node) -> Iterator[Node]:
    """Yield the schemas of fields and items that are not combined with another schema."""
    for keyword, inner in _by_keyword(node):
        if keyword not in _IN_PLACE_APPLICATORS:
            if keyword not in DEFINITIONS:
                yield inner
            yield from described_schemas(inner)


def _by_keyword(node: Node) -> Iterator[tuple[str, Node]]:
    for keyword, value in node.entries.items():
        if keyword in ONE_SCHEMA:
            yield keyword, value
        elif keyword in LISTED_SCHEMAS and isinstance(value.value, list):
            yield from ((keyword, inner) for inner in value.value)
        elif keyword in NAMED_SCHEMAS:
            yield from ((keyword, inner) for inner in value.entries.values())


class References:
    """Follows every `$ref` of one schema."""

    def __init__(self, root: Node, problems: Problems) -> None:
        self._root = root
        self._problems = problems
        self._weights: dict[str, int] = {}

    def check(self) -> None:
        """Note every `$ref` to another file, to nothing or in a cycle, and a schema that is too large."""
        weight = self._weight(self._root, ("#",), 0)
        if weight > MOST_SCHEMAS:
            message = f"a body has at most {MOST_SCHEMAS:,} schemas, every $ref written out"
            self._problems.add(self._root.place, "too-many-values", message)

    def _weight(self, node: Node, open_references: tuple[str, ...], followed: int) -> int:
        """Return the number of schemas in a schema, with itself and those it refers to; a cycle counts each once."""
        reference = node.entries.get("$ref")
        weight = 1 if reference is None else 1 + self._referred(reference, open_references, followed)
        for keyword, inner in _by_keyword(node):
            weight += self._weight(inner, open_references if keyword in _IN_PLACE_APPLICATORS else (), followed)
        return weight

    def _referred(self, node: Node, open_references: tuple[str, ...], followed: int) -> int:
        reference = node.value
        if not isinstance(reference, str):
            return 0  # the schema of the draft notes it
        if reference not in self._weights:
            self._weights[reference] = 0
            target = self._target(node, reference)
            if target is not None and self._is_finite(node, reference, open_references, followed):
                self._weights[reference] = self._weight(target, (*open_references, reference), followed + 1)
        elif reference in open_references:
            self._is_finite(node, reference, open_references, followed)
        return self._weights[reference]

    def _is_finite(self, node: Node, reference: str, open_references: tuple[str, ...], followed: int) -> bool:
        if reference in open_references:
            message = f"$ref {shown(reference)} leads back to where it stands"
            self._problems.add(node.place, "endless-reference", message)
        elif followed >= DEEPEST:
            self._problems.add(node.place, "too-deep", f"$ref leads to $ref more than {DEEPEST} times")
        else:
            return True
        return False

    def _target(self, node: Node, reference: str) -> Node | None:
        if not reference.startswith("#"):
            message = f"$ref leads out of the file, to {shown(reference)}: put the schema into $defs"
            self._problems.add(node.place, "remote-reference", message)
            return None
        target = resolve(self._root, reference, _part)
        if target is None:
            kept = {word: self._root.entries.get(word) for word in DEFINITIONS}
            known = [f"#/{word}/{name}" for word, node in kept.items() if node for name in node.entries]
            self._problems.add_unknown(node.place, "dangling-reference", "$ref", reference, known)
            return None
        return target


def _part(node: Node, name: str) -> Node | None:
    return node.part(int(name) if isinstance(node.value, list) and name.isdecimal() else name)
