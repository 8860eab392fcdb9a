"""Warnings: conditions that the types prove to be always true or always false."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rules.errors import Fault, JsonPath
from rules.expression import Call, Expression, Literal, children
from rules.render import literal_path, render
from rules.types import NEVER, BooleanType, Type, definite_truth, domain


@dataclass(frozen=True, slots=True)
class InferredTypes:
    """What the type check inferred about the parts of an expression."""

    type_of: Callable[[Expression], Type]
    is_implied: Callable[[Expression], bool]
    """Whether an earlier condition implies that the part is true, or that it is false."""


_BRANCHING = frozenset({"and", "or", "if"})
_NEGATIONS = frozenset({"!", "!!"})
_CONDITION_LOOPS = frozenset({"filter", "all", "some", "none"})


def constant_conditions(
    expression: Expression, types: InferredTypes, wrong: Sequence[JsonPath], *, as_condition: bool
) -> tuple[Fault, ...]:
    """Return a warning for each constant condition, except those that contain one of the `wrong` paths.

    `as_condition`: the whole expression is evaluated for its truth value.
    """
    found = _walk(expression, types, as_condition=as_condition)
    return tuple(fault for fault in found if not any(path[: len(fault.path)] == fault.path for path in wrong))


def _walk(expression: Expression, types: InferredTypes, *, as_condition: bool) -> Iterator[Fault]:
    """`as_condition`: the expression is evaluated for its truth value. Unreachable operands are skipped."""
    name = expression.operator.name if isinstance(expression, Call) else ""
    if not _branches(expression):
        warning = _warning(expression, types, as_condition=as_condition)
        if warning is not None:
            yield warning
            return
    match expression:
        case Call(operands=operands) if name in ("and", "or"):
            for operand in operands:
                yield from _walk(operand, types, as_condition=as_condition or operand is not operands[-1])
                if definite_truth(types.type_of(operand)) is (name == "or"):
                    return
        case Call(operands=operands) if name == "if":
            yield from _walk_if(operands, types, as_condition=as_condition)
        case Call(operands=(elements, body, *start)):
            body_is_condition = name in _CONDITION_LOOPS
            yield from _walk(elements, types, as_condition=False)
            yield from _walk(body, types, as_condition=body_is_condition)
            for operand in start:
                yield from _walk(operand, types, as_condition=False)
        case _:
            for part in children(expression):
                yield from _walk(part, types, as_condition=name in _NEGATIONS)


def _branches(expression: Expression) -> bool:
    """Return whether the expression chooses among its operands, so that the warnings belong to those."""
    if not isinstance(expression, Call):
        return False
    name = expression.operator.name
    return name in _BRANCHING or (name in _NEGATIONS and _branches(expression.operands[0]))


def _walk_if(operands: tuple[Expression, ...], types: InferredTypes, *, as_condition: bool) -> Iterator[Fault]:
    """Yield the warnings inside an `if`. A literal branch is a result, not a constant condition."""
    for condition, branch in zip(operands[0:-1:2], operands[1::2], strict=False):
        yield from _walk(condition, types, as_condition=True)
        held = definite_truth(types.type_of(condition))
        if held is not False and not isinstance(branch, Literal):
            yield from _walk(branch, types, as_condition=as_condition)
        if held:
            return
    if len(operands) % 2 and not isinstance(operands[-1], Literal):
        yield from _walk(operands[-1], types, as_condition=as_condition)


def _warning(expression: Expression, types: InferredTypes, *, as_condition: bool) -> Fault | None:
    type_ = types.type_of(expression)
    compares = isinstance(expression, Call) and isinstance(type_, BooleanType) and literal_path(expression) is None
    truth = definite_truth(type_) if as_condition or compares else None
    if truth is None:
        return None
    word = "true" if truth else "false"
    return Fault(f"always_{word}", expression.path, f"{render(expression)} is always {word}{_cause(expression, types)}")


def _cause(expression: Expression, types: InferredTypes) -> str:
    """Return what makes the condition constant, as the end of the message; empty for a literal."""
    if not isinstance(expression, Call):
        return ""
    if types.is_implied(expression):
        return ", given the conditions before it"
    if expression.operator.name in _NEGATIONS:
        return _cause(expression.operands[0], types)
    if expression.operator.name.startswith("missing"):
        return ": none of these paths is ever missing"
    operands = (expression,) if literal_path(expression) else expression.operands
    known = dict.fromkeys(
        f"{render(operand)} is {domain(types.type_of(operand))}"
        for operand in operands
        if isinstance(operand, Call) and types.type_of(operand) != NEVER
    )
    return f": {' and '.join(known)}" if known else ""
