"""Logic operators: if, and, or, ! and !!."""

from collections.abc import Callable

from rules.bounds import StepBudget
from rules.check import Checker
from rules.closures import Closure, ClosureBuilder, applied
from rules.codegen import CodeGenerator, Operand, StaticType, truth_test
from rules.expression import Call, Operator
from rules.types import BOOLEAN, NEVER, NULL, AbsentType, AnyType, BooleanType, NullType, Type, may_be, present, union
from rules.types import definite_truth as truth_of
from rules.types import falsy_only as falsy_type
from rules.types import truthy_only as truthy_type
from rules.values import Json, is_truthy


def _build_if(builder: ClosureBuilder, call: Call) -> Closure:
    parts = builder.build_operands(call)
    pairs = list(zip(parts[0:-1:2], parts[1::2], strict=False))
    otherwise = parts[-1] if len(parts) % 2 else None

    def evaluate(data: Json, work: StepBudget) -> Json:
        for condition, consequence in pairs:
            if is_truthy(condition(data, work)):
                return consequence(data, work)
        return otherwise(data, work) if otherwise else None

    return evaluate


def _emit_if(code: CodeGenerator, call: Call) -> Operand:
    result, operands = code.new_variable(), call.operands
    with code.block("while True"):
        for position in range(0, len(operands) - 1, 2):
            condition = code.atom(code.emit(operands[position]))
            code.flush()
            with code.block(f"if {truth_test(condition)}"):
                code.assign(result, operands[position + 1])
                code.flush()
                code.line("break")
        if len(operands) % 2:
            code.assign(result, operands[-1])
            code.flush()
        else:
            code.line(f"{result} = None")
        code.line("break")
    return Operand(result)


def _builds_first(*, wanted: bool) -> Callable[[ClosureBuilder, Call], Closure]:
    """Build the operator that returns its first operand with the wanted truth, else its last."""

    def build(builder: ClosureBuilder, call: Call) -> Closure:
        operands = builder.build_operands(call)

        def evaluate(data: Json, work: StepBudget) -> Json:
            value = None
            for operand in operands:
                value = operand(data, work)
                if is_truthy(value) is wanted:
                    break
            return value

        return evaluate

    return build


def _emits_first(*, wanted: bool) -> Callable[[CodeGenerator, Call], Operand]:
    def emit(code: CodeGenerator, call: Call) -> Operand:
        result, known = code.new_variable(), set[StaticType]()
        with code.block("while True"):
            for operand in call.operands[:-1]:
                static_type = code.assign(result, operand)
                known.add(static_type)
                code.flush()
                test = truth_test(Operand(result, static_type))
                code.line(f"if {test if wanted else f'not {test}'}: break")
            if call.operands:
                known.add(code.assign(result, call.operands[-1]))
                code.flush()
            else:
                code.line(f"{result} = None")
            code.line("break")
        return Operand(result, _common(known))

    return emit


def _common(known: set[StaticType]) -> StaticType:
    return next(iter(known)) if len(known) == 1 else "any"


def _build_coalesce(builder: ClosureBuilder, call: Call) -> Closure:
    operands = builder.build_operands(call)

    def evaluate(data: Json, work: StepBudget) -> Json:
        value = None
        for operand in operands:
            value = operand(data, work)
            if value is not None:
                break
        return value

    return evaluate


def _emit_coalesce(code: CodeGenerator, call: Call) -> Operand:
    result = code.new_variable()
    with code.block("while True"):
        for operand in call.operands[:-1]:
            code.assign(result, operand)
            code.flush()
            code.line(f"if {result} is not None: break")
        if call.operands:
            code.assign(result, call.operands[-1])
            code.flush()
        else:
            code.line(f"{result} = None")
        code.line("break")
    return Operand(result)


def _not(value: Json) -> bool:
    return not is_truthy(value)


def _emit_truth(*, negated: bool) -> Callable[[CodeGenerator, Call], Operand]:
    def emit(code: CodeGenerator, call: Call) -> Operand:
        (operand,) = code.atoms(call)
        test = f"not {truth_test(operand)}" if negated else f"not not {truth_test(operand)}"
        return Operand(f"({test})", "boolean", atom=False)

    return emit


def _check_if(checker: Checker, call: Call) -> Type:
    """Return the union of the branches that can run, each inferred with the conditions before it."""
    results, is_reachable = list[Type](), True
    operands = call.operands
    with checker.branch_scope():
        for condition, branch in zip(operands[0:-1:2], operands[1::2], strict=False):
            held = truth_of(checker.infer(condition))
            with checker.branch_scope():
                checker.assume(condition, holds=True)
                found = checker.infer(branch)
            checker.assume(condition, holds=False)
            if is_reachable and held is not False:
                results.append(found)
            is_reachable = is_reachable and held is not True
        last = checker.infer(operands[-1]) if len(operands) % 2 else NULL
    return union(*results, last) if is_reachable else union(*results)


def _checks_first(*, wanted: bool) -> Callable[[Checker, Call], Type]:
    left = truthy_type if wanted else falsy_type

    def check(checker: Checker, call: Call) -> Type:
        results, is_reachable = list[Type](), True
        with checker.branch_scope():
            for operand in call.operands[:-1]:
                found = checker.infer(operand)
                if is_reachable:
                    results.append(left(found))
                is_reachable = is_reachable and truth_of(found) is not wanted
                checker.assume(operand, holds=not wanted)
            last = checker.infer(call.operands[-1]) if call.operands else NULL
        return union(*results, last) if is_reachable else union(*results)

    return check


def _check_coalesce(checker: Checker, call: Call) -> Type:
    """Return the union of the operands without null, up to the first that is never null."""
    found, results = [checker.infer(operand) for operand in call.operands], list[Type]()
    for each in found[:-1]:
        results.append(present(each))
        if each != NEVER and not may_be(each, NullType, AbsentType, AnyType):
            return union(*results)
    return union(*results, *(found[-1:] or [NULL]))


def _checks_truth(*, negated: bool) -> Callable[[Checker, Call], Type]:
    def check(checker: Checker, call: Call) -> Type:
        truth = truth_of(checker.infer(call.operands[0]))
        return BOOLEAN if truth is None else BooleanType(truth is not negated)

    return check


OPERATORS = (
    Operator("if", 0, None, _build_if, _emit_if, _check_if, "chooses", aliases=("?:",)),
    Operator(
        "and",
        0,
        None,
        _builds_first(wanted=False),
        _emits_first(wanted=False),
        _checks_first(wanted=False),
        "needs all of",
    ),
    Operator(
        "or", 0, None, _builds_first(wanted=True), _emits_first(wanted=True), _checks_first(wanted=True), "needs one of"
    ),
    Operator("??", 0, None, _build_coalesce, _emit_coalesce, _check_coalesce, "takes the first that is not null"),
    Operator("!", 1, 1, applied(_not), _emit_truth(negated=True), _checks_truth(negated=True), "needs it false"),
    Operator("!!", 1, 1, applied(is_truthy), _emit_truth(negated=False), _checks_truth(negated=False), "needs it true"),
)
