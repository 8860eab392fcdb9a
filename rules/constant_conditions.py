"""Conditions whose answer is known before any event: always true, or always false. Nothing is claimed on a guess."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rules.errors import Fault, JsonPath
from rules.expression import Call, Expression, Literal, children
from rules.render import literal_path, render
from rules.types import NEVER, BooleanType, Type, definite_truth, domain


@dataclass(frozen=True, slots=True)
class InferredTypes:
    """What a check found out about the parts of an expression."""

    type_of: Callable[[Expression], Type]
    is_implied: Callable[[Expression], bool]
    """Whether the answer follows from that of a condition before it."""


_CHOOSING = frozenset({"and", "or", "if"})
_TURNING = frozenset({"!", "!!"})
_ASKING_LOOPS = frozenset({"filter", "all", "some", "none"})


def constant_conditions(
    expression: Expression, types: InferredTypes, wrong: Sequence[JsonPath], *, asked: bool
) -> tuple[Fault, ...]:
    """The parts that never change their answer, without those in which something is wrong.

    `asked`: whether the answer of the whole matters.
    """
    found = _walk(expression, types, asked=asked)
    return tuple(fault for fault in found if not any(path[: len(fault.path)] == fault.path for path in wrong))


def _walk(expression: Expression, types: InferredTypes, *, asked: bool) -> Iterator[Fault]:
    """`asked`: it stands where truth is asked for. What never runs is not looked at."""
    name = expression.operator.name if isinstance(expression, Call) else ""
    if not _chooses(expression):
        claim = _claim(expression, types, asked=asked)
        if claim is not None:
            yield claim
            return
    match expression:
        case Call(operands=operands) if name in ("and", "or"):
            for operand in operands:
                yield from _walk(operand, types, asked=asked or operand is not operands[-1])
                if definite_truth(types.type_of(operand)) is (name == "or"):
                    return
        case Call(operands=operands) if name == "if":
            yield from _walk_if(operands, types, asked=asked)
        case Call(operands=(elements, body, *start)):
            is_asked = name in _ASKING_LOOPS
            yield from _walk(elements, types, asked=False)
            yield from _walk(body, types, asked=is_asked)
            for operand in start:
                yield from _walk(operand, types, asked=False)
        case _:
            for part in children(expression):
                yield from _walk(part, types, asked=name in _TURNING)


def _chooses(expression: Expression) -> bool:
    """Whether parts of it decide: what is certain is told of these."""
    if not isinstance(expression, Call):
        return False
    name = expression.operator.name
    return name in _CHOOSING or (name in _TURNING and _chooses(expression.operands[0]))


def _walk_if(operands: tuple[Expression, ...], types: InferredTypes, *, asked: bool) -> Iterator[Fault]:
    """A branch that is a literal is an answer, and no question."""
    for condition, branch in zip(operands[0:-1:2], operands[1::2], strict=False):
        yield from _walk(condition, types, asked=True)
        held = definite_truth(types.type_of(condition))
        if held is not False and not isinstance(branch, Literal):
            yield from _walk(branch, types, asked=asked)
        if held:
            return
    if len(operands) % 2 and not isinstance(operands[-1], Literal):
        yield from _walk(operands[-1], types, asked=asked)


def _claim(expression: Expression, types: InferredTypes, *, asked: bool) -> Fault | None:
    found = types.type_of(expression)
    compares = isinstance(expression, Call) and isinstance(found, BooleanType) and literal_path(expression) is None
    answer = definite_truth(found) if asked or compares else None
    if answer is None:
        return None
    word = "true" if answer else "false"
    return Fault(
        f"always_{word}", expression.path, f"{render(expression)} is always {word}{_because(expression, types)}"
    )


def _because(expression: Expression, types: InferredTypes) -> str:
    """What is known of the operands, in words; of a literal, all is said."""
    if not isinstance(expression, Call):
        return ""
    if types.is_implied(expression):
        return ", as the conditions before it stand"
    if expression.operator.name in _TURNING:
        return _because(expression.operands[0], types)
    if expression.operator.name.startswith("missing"):
        return ": nothing of it is ever missing"
    operands = (expression,) if literal_path(expression) else expression.operands
    known = dict.fromkeys(
        f"{render(operand)} is {domain(types.type_of(operand))}"
        for operand in operands
        if isinstance(operand, Call) and types.type_of(operand) != NEVER
    )
    return f": {' and '.join(known)}" if known else ""
