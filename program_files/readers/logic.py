"""Rules of a file: parsed, checked against the type of what they can read, and compiled."""

from typing import Final
from zoneinfo import ZoneInfo

import rules
from loyalty.program.logic import Logic, Place, Template
from program_files.readers.typos import misspelt_operator
from program_files.text.nodes import Node
from program_files.text.problems import MOST_CHECKED, Problems, shown
from rules import exact
from rules.operators import TABLE
from rules.paths import split_path
from rules.types import BOOLEAN, Type, definite_truth, path_exists

_SHOWN_AT_OPERATOR: Final = frozenset({"unknown-operator", "wrong-arity"})


def read_logic(node: Node, problems: Problems, scope: Type, expected: Type | None, zone: ZoneInfo) -> Logic:
    """Return a rule with a result of the expected type; its dates are local to the zone."""
    parsed = rules.parse_with_recovery(node.plain())
    if problems.is_checking_too_much:
        message = f"the rules of a program have at most {MOST_CHECKED:,} parts to check, nested loops several times"
        problems.add(node.place, "too-big", message, can_run=True)
        _note(parsed.faults, node, problems, can_run=False)
        return _null_rule(node) if parsed.faults else _logic(parsed.expression, node, zone)
    checked = rules.check(parsed.expression, scope, expected, invalid=parsed.invalid)
    problems.count_checked(checked.visits)
    note_constant_conditions(checked, expected, node, problems, is_clean=not parsed.faults and not checked.faults)
    _note(parsed.faults, node, problems, can_run=False)
    _note(checked.faults, node, problems, can_run=True)
    if parsed.faults:
        return _null_rule(node)
    return _logic(parsed.expression, node, zone)


def _logic(expression: rules.Expression, node: Node, zone: ZoneInfo) -> Logic:
    return Logic(expression, rules.compile(expression, timezone=zone), node.place, node.place_of)


def read_template(node: Node, problems: Problems, scope: Type, zone: ZoneInfo) -> Template:
    """Return JSON with rules in it: an object whose only key is an operator is a rule, all else is plain JSON."""
    match node.value:
        case dict() as entries if len(entries) == 1 and next(iter(entries)) in TABLE:
            return read_logic(node, problems, scope, None, zone)
        case dict() as entries:
            if warn_of_misspelt_operator(node, problems, scope):
                return node.plain()
            return {key: read_template(value, problems, scope, zone) for key, value in entries.items()}
        case list() as elements:
            return [read_template(element, problems, scope, zone) for element in elements]
        case literal:
            warn_of_path(node, problems, scope)
            return literal


def warn_of_path(node: Node, problems: Problems, scope: Type) -> None:
    """Warn of a text that is a path to something that rules can read, and is used as a text."""
    steps = split_path(node.value) if isinstance(node.value, str) else ()
    if len(steps) > 1 and path_exists(scope, steps):
        suggestion = exact.dumps({"var": node.value})
        problems.warn(node.place, "path-as-text", f"{shown(str(node.value))} is used as a text", suggestion)


def warn_of_misspelt_operator(node: Node, problems: Problems, scope: Type) -> bool:
    """Warn of a map that is probably a rule with a misspelt operator; return whether it is."""
    suggestion = misspelt_operator(node, scope)
    if suggestion is None:
        return False
    (key,) = node.entries
    message = f"{shown(key)} is not an operator, and is kept as it stands"
    problems.warn(node.keys[key], "misspelt-operator", message, suggestion)
    return True


def _note(faults: tuple[rules.Fault, ...], node: Node, problems: Problems, *, can_run: bool) -> None:
    for fault in faults:
        code = fault.code.replace("_", "-")
        problems.add(_place(node, fault.path, code), code, fault.message, fault.suggestion, can_run=can_run)


def note_constant_conditions(
    checked: rules.CheckResult, expected: Type | None, node: Node, problems: Problems, *, is_clean: bool
) -> None:
    """Warn of parts that are always true or false; note one error if the whole condition is never true."""
    warnings = list(checked.warnings)
    if expected == BOOLEAN and is_clean and definite_truth(checked.type) is False:
        causes = [warning for warning in warnings if warning.code == "always_false"]
        cause = causes[0] if causes else rules.Fault("", (), "it is false for every event")
        message = f"this condition never holds: {cause.message}"
        problems.add(node.place_of(cause.path), "never-true", message, can_run=True)
        warnings = [warning for warning in warnings if warning is not cause]
    for warning in warnings:
        code = warning.code.replace("_", "-")
        problems.warn(_place(node, warning.path, code), code, warning.message, warning.suggestion)


def _place(node: Node, path: rules.JsonPath, code: str) -> Place:
    """Return the place of a fault: the name of an operator, or the text of a path."""
    if code in _SHOWN_AT_OPERATOR:
        return node.place_of(path, of_key=True)
    for step in ("var", 0) if code == "unknown-path" else ():
        path = (*path, step) if node.holds((*path, step)) else path
    return node.place_of(path)


def _null_rule(node: Node) -> Logic:
    return Logic(_NULL, _COMPILED_NULL, node.place, node.place_of)


_NULL = rules.parse(None)
_COMPILED_NULL = rules.compile(_NULL)
