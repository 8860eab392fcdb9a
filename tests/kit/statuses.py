"""Finds in source text where an HTTP status of an error is chosen, whichever way it is written."""

import ast
import re
from collections.abc import Iterator

EXCEPTIONS = {"HTTPException", "WebSocketException"}
"""The framework's own, which carry a status."""

_NAMED = re.compile(r"HTTPStatus|HTTP_[45]\d\d_\w+|WS_1\d\d\d_\w+")
_ANSWER = re.compile(r"(Response|Json|JSON)$")


def chosen_statuses(source: str) -> set[str]:
    """The statuses of errors that a module chooses, as text: numbers, names of numbers, exceptions with a status."""
    tree = ast.parse(source)
    real_names = _imported(tree)
    numbers = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = set(_NAMED.findall(source))
    for node in ast.walk(tree):
        found |= {name for name in _raised(node) if real_names.get(name, name) in EXCEPTIONS}
        for place in _places_of_a_status(node):
            for part in ast.walk(place):
                value = numbers.get(part.id) if isinstance(part, ast.Name) else getattr(part, "value", None)
                if type(value) is int and 400 <= value < 600:
                    found.add(str(value))
    return found


def _imported(tree: ast.AST) -> dict[str, str]:
    """What names that were imported as something else are called at home."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: alias.name for node in nodes for alias in node.names}


def _raised(node: ast.AST) -> Iterator[str]:
    """The last names of what is called, raised or inherited from."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            yield name
        case ast.Raise(exc=ast.Name(id=name) | ast.Attribute(attr=name)):
            yield name
        case ast.ClassDef(bases=bases):
            yield from (base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in bases)


def _places_of_a_status(node: ast.AST) -> Iterator[ast.expr]:
    """Where in a node a status may stand: `status_code=`, `.status_code =`, `{"status": ...}`, `Response(_, 404)`."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            yield from (each.value for each in node.keywords if each.arg in ("status_code", "status"))
            if _ANSWER.search(name):
                yield from node.args[1:2]
        case ast.Assign(targets=[ast.Attribute(attr="status_code")], value=value):
            yield value
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and key.value in ("status_code", "status"):
                    yield value
