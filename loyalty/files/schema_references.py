"""Schemas inside schemas, and `$ref`: each leads to a place in the same schema, and none back to itself.

So a schema can be written out as a finite tree, and neither a check nor a body can make us walk it for ever.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from loyalty.files.nodes import Node
from loyalty.files.problems import Problems, shown

ONE_SCHEMA: Final = frozenset(
    {
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
    }
    | {"unevaluatedItems", "unevaluatedProperties"}
)
LISTED_SCHEMAS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
NAMED_SCHEMAS: Final = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})

MOST_SCHEMAS: Final = 5_000
"""Schemas in one body, with every `$ref` written out."""

DEEPEST: Final = 20
"""How many times a `$ref` may lead to another."""


def inner_schemas(node: Node) -> Iterator[Node]:
    """The schemas that stand directly in a schema."""
    for keyword, value in node.entries.items():
        if keyword in ONE_SCHEMA:
            yield value
        elif keyword in LISTED_SCHEMAS and isinstance(value.value, list):
            yield from value.value
        elif keyword in NAMED_SCHEMAS:
            yield from value.entries.values()


class References:
    """Follows every `$ref` of one schema."""

    def __init__(self, root: Node, problems: Problems) -> None:
        self._root = root
        self._problems = problems
        self._weights: dict[str, int] = {}

    def check(self) -> None:
        """Note every `$ref` that leads out, to nothing or in a circle, and a schema too large when written out."""
        weight = self._weight(self._root, ("#",))
        if weight > MOST_SCHEMAS:
            message = f"a body has at most {MOST_SCHEMAS:,} schemas, every $ref written out"
            self._problems.add(self._root.place, "too-many-values", message)

    def _weight(self, node: Node, open_references: tuple[str, ...]) -> int:
        """The number of schemas in one, itself and those it refers to among them."""
        reference = node.entries.get("$ref")
        referred = 0 if reference is None else self._referred(reference, open_references)
        return 1 + referred + sum(self._weight(inner, open_references) for inner in inner_schemas(node))

    def _referred(self, node: Node, open_references: tuple[str, ...]) -> int:
        reference = node.value
        if not isinstance(reference, str):
            return 0  # the draft's own schema says so
        if reference not in self._weights:
            self._weights[reference] = 0
            target = self._target(node, reference)
            if target is not None and self._is_finite(node, reference, open_references):
                self._weights[reference] = self._weight(target, (*open_references, reference))
        elif reference in open_references:
            self._is_finite(node, reference, open_references)
        return self._weights[reference]

    def _is_finite(self, node: Node, reference: str, open_references: tuple[str, ...]) -> bool:
        if reference in open_references:
            message = f"$ref {shown(reference)} leads back to where it stands"
            self._problems.add(node.place, "endless-reference", message)
        elif len(open_references) > DEEPEST:
            self._problems.add(node.place, "too-deep", f"$ref leads to $ref more than {DEEPEST} times")
        else:
            return True
        return False

    def _target(self, node: Node, reference: str) -> Node | None:
        if not reference.startswith("#"):
            message = f"$ref leads out of the file, to {shown(reference)}: put the schema into $defs"
            self._problems.add(node.place, "remote-reference", message)
            return None
        target: Node | None = self._root
        for step in unquote(reference).split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            target = target and target.part(int(name) if isinstance(target.value, list) and name.isdecimal() else name)
        if target is None or not (reference == "#" or reference.startswith("#/")):
            definitions = self._root.entries.get("$defs")
            known = [f"#/$defs/{name}" for name in definitions.entries] if definitions else []
            self._problems.add_unknown(node.place, "dangling-reference", "$ref", reference, known)
            return None
        return target
