"""The paths that `var` can have, as JSON Schemas: one for each type of what rules can read.

The schema of rules defines the operators; a scope is added to it and only restricts `var`, at any depth of operators.
So a program of fifty event types needs fifty small scopes, not fifty schemas of rules.
"""

from collections.abc import Iterator

from rules.types import ANY, Type, record
from workbench.editor import paths
from workbench.editor.parts import Schema, not_suggested, recursive, referred

_PARTS = ("path", "keys", "loop", "fold")
"""The definitions of one scope, besides the scope itself."""

_LOOPS = ("map", "filter", "all", "some", "none")


class Scopes:
    """Makes one definition for each type."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._names: dict[Type, str] = {}
        self._lists: dict[str, str] = {}

    def of(self, seen: Type, name: str | None = None) -> Schema:
        """Return the schema of rules that read a type; `name` names its definition if it is new."""
        if seen not in self._names:
            self._names[seen] = name = name or f"element-{len(self._names)}"
            self.definitions[name] = {}  # an entry in front of those that it refers to
            self.definitions |= self._scope(seen, name)
        return referred(self._names[seen])

    def _scope(self, seen: Type, name: str) -> dict[str, Schema]:
        inside, path, keys, loop, fold = map(referred, (name, *(f"{name}-{part}" for part in _PARTS)))
        loops = list(self._loops(seen))
        operators: dict[str, Schema] = {
            "var": {"allOf": [path, inside], "items": [path]},
            "missing": {"allOf": [inside, keys], "if": {"type": "string"}, "then": path},
            "missing_some": {"allOf": [inside], "items": [{}, keys]},
            **dict.fromkeys(_LOOPS, loop),
            "reduce": fold,
        }
        return {
            name: {
                "items": recursive(inside),
                "if": {"maxProperties": 1},
                "then": {
                    "properties": {operator: not_suggested(schema) for operator, schema in operators.items()},
                    "additionalProperties": inside,
                },
                "else": {"additionalProperties": inside},
            },
            f"{name}-path": _path(seen),
            f"{name}-keys": _keys(path),
            f"{name}-loop": self._loop(inside, [(array, self.of(element)) for array, element in loops]),
            f"{name}-fold": self._loop(inside, [(array, self.of(_fold(element))) for array, element in loops]),
        }

    def _loop(self, inside: Schema, loops: list[tuple[Schema, Schema]]) -> Schema:
        """Return the schema of a loop: its second operand reads the elements of the first, if known, else anything."""
        cases = [{"if": {"items": [array]}, "then": {"items": [{}, body]}} for array, body in loops]
        return {"items": [inside, {}, inside], **({"allOf": cases} if cases else {})}

    def _loops(self, seen: Type) -> Iterator[tuple[Schema, Type]]:
        for path, element in paths.arrays(seen):
            yield self._list(path), element

    def _list(self, path: str) -> Schema:
        """Return the rules that return the array at a path, or some of its elements."""
        if path not in self._lists:
            self._lists[path] = name = f"list-{len(self._lists)}"
            self.definitions[name] = {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {
                    "var": {"enum": [path, [path], [path, []]]},
                    "filter": {"type": "array", "minItems": 1, "items": [referred(name)]},
                },
            }
        return referred(self._lists[path])


def _fold(element: Type) -> Type:
    return record({"current": element, "accumulator": ANY})


def _path(seen: Type) -> Schema:
    """Return the path of a `var`: a proposed one, another that is valid, or a rule that computes one."""
    proposed = paths.proposed(seen)
    pattern = {"pattern": paths.pattern(seen), "patternErrorMessage": "Nothing lies at this path."}
    listed = [{"enum": list(proposed), "enumDescriptions": list(proposed.values())}] if proposed else []
    # By `not`: from a list of types an editor would propose null, true and false.
    others = {} if paths.takes_numbers(seen) else {"not": {"type": ["number", "boolean"]}}
    return {"anyOf": [*listed, pattern], **others}


def _keys(path: Schema) -> Schema:
    """Return a literal list of paths, as `missing` takes it; a computed one is not checked."""
    return {
        "if": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "then": {"items": path},
    }
