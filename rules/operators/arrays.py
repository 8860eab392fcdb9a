"""Array operators: loops, whose body has an element as its scope, merge and log."""

from collections.abc import Callable

from rules import work
from rules.bounds import StepBudget
from rules.check import Checker
from rules.closures import Closure, ClosureBuilder, applied, charged, step_cost
from rules.codegen import CodeGenerator, Operand, ReduceScope, emit_applied, emit_charged, truth_test
from rules.expression import Call, Operator
from rules.narrowing import assume
from rules.operators.lookup import reads_whole_scope
from rules.types import (
    ANY,
    BOOLEAN,
    NEVER,
    NULL,
    AnyType,
    ArrayType,
    BooleanType,
    NullType,
    Type,
    falsy_only,
    may_be,
    options,
    present,
    read_type,
    record,
    union,
    widened,
)
from rules.types import definite_truth as truth_of
from rules.values import Json, is_truthy


def _build_map(builder: ClosureBuilder, call: Call) -> Closure:
    elements, body, cost = _loop(builder, call)

    def evaluate(data: Json, budget: StepBudget) -> Json:
        array = _charged_array(elements(data, budget), cost, budget)
        return [body(element, budget) for element in array]

    return evaluate


def _build_filter(builder: ClosureBuilder, call: Call) -> Closure:
    elements, body, cost = _loop(builder, call)

    def evaluate(data: Json, budget: StepBudget) -> Json:
        array = _charged_array(elements(data, budget), cost, budget)
        return [element for element in array if is_truthy(body(element, budget))]

    return evaluate


def _builds_search(*, stop_at: bool, found: bool, empty: bool) -> Callable[[ClosureBuilder, Call], Closure]:
    """Build a search that stops at an element whose truth is `stop_at`: `found` if there is one, else its opposite."""

    def build(builder: ClosureBuilder, call: Call) -> Closure:
        elements, body, cost = _loop(builder, call)

        def evaluate(data: Json, budget: StepBudget) -> Json:
            array = _charged_array(elements(data, budget), cost, budget)
            if not array:
                return empty
            return found if any(is_truthy(body(element, budget)) is stop_at for element in array) else not found

        return evaluate

    return build


def _build_reduce(builder: ClosureBuilder, call: Call) -> Closure:
    elements, body, cost = _loop(builder, call)
    start = builder.build(call.operands[2]) if len(call.operands) > 2 else None

    def evaluate(data: Json, budget: StepBudget) -> Json:
        array = _charged_array(elements(data, budget), cost, budget)
        total = start(data, budget) if start else None
        for element in array:
            total = body({"current": element, "accumulator": total}, budget)
        return total

    return evaluate


def _loop(builder: ClosureBuilder, call: Call) -> tuple[Closure, Closure, int]:
    return builder.build(call.operands[0]), builder.build(call.operands[1]), step_cost(call.operands[1])


def _charged_array(array: Json, cost: int, budget: StepBudget) -> list[Json]:
    """Charge the loop over the array, and return it; empty if it is not an array."""
    if not isinstance(array, list):
        return []
    budget.charge(len(array) * cost)
    return array


def _emit_map(code: CodeGenerator, call: Call) -> Operand:
    array, result = code.atom(code.emit(call.operands[0])), code.new_variable()
    code.line(f"{result} = []")
    code.flush()
    with code.block(f"if {array.text}.__class__ is list"), code.loop(array.text, call.operands[1]):
        value = code.emit(call.operands[1])
        code.line(f"{result}.append({value.text})")
        code.flush()
    return Operand(result, "array")


def _emit_filter(code: CodeGenerator, call: Call) -> Operand:
    array, result = code.atom(code.emit(call.operands[0])), code.new_variable()
    code.line(f"{result} = []")
    code.flush()
    with (
        code.block(f"if {array.text}.__class__ is list"),
        code.loop(array.text, call.operands[1]) as element,
    ):
        value = code.atom(code.emit(call.operands[1]))
        code.flush()
        code.line(f"if {truth_test(value)}: {result}.append({element})")
    return Operand(result, "array")


def _emits_search(*, stop_at: bool, found: bool, empty: bool) -> Callable[[CodeGenerator, Call], Operand]:
    def emit(code: CodeGenerator, call: Call) -> Operand:
        array, result = code.atom(code.emit(call.operands[0])), code.new_variable()
        code.line(f"{result} = {empty}")
        code.flush()
        with code.block(f"if {array.text}.__class__ is list and {array.text}"):
            if empty is found:
                code.line(f"{result} = {not found}")
            with code.loop(array.text, call.operands[1]):
                value = code.atom(code.emit(call.operands[1]))
                code.flush()
                with code.block(f"if {truth_test(value)}" if stop_at else f"if not {truth_test(value)}"):
                    code.line(f"{result} = {found}")
                    code.line("break")
        return Operand(result, "boolean")

    return emit


def _emit_reduce(code: CodeGenerator, call: Call) -> Operand:
    array, total = code.atom(code.emit(call.operands[0])), code.new_variable()
    if len(call.operands) > 2:
        code.assign(total, call.operands[2])
    else:
        code.line(f"{total} = None")
    code.flush()
    with (
        code.block(f"if {array.text}.__class__ is list"),
        code.loop(array.text, call.operands[1]) as element,
    ):
        whole = code.new_variable() if reads_whole_scope(call.operands[1]) else None
        if whole is not None:
            code.line(f"{whole} = {{'current': {element}, 'accumulator': {total}}}")
        code.scope = ReduceScope(element, total, whole)
        next_total = code.atom(code.emit(call.operands[1]))
        code.flush()
        code.line(f"{total} = {next_total.text}")
    return Operand(total)


