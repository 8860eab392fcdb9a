"""Choosing: if, and, or, and what is true of a value."""

from collections.abc import Callable

from rules.bounds import Work
from rules.check import Checker
from rules.closures import Closer, Closure, applied
from rules.expression import Call, Operator
from rules.source import Known, Operand, Source, truth
from rules.types import BOOLEAN, NULL, Boolean, Type, union
from rules.types import falsy as falsy_type
from rules.types import truth as truth_of
from rules.types import truthy as truthy_type
from rules.values import Json, truthy


def _close_if(closer: Closer, call: Call) -> Closure:
    parts = closer.all(call)
    pairs = list(zip(parts[0:-1:2], parts[1::2], strict=False))
    otherwise = parts[-1] if len(parts) % 2 else None

    def evaluate(data: Json, work: Work) -> Json:
        for condition, consequence in pairs:
            if truthy(condition(data, work)):
                return consequence(data, work)
        return otherwise(data, work) if otherwise else None

    return evaluate


def _emit_if(source: Source, call: Call) -> Operand:
    result, operands = source.new(), call.operands
    with source.block("while True"):
        for position in range(0, len(operands) - 1, 2):
            condition = source.atom(source.value(operands[position]))
            source.flush()
            with source.block(f"if {truth(condition)}"):
                source.into(result, operands[position + 1])
                source.flush()
                source.line("break")
        if len(operands) % 2:
            source.into(result, operands[-1])
            source.flush()
        else:
            source.line(f"{result} = None")
        source.line("break")
    return Operand(result)


def _closes_at(*, wanted: bool) -> Callable[[Closer, Call], Closure]:
    """The first operand whose truth is the wanted one, else the last."""

    def close(closer: Closer, call: Call) -> Closure:
        operands = closer.all(call)

        def evaluate(data: Json, work: Work) -> Json:
            value = None
            for operand in operands:
                value = operand(data, work)
                if truthy(value) is wanted:
                    break
            return value

        return evaluate

    return close


def _emits_at(*, wanted: bool) -> Callable[[Source, Call], Operand]:
    def emit(source: Source, call: Call) -> Operand:
        result, known = source.new(), set[Known]()
        with source.block("while True"):
            for operand in call.operands[:-1]:
                now = source.into(result, operand)
                known.add(now)
                source.flush()
                test = truth(Operand(result, now))
                source.line(f"if {test if wanted else f'not {test}'}: break")
            if call.operands:
                known.add(source.into(result, call.operands[-1]))
                source.flush()
            else:
                source.line(f"{result} = None")
            source.line("break")
        return Operand(result, _common(known))

    return emit


def _common(known: set[Known]) -> Known:
    return next(iter(known)) if len(known) == 1 else "any"


def _not(value: Json) -> bool:
    return not truthy(value)


def _emit_truth(*, negated: bool) -> Callable[[Source, Call], Operand]:
    def emit(source: Source, call: Call) -> Operand:
        (operand,) = source.atoms(call)
        test = f"not {truth(operand)}" if negated else f"not not {truth(operand)}"
        return Operand(f"({test})", "boolean", atom=False)

    return emit


def _check_if(checker: Checker, call: Call) -> Type:
    """What a branch is worth that never runs is not what the whole is worth."""
    results, is_open = list[Type](), True
    operands = call.operands
    with checker.aside():
        for condition, branch in zip(operands[0:-1:2], operands[1::2], strict=False):
            held = truth_of(checker.of(condition))
            with checker.aside():
                checker.suppose(condition, holds=True)
                found = checker.of(branch)
            checker.suppose(condition, holds=False)
            if is_open and held is not False:
                results.append(found)
            is_open = is_open and held is not True
        last = checker.of(operands[-1]) if len(operands) % 2 else NULL
    return union(*results, last) if is_open else union(*results)


def _checks_at(*, wanted: bool) -> Callable[[Checker, Call], Type]:
    left = truthy_type if wanted else falsy_type

    def check(checker: Checker, call: Call) -> Type:
        results, is_open = list[Type](), True
        with checker.aside():
            for operand in call.operands[:-1]:
                found = checker.of(operand)
                if is_open:
                    results.append(left(found))
                is_open = is_open and truth_of(found) is not wanted
                checker.suppose(operand, holds=not wanted)
            last = checker.of(call.operands[-1]) if call.operands else NULL
        return union(*results, last) if is_open else union(*results)

    return check


def _checks_truth(*, negated: bool) -> Callable[[Checker, Call], Type]:
    def check(checker: Checker, call: Call) -> Type:
        answer = truth_of(checker.of(call.operands[0]))
        return BOOLEAN if answer is None else Boolean(answer is not negated)

    return check


OPERATORS = (
    Operator("if", 0, None, _close_if, _emit_if, _check_if, "chooses", aliases=("?:",)),
    Operator(
        "and", 0, None, _closes_at(wanted=False), _emits_at(wanted=False), _checks_at(wanted=False), "needs all of"
    ),
    Operator("or", 0, None, _closes_at(wanted=True), _emits_at(wanted=True), _checks_at(wanted=True), "needs one of"),
    Operator("!", 1, 1, applied(_not), _emit_truth(negated=True), _checks_truth(negated=True), "needs it false"),
    Operator("!!", 1, 1, applied(truthy), _emit_truth(negated=False), _checks_truth(negated=False), "needs it true"),
)
