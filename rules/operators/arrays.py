"""Arrays: every element in turn becomes what `var` looks into."""

from collections.abc import Callable

from rules.bounds import Work
from rules.check import Checker
from rules.closures import Closer, Closure, applied, charged, weight
from rules.expression import Call, Operator
from rules.narrowing import assume
from rules.operators.lookup import looks_at_all
from rules.source import Fold, Operand, Source, emit_applied, emit_charged, truth
from rules.types import (
    ANY,
    BOOLEAN,
    NEVER,
    NULL,
    Anything,
    Array,
    Boolean,
    Null,
    Type,
    falsy,
    may_be,
    options,
    present,
    read,
    record,
    union,
    widened,
)
from rules.types import truth as truth_of
from rules.values import Json, truthy


def _close_map(closer: Closer, call: Call) -> Closure:
    elements, body, cost = _loop(closer, call)

    def evaluate(data: Json, work: Work) -> Json:
        array = _entered(elements(data, work), cost, work)
        return [body(element, work) for element in array]

    return evaluate


def _close_filter(closer: Closer, call: Call) -> Closure:
    elements, body, cost = _loop(closer, call)

    def evaluate(data: Json, work: Work) -> Json:
        array = _entered(elements(data, work), cost, work)
        return [element for element in array if truthy(body(element, work))]

    return evaluate


def _closes_search(*, stop_at: bool, found: bool, empty: bool) -> Callable[[Closer, Call], Closure]:
    """Looks for an element whose truth is `stop_at`; worth `found` if there is one, else its opposite."""

    def close(closer: Closer, call: Call) -> Closure:
        elements, body, cost = _loop(closer, call)

        def evaluate(data: Json, work: Work) -> Json:
            array = _entered(elements(data, work), cost, work)
            if not array:
                return empty
            return found if any(truthy(body(element, work)) is stop_at for element in array) else not found

        return evaluate

    return close


def _close_reduce(closer: Closer, call: Call) -> Closure:
    elements, body, cost = _loop(closer, call)
    start = closer.of(call.operands[2]) if len(call.operands) > 2 else None

    def evaluate(data: Json, work: Work) -> Json:
        array = _entered(elements(data, work), cost, work)
        total = start(data, work) if start else None
        for element in array:
            total = body({"current": element, "accumulator": total}, work)
        return total

    return evaluate


def _loop(closer: Closer, call: Call) -> tuple[Closure, Closure, int]:
    return closer.of(call.operands[0]), closer.of(call.operands[1]), weight(call.operands[1])


def _entered(array: Json, cost: int, work: Work) -> list[Json]:
    """The array, paid for; what is no array has no elements."""
    if not isinstance(array, list):
        return []
    work.charge(len(array) * cost)
    return array


def _emit_map(source: Source, call: Call) -> Operand:
    array, result = source.atom(source.value(call.operands[0])), source.new()
    source.line(f"{result} = []")
    source.flush()
    with source.block(f"if {array.text}.__class__ is list"), source.loop(array.text, call.operands[1]):
        value = source.value(call.operands[1])
        source.line(f"{result}.append({value.text})")
        source.flush()
    return Operand(result, "array")


def _emit_filter(source: Source, call: Call) -> Operand:
    array, result = source.atom(source.value(call.operands[0])), source.new()
    source.line(f"{result} = []")
    source.flush()
    with (
        source.block(f"if {array.text}.__class__ is list"),
        source.loop(array.text, call.operands[1]) as element,
    ):
        value = source.atom(source.value(call.operands[1]))
        source.flush()
        source.line(f"if {truth(value)}: {result}.append({element})")
    return Operand(result, "array")


def _emits_search(*, stop_at: bool, found: bool, empty: bool) -> Callable[[Source, Call], Operand]:
    def emit(source: Source, call: Call) -> Operand:
        array, result = source.atom(source.value(call.operands[0])), source.new()
        source.line(f"{result} = {empty}")
        source.flush()
        with source.block(f"if {array.text}.__class__ is list and {array.text}"):
            if empty is found:
                source.line(f"{result} = {not found}")
            with source.loop(array.text, call.operands[1]):
                value = source.atom(source.value(call.operands[1]))
                source.flush()
                with source.block(f"if {truth(value)}" if stop_at else f"if not {truth(value)}"):
                    source.line(f"{result} = {found}")
                    source.line("break")
        return Operand(result, "boolean")

    return emit


