"""Conditions whose answer is known before any event: always true, or always false. Nothing is claimed on a guess."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rules.errors import Fault, Path
from rules.expression import Call, Expression, Literal, parts
from rules.told import told, written_path
from rules.types import NEVER, Boolean, Type, domain, truth


@dataclass(frozen=True, slots=True)
class Judged:
    """What a check found out about the parts of an expression."""

    type_of: Callable[[Expression], Type]
    is_asked_before: Callable[[Expression], bool]
    """Whether the answer follows from that of a condition before it."""


_CHOOSING = frozenset({"and", "or", "if"})
_TURNING = frozenset({"!", "!!"})
_ASKING_LOOPS = frozenset({"filter", "all", "some", "none"})


def certainties(expression: Expression, judged: Judged, wrong: Sequence[Path], *, asked: bool) -> tuple[Fault, ...]:
    """The parts that never change their answer, without those in which something is wrong.

    `asked`: whether the answer of the whole matters.
    """
    found = _walk(expression, judged, asked=asked)
    return tuple(fault for fault in found if not any(path[: len(fault.path)] == fault.path for path in wrong))


def _walk(expression: Expression, judged: Judged, *, asked: bool) -> Iterator[Fault]:
    """`asked`: it stands where truth is asked for. What never runs is not looked at."""
    name = expression.operator.name if isinstance(expression, Call) else ""
    if not _chooses(expression):
        claim = _claim(expression, judged, asked=asked)
        if claim is not None:
            yield claim
            return
    match expression:
        case Call(operands=operands) if name in ("and", "or"):
            for operand in operands:
                yield from _walk(operand, judged, asked=asked or operand is not operands[-1])
                if truth(judged.type_of(operand)) is (name == "or"):
                    return
        case Call(operands=operands) if name == "if":
            yield from _walk_if(operands, judged, asked=asked)
        case Call(operands=(elements, body, *start)):
            is_asked = name in _ASKING_LOOPS
            yield from _walk(elements, judged, asked=False)
            yield from _walk(body, judged, asked=is_asked)
            for operand in start:
                yield from _walk(operand, judged, asked=False)
        case _:
            for part in parts(expression):
                yield from _walk(part, judged, asked=name in _TURNING)


def _chooses(expression: Expression) -> bool:
    """Whether parts of it decide: what is certain is told of these."""
    if not isinstance(expression, Call):
        return False
    name = expression.operator.name
    return name in _CHOOSING or (name in _TURNING and _chooses(expression.operands[0]))


def _walk_if(operands: tuple[Expression, ...], judged: Judged, *, asked: bool) -> Iterator[Fault]:
    """A branch that is a literal is an answer, and no question."""
    for condition, branch in zip(operands[0:-1:2], operands[1::2], strict=False):
        yield from _walk(condition, judged, asked=True)
        held = truth(judged.type_of(condition))
        if held is not False and not isinstance(branch, Literal):
            yield from _walk(branch, judged, asked=asked)
        if held:
            return
    if len(operands) % 2 and not isinstance(operands[-1], Literal):
        yield from _walk(operands[-1], judged, asked=asked)


def _claim(expression: Expression, judged: Judged, *, asked: bool) -> Fault | None:
    found = judged.type_of(expression)
    compares = isinstance(expression, Call) and isinstance(found, Boolean) and written_path(expression) is None
    answer = truth(found) if asked or compares else None
    if answer is None:
        return None
    word = "true" if answer else "false"
    return Fault(
        f"always_{word}", expression.path, f"{told(expression)} is always {word}{_because(expression, judged)}"
    )


def _because(expression: Expression, judged: Judged) -> str:
    """What is known of the operands, in words; of a literal, all is said."""
    if not isinstance(expression, Call):
        return ""
    if judged.is_asked_before(expression):
        return ", as the conditions before it stand"
    if expression.operator.name in _TURNING:
        return _because(expression.operands[0], judged)
    if expression.operator.name.startswith("missing"):
        return ": nothing of it is ever missing"
    operands = (expression,) if written_path(expression) else expression.operands
    known = dict.fromkeys(
        f"{told(operand)} is {domain(judged.type_of(operand))}"
        for operand in operands
        if isinstance(operand, Call) and judged.type_of(operand) != NEVER
    )
    return f": {' and '.join(known)}" if known else ""
