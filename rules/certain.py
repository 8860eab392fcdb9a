"""Conditions whose answer is known before any event: always true, or always false. Nothing is claimed on a guess."""

from collections.abc import Callable, Iterator, Sequence

from rules.errors import Fault
from rules.expression import Call, Expression, Literal, parts
from rules.told import told, written_path
from rules.types import NEVER, Boolean, Type, domain, truth

TypeOf = Callable[[Expression], Type]
_CHOOSING = frozenset({"and", "or", "if", "!", "!!"})
_ASKING_LOOPS = frozenset({"filter", "all", "some", "none"})


def certainties(expression: Expression, type_of: TypeOf, faults: Sequence[Fault], *, asked: bool) -> tuple[Fault, ...]:
    """The parts that never change their answer; `asked`, whether that of the whole matters."""
    wrong = [fault.path for fault in faults]
    found = _walk(expression, type_of, asked=asked)
    return tuple(fault for fault in found if not any(path[: len(fault.path)] == fault.path for path in wrong))


def _walk(expression: Expression, type_of: TypeOf, *, asked: bool) -> Iterator[Fault]:
    """`asked`: it stands where truth is asked for. What never runs is not looked at."""
    name = expression.operator.name if isinstance(expression, Call) else ""
    if name not in _CHOOSING:
        claim = _claim(expression, type_of, asked=asked)
        if claim is not None:
            yield claim
            return
    match expression:
        case Call(operands=operands) if name in ("and", "or"):
            for operand in operands:
                yield from _walk(operand, type_of, asked=asked or operand is not operands[-1])
                if truth(type_of(operand)) is (name == "or"):
                    return
        case Call(operands=operands) if name == "if":
            yield from _walk_if(operands, type_of, asked=asked)
        case Call(operands=(elements, body, *start)):
            is_asked = name in _ASKING_LOOPS
            yield from _walk(elements, type_of, asked=False)
            yield from _walk(body, type_of, asked=is_asked)
            for operand in start:
                yield from _walk(operand, type_of, asked=False)
        case _:
            for part in parts(expression):
                yield from _walk(part, type_of, asked=name in ("!", "!!"))


def _walk_if(operands: tuple[Expression, ...], type_of: TypeOf, *, asked: bool) -> Iterator[Fault]:
    """A branch that is a literal is an answer, and no question."""
    for condition, branch in zip(operands[0:-1:2], operands[1::2], strict=False):
        yield from _walk(condition, type_of, asked=True)
        held = truth(type_of(condition))
        if held is not False and not isinstance(branch, Literal):
            yield from _walk(branch, type_of, asked=asked)
        if held:
            return
    if len(operands) % 2 and not isinstance(operands[-1], Literal):
        yield from _walk(operands[-1], type_of, asked=asked)


def _claim(expression: Expression, type_of: TypeOf, *, asked: bool) -> Fault | None:
    found = type_of(expression)
    compares = isinstance(expression, Call) and isinstance(found, Boolean) and written_path(expression) is None
    answer = truth(found) if asked or compares else None
    if answer is None:
        return None
    word = "true" if answer else "false"
    return Fault(
        f"always_{word}", expression.path, f"{told(expression)} is always {word}{_because(expression, type_of)}"
    )


def _because(expression: Expression, type_of: TypeOf) -> str:
    """What is known of the operands, in words; of a literal, all is said."""
    if not isinstance(expression, Call):
        return ""
    if expression.operator.name.startswith("missing"):
        return ": nothing of it is ever missing"
    operands = (expression,) if written_path(expression) else expression.operands
    known = dict.fromkeys(
        f"{told(operand)} is {domain(type_of(operand))}"
        for operand in operands
        if isinstance(operand, Call) and type_of(operand) != NEVER
    )
    return f": {' and '.join(known)}" if known else ""