def _merge(*values: Json) -> list[Json]:
    merged: list[Json] = []
    for value in values:
        if isinstance(value, list):
            merged.extend(value)
        else:
            merged.append(value)
    return merged


def _log(value: Json) -> Json:
    """Return the value and log nothing, as rules have no side effects; traces show the value."""
    return value


def _elements(checker: Checker, call: Call) -> Type:
    """Infer the element type of a loop; null counts as an empty array."""
    operand, name = call.operands[0], call.operator.name
    found = checker.infer(operand)
    arrays = present(found)
    if (not may_be(arrays, ArrayType) and arrays != NEVER) or len(options(arrays)) > 1:
        checker.add_mismatch(operand, arrays, ArrayType(ANY), name)
        return NEVER
    return read_type(union(*(option.element for option in options(arrays) if isinstance(option, ArrayType))))


def _check_map(checker: Checker, call: Call) -> Type:
    with checker.loop_scope(_elements(checker, call), call.operator.name):
        return ArrayType(checker.infer(call.operands[1]))


def _check_filter(checker: Checker, call: Call) -> Type:
    element = _elements(checker, call)
    with checker.loop_scope(element, "filter"):
        checker.infer(call.operands[1])
    return ArrayType(assume(element, call.operands[1], holds=True))


def _checks_search(*, stop_at: bool, found: bool, empty: bool) -> Callable[[Checker, Call], Type]:
    def check(checker: Checker, call: Call) -> Type:
        element = _elements(checker, call)
        with checker.loop_scope(element, call.operator.name):
            truth = truth_of(checker.infer(call.operands[1]))
        elements = checker.inferred(call.operands[0])
        results = {empty} if falsy_only(elements) != NEVER or element == NEVER else set[bool]()
        if element != NEVER:
            results |= {found, not found} if truth is None else {found if truth is stop_at else not found}
        return BooleanType(results.pop()) if len(results) == 1 else BOOLEAN

    return check


def _check_reduce(checker: Checker, call: Call) -> Type:
    """Infer the accumulator's type as a fixed point: the start's type, widened by the body's until it is stable."""
    element = _elements(checker, call)
    start = checker.infer(call.operands[2]) if len(call.operands) > 2 else NULL
    total = widened(start)
    for _ in range(_MOST_ROUNDS):
        faults_before = len(checker.faults)
        with checker.loop_scope(record({"current": element, "accumulator": total}), "reduce"):
            wider = union(total, widened(checker.infer(call.operands[1])))
        if wider == total:
            return total if len(call.operands) > 2 else _without_start(checker, call, total, faults_before)
        del checker.faults[faults_before:]
        total = wider
    with checker.loop_scope(record({"current": element, "accumulator": ANY}), "reduce"):
        checker.infer(call.operands[1])
    return ANY


_MOST_ROUNDS = 4


def _without_start(checker: Checker, call: Call, total: Type, faults_before: int) -> Type:
    """Replace the faults of an accumulator that is null at first by one with the cure; return the result's type."""
    lacking = [each for each in checker.faults[faults_before:] if each.message.startswith("accumulator may be null")]
    if not lacking:
        return total
    checker.faults[faults_before:] = [each for each in checker.faults[faults_before:] if each not in lacking]
    checker.add_fault(
        "may_be_missing",
        call,
        "accumulator is null at first: give reduce a third operand, as 0 for a sum",
    )
    return present(total)


def _check_merge(checker: Checker, call: Call) -> Type:
    elements = list[Type]()
    for operand in call.operands:
        found = checker.infer(operand)
        if may_be(found, AnyType):
            elements.append(ANY)
        elif may_be(found, NullType):
            checker.add_mismatch(operand, found, ArrayType(ANY), "merge")
        else:
            elements += [option.element if isinstance(option, ArrayType) else option for option in options(found)]
    return ArrayType(union(*elements))


def _check_log(checker: Checker, call: Call) -> Type:
    return checker.infer(call.operands[0])


def _search(name: str, words: str, *, stop_at: bool, found: bool, empty: bool) -> Operator:
    build = _builds_search(stop_at=stop_at, found=found, empty=empty)
    emit = _emits_search(stop_at=stop_at, found=found, empty=empty)
    check = _checks_search(stop_at=stop_at, found=found, empty=empty)
    return Operator(name, 2, 2, build, emit, check, words)


OPERATORS = (
    Operator("map", 2, 2, _build_map, _emit_map, _check_map, "makes"),
    Operator("filter", 2, 2, _build_filter, _emit_filter, _check_filter, "keeps"),
    Operator("reduce", 2, 3, _build_reduce, _emit_reduce, _check_reduce, "reduces"),
    _search("all", "elements that all have", stop_at=False, found=False, empty=False),
    _search("some", "an element that has", stop_at=True, found=True, empty=False),
    _search("none", "no element that has", stop_at=True, found=False, empty=True),
    Operator(
        "merge",
        0,
        None,
        charged(_merge, work.merge),
        emit_charged(_merge, "array", work.merge),
        _check_merge,
        "joins",
    ),
    Operator("log", 1, 1, applied(_log), emit_applied(_log), _check_log, "logs"),
)
