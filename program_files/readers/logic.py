"""Rules of a file: parsed, checked against what they will see, compiled."""

from typing import Final
from zoneinfo import ZoneInfo

import rules
from loyalty.program.logic import Logic, Place, Template
from program_files.readers.typos import meant_operator
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from rules.operators import TABLE
from rules.types import BOOLEAN, Type, definite_truth

_OF_THE_OPERATOR: Final = frozenset({"unknown-operator", "wrong-arity"})


def read_logic(node: Node, problems: Problems, scope: Type, expected: Type | None, zone: ZoneInfo) -> Logic:
    """A rule that gives what is expected; days and hours are those of the zone."""
    parsed = rules.parse_with_recovery(node.plain())
    checked = rules.check(parsed.expression, scope, expected, invalid=parsed.invalid)
    note_doubts(checked, expected, node, problems, is_clean=not parsed.faults and not checked.faults)
    _note(parsed.faults, node, problems, can_run=False)
    _note(checked.faults, node, problems, can_run=True)
    if parsed.faults:
        return _nothing(node)
    return Logic(parsed.expression, rules.compile(parsed.expression, timezone=zone), node.place, node.place_of)


def read_template(node: Node, problems: Problems, scope: Type, zone: ZoneInfo) -> Template:
    """JSON with rules in it: an object of one key that is an operator is a rule, all else is itself."""
    match node.value:
        case dict() as entries if len(entries) == 1 and next(iter(entries)) in TABLE:
            return read_logic(node, problems, scope, None, zone)
        case dict() as entries:
            question_operator(node, problems, scope)
            return {key: read_template(value, problems, scope, zone) for key, value in entries.items()}
        case list() as elements:
            return [read_template(element, problems, scope, zone) for element in elements]
        case literal:
            return literal


def question_operator(node: Node, problems: Problems, scope: Type) -> None:
    """Warn of what would be a rule, but for a slip of the hand."""
    meant = meant_operator(node, scope)
    if meant is not None:
        (key,) = node.entries
        problems.warn(
            node.keys[key], "misspelt-operator", f"{shown(key)} is no operator, and is kept as it stands", meant
        )


def _note(faults: tuple[rules.Fault, ...], node: Node, problems: Problems, *, can_run: bool) -> None:
    for fault in faults:
        code = fault.code.replace("_", "-")
        problems.add(_place(node, fault.path, code), code, fault.message, fault.suggestion, can_run=can_run)


def note_doubts(
    checked: rules.CheckResult, expected: Type | None, node: Node, problems: Problems, *, is_clean: bool
) -> None:
    """Warn of what is always so; that a whole condition never holds is an error, told once, with what makes it so."""
    doubts = list(checked.warnings)
    if expected == BOOLEAN and is_clean and definite_truth(checked.type) is False:
        causes = [doubt for doubt in doubts if doubt.code == "always_false"]
        cause = causes[0] if causes else rules.Fault("", (), "it comes to false whatever happens")
        message = f"this condition never holds: {cause.message}"
        problems.add(node.place_of(cause.path), "never-true", message, can_run=True)
        doubts = [doubt for doubt in doubts if doubt is not cause]
    for doubt in doubts:
        code = doubt.code.replace("_", "-")
        problems.warn(_place(node, doubt.path, code), code, doubt.message)


def _place(node: Node, path: rules.JsonPath, code: str) -> Place:
    """Where a fault is to be seen: of an operator at its name, of a path at its text."""
    if code in _OF_THE_OPERATOR:
        return node.place_of(path, of_key=True)
    for step in ("var", 0) if code == "unknown-path" else ():
        path = (*path, step) if node.holds((*path, step)) else path
    return node.place_of(path)


def _nothing(node: Node) -> Logic:
    return Logic(_NOTHING, _NOTHING_RULE, node.place, node.place_of)


_NOTHING = rules.parse(None)
_NOTHING_RULE = rules.compile(_NOTHING)