def _emit_reduce(source: Source, call: Call) -> Operand:
    array, total = source.atom(source.value(call.operands[0])), source.new()
    if len(call.operands) > 2:
        source.into(total, call.operands[2])
    else:
        source.line(f"{total} = None")
    source.flush()
    with (
        source.block(f"if {array.text}.__class__ is list"),
        source.loop(array.text, call.operands[1]) as element,
    ):
        whole = source.new() if looks_at_all(call.operands[1]) else None
        if whole is not None:
            source.line(f"{whole} = {{'current': {element}, 'accumulator': {total}}}")
        source.scope = Fold(element, total, whole)
        next_total = source.atom(source.value(call.operands[1]))
        source.flush()
        source.line(f"{total} = {next_total.text}")
    return Operand(total)


def _merge(*values: Json) -> list[Json]:
    merged: list[Json] = []
    for value in values:
        if isinstance(value, list):
            merged.extend(value)
        else:
            merged.append(value)
    return merged


def _copied(merged: list[Json], *_: Json) -> int:
    return len(merged)


def _log(value: Json) -> Json:
    """Nothing is written: a rule touches nothing; the trace shows the value."""
    return value


def _elements(checker: Checker, call: Call) -> Type:
    """The type of the elements a loop runs over; null is an array without any."""
    operand, name = call.operands[0], call.operator.name
    found = checker.of(operand)
    arrays = present(found)
    if (not may_be(arrays, Array) and arrays != NEVER) or len(options(arrays)) > 1:
        checker.unfit(operand, arrays, Array(ANY), name)
        return NEVER
    return read(union(*(option.element for option in options(arrays) if isinstance(option, Array))))


def _check_map(checker: Checker, call: Call) -> Type:
    with checker.within(_elements(checker, call), call.operator.name):
        return Array(checker.of(call.operands[1]))


def _check_filter(checker: Checker, call: Call) -> Type:
    element = _elements(checker, call)
    with checker.within(element, "filter"):
        checker.of(call.operands[1])
    return Array(assume(element, call.operands[1], holds=True))


def _checks_search(*, stop_at: bool, found: bool, empty: bool) -> Callable[[Checker, Call], Type]:
    def check(checker: Checker, call: Call) -> Type:
        element = _elements(checker, call)
        with checker.within(element, call.operator.name):
            answer = truth_of(checker.of(call.operands[1]))
        elements = checker.type_of(call.operands[0])
        results = {empty} if falsy(elements) != NEVER or element == NEVER else set[bool]()
        if element != NEVER:
            results |= {found, not found} if answer is None else {found if answer is stop_at else not found}
        return Boolean(results.pop()) if len(results) == 1 else BOOLEAN

    return check


def _check_reduce(checker: Checker, call: Call) -> Type:
    """The accumulator's type is found by trying: the first guess is the start's, then it is joined with the body's."""
    element = _elements(checker, call)
    start = checker.of(call.operands[2]) if len(call.operands) > 2 else NULL
    total = widened(start)
    for _ in range(_TRIES):
        noted = len(checker.faults)
        with checker.within(record({"current": element, "accumulator": total}), "reduce"):
            further = union(total, widened(checker.of(call.operands[1])))
        if further == total:
            return total
        del checker.faults[noted:]
        total = further
    with checker.within(record({"current": element, "accumulator": ANY}), "reduce"):
        checker.of(call.operands[1])
    return ANY


_TRIES = 4


def _check_merge(checker: Checker, call: Call) -> Type:
    elements = list[Type]()
    for operand in call.operands:
        found = checker.of(operand)
        if may_be(found, Anything):
            elements.append(ANY)
        elif may_be(found, Null):
            checker.unfit(operand, found, Array(ANY), "merge")
        else:
            elements += [option.element if isinstance(option, Array) else option for option in options(found)]
    return Array(union(*elements))


def _check_log(checker: Checker, call: Call) -> Type:
    return checker.of(call.operands[0])


def _search(name: str, words: str, *, stop_at: bool, found: bool, empty: bool) -> Operator:
    close = _closes_search(stop_at=stop_at, found=found, empty=empty)
    emit = _emits_search(stop_at=stop_at, found=found, empty=empty)
    check = _checks_search(stop_at=stop_at, found=found, empty=empty)
    return Operator(name, 2, 2, close, emit, check, words)


OPERATORS = (
    Operator("map", 2, 2, _close_map, _emit_map, _check_map, "makes"),
    Operator("filter", 2, 2, _close_filter, _emit_filter, _check_filter, "keeps"),
    Operator("reduce", 2, 3, _close_reduce, _emit_reduce, _check_reduce, "reduces"),
    _search("all", "elements that all have", stop_at=False, found=False, empty=False),
    _search("some", "an element that has", stop_at=True, found=True, empty=False),
    _search("none", "no element that has", stop_at=True, found=False, empty=True),
    Operator(
        "merge",
        0,
        None,
        charged(_merge, _copied),
        emit_charged(_merge, "array", "len({result})"),
        _check_merge,
        "joins",
    ),
    Operator("log", 1, 1, applied(_log), emit_applied(_log), _check_log, "logs"),
)
