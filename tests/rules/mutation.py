"""Mutates rules as a typing mistake would: the check refuses most mutants, and the others must keep its promise."""

from random import Random
from typing import Any

from rules.errors import JsonPath
from rules.operators import OPERATORS
from tests.rules.schema_generator import FieldPath

_LITERALS = (None, True, False, 0, 1, "", "a", "web", "2026-01-01", [], [1], ["web"])
_ALIKE = (
    ("<", "<=", ">", ">=", "==", "!=", "===", "!=="),
    ("+", "-", "*", "/", "%", "min", "max"),
    ("and", "or", "if", "?:"),
    ("some", "all", "none", "map", "filter"),
    ("!", "!!", "log", "date", "length"),
)
_NAMES = tuple(operator.name for operator in OPERATORS)


def mutated(rule: Any, scope: list[FieldPath], random: Random) -> Any:
    """Return the rule with one to three parts changed."""
    for _ in range(random.choice([1, 1, 2, 3])):
        path = random.choice(_paths(rule))
        rule = _with(rule, path, _changed(_at(rule, path), rule, scope, random))
    return rule


def _changed(part: Any, whole: Any, scope: list[FieldPath], random: Random) -> Any:
    choice = random.choice
    match part:
        case {"var": _}:
            path = choice(scope).path
            return choice([{"var": path}, {"var": path}, {"var": [path, choice(_LITERALS)]}, choice(_LITERALS)])
        case dict() if part:
            return _call(part, whole, random)
        case _:
            return choice([choice(_LITERALS), {"var": choice(scope).path}, _at(whole, choice(_paths(whole)))])


def _call(part: dict[str, Any], whole: Any, random: Random) -> Any:
    """Mutate a call: another operator, fewer, other or swapped operands, or one operand alone."""
    ((name, operands),) = part.items()
    listed = operands if isinstance(operands, list) else [operands]
    alike = next((group for group in _ALIKE if name in group), _NAMES)
    if not listed:
        return {random.choice(alike): listed}
    position = random.randrange(len(listed))
    other = _at(whole, random.choice(_paths(whole)))
    return random.choice(
        [
            {random.choice(alike): listed},
            {random.choice(_NAMES): listed},
            {name: listed[:position] + listed[position + 1 :]},
            {name: [*listed[:position], other, *listed[position + 1 :]]},
            {name: listed[::-1]},
            {name: [*listed, other]},
            {"!": [part]},
            listed[position],
            other,
        ]
    )


def _paths(rule: Any) -> list[JsonPath]:
    """The paths of all parts of a rule that are rules themselves."""
    found: list[JsonPath] = [()]
    for path in found:
        match _at(rule, path):
            case {"var": _}:
                pass
            case dict() as call if call:
                ((name, operands),) = call.items()
                listed = isinstance(operands, list)
                found += [(*path, name, n) for n in range(len(operands))] if listed else [(*path, name)]
            case list() as elements:
                found += [(*path, n) for n in range(len(elements))]
    return found


def _at(rule: Any, path: JsonPath) -> Any:
    for step in path:
        rule = rule[step]
    return rule


def _with(rule: Any, path: JsonPath, part: Any) -> Any:
    """Return a copy of the rule with another part at a path."""
    if not path:
        return part
    step, rest = path[0], path[1:]
    if isinstance(rule, dict):
        return {**rule, step: _with(rule[step], rest, part)}
    assert isinstance(step, int)
    return [*rule[:step], _with(rule[step], rest, part), *rule[step + 1 :]]
