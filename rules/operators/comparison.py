"""Equality, order and membership."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

from rules import exact
from rules.bounds import StepBudget
from rules.check import Checker, date_suggestion, label
from rules.closures import Closure, ClosureBuilder, applied
from rules.codegen import CodeGenerator, Operand, guarded, number_test, text_test
from rules.expression import ArrayLiteral, Call, Expression, Literal, Operator, children, constant_value, is_constant
from rules.paths import static_path
from rules.render import literal_path
from rules.spelling import closest_match
from rules.types import (
    BOOLEAN,
    INSTANT,
    NEVER,
    NULL,
    NUMBER,
    TEXT,
    AnyType,
    ArrayType,
    BooleanType,
    NumberType,
    RecordType,
    TextType,
    Type,
    described,
    fits,
    intersection,
    may_be,
    options,
    present,
    range_of,
    union,
    wholly_below,
    widened,
)
from rules.values import Json, contains, less, less_or_equal, loosely_equal, strictly_equal


def _loosely_different(left: Json, right: Json) -> bool:
    return not loosely_equal(left, right)


def _strictly_different(left: Json, right: Json) -> bool:
    return not strictly_equal(left, right)


def _greater(left: Json, right: Json) -> bool:
    return less(right, left)


def _greater_or_equal(left: Json, right: Json) -> bool:
    return less_or_equal(right, left)


def _chained(compare: Callable[[Json, Json], bool]) -> Callable[..., bool]:
    """With three operands, whether the middle one lies between."""

    def chained(first: Json, second: Json, third: Json) -> bool:
        return compare(first, second) and compare(second, third)

    return chained


def _closes_chain(compare: Callable[[Json, Json], bool]) -> Callable[[ClosureBuilder, Call], Closure]:
    two, three = applied(compare), applied(_chained(compare))
    return lambda builder, call: (two if len(call.operands) == 2 else three)(builder, call)


def _emits_equality(symbol: str, function: Callable[[Json, Json], bool]) -> Callable[[CodeGenerator, Call], Operand]:
    def emit(code: CodeGenerator, call: Call) -> Operand:
        left, right = code.atoms(call)
        fast, slow = f"{left.text} {symbol} {right.text}", code.call(function, (left, right))
        if right.text == "None" and left.is_name:
            return Operand(f"({left.text} {'is' if symbol == '==' else 'is not'} None)", "boolean", atom=False)
        if "text" in (left.static_type, right.static_type):
            tests = [text_test(left), text_test(right)]
        elif _is_numeric(left) or _is_numeric(right):
            tests = [number_test(left), number_test(right)]
        else:
            tests = [f"{left.text}.__class__ is {right.text}.__class__ is str"]
        return guarded(fast, tests, slow, "boolean")

    return emit


def _is_numeric(operand: Operand) -> bool:
    return operand.static_type in ("number", "decimal", "number or null")


def _emits_order(symbol: str, function: Callable[[Json, Json], bool]) -> Callable[[CodeGenerator, Call], Operand]:
    chained = _chained(function)

    def emit(code: CodeGenerator, call: Call) -> Operand:
        operands = code.atoms(call)
        slow = code.call(function if len(operands) == 2 else chained, operands)
        fast = f" {symbol} ".join(operand.text for operand in operands)
        return guarded(fast, map(number_test, operands), slow, "boolean")

    return emit


def _is_written(call: Call) -> bool:
    """Whether the rule itself says where an `in` looks."""
    return is_constant(call.operands[1])


def _close_in(builder: ClosureBuilder, call: Call) -> Closure:
    needle, haystack = builder.build_operands(call)
    written = _is_written(call)

    def evaluate(data: Json, work: StepBudget) -> Json:
        sought, place = needle(data, work), haystack(data, work)
        if not written and isinstance(place, list | str):
            work.charge(len(place))
        return contains(sought, place)

    return evaluate


def _emit_in(code: CodeGenerator, call: Call) -> Operand:
    if _is_written(call):
        return _emit_in_constant(code, call, call.operands[1])
    needle, haystack = code.atoms(call)
    code.charge(f"len({haystack.text}) if {haystack.text}.__class__ in {code.bind(_COUNTED)} else 0")
    return code.call(contains, (needle, haystack), "boolean")


def _emit_in_constant(code: CodeGenerator, call: Call, place: Expression) -> Operand:
    needle, elements = code.atom(code.emit(call.operands[0])), constant_value(place)
    slow = code.call(contains, (needle, Operand(code.bind(elements))))
    if isinstance(elements, str) and elements:
        return guarded(f"{needle.text} in {elements!r}", [text_test(needle)], slow, "boolean")
    if elements and isinstance(elements, list):
        texts = all(isinstance(element, str) for element in elements)
        if texts or all(type(element) in (int, Decimal) for element in elements):
            test = text_test(needle) if texts else number_test(needle)
            return guarded(f"{needle.text} in {code.bind(frozenset(elements))}", [test], slow, "boolean")
    return Operand(slow.text, "boolean", atom=False)


_COUNTED = frozenset({list, str})


def _checks_equality(name: str, *, strict: bool) -> Callable[[Checker, Call], Type]:
    """Texts, numbers, truth values and dates are compared with their like; null is simply equal to nothing else."""
    negated = name.startswith("!")

    def check(checker: Checker, call: Call) -> Type:
        left, right = call.operands
        found = checker.infer(left), checker.infer(right)
        if _fault_unequal(checker, call, strict=strict):
            return BOOLEAN
        equal = True if _are_same(left, right) else _are_equal(*found)
        return BOOLEAN if equal is None else BooleanType(equal is not negated)

    return check


def _fault_unequal(checker: Checker, call: Call, *, strict: bool) -> bool:
    """Says why two values could never be equal, whatever conditions around them say."""
    (left, right), name, noted = call.operands, call.operator.name, len(checker.faults)
    one, other = (present(checker.unnarrowed_type(side)) for side in (left, right))
    if NEVER in (one, other) or may_be(one, AnyType) or may_be(other, AnyType):
        return False
    if may_be(one, ArrayType, RecordType) or may_be(other, ArrayType, RecordType):
        at, found = (left, one) if may_be(one, ArrayType, RecordType) else (right, other)
        checker.add_fault("wrong_type", at, f"{label(at)} is {described(found)}, {name} compares none of those")
    elif intersection(widened(one), widened(other)) == NEVER:
        message = f"{label(left)} is {described(one)}, {label(right)} is {described(other)}: they are never equal"
        checker.add_fault(
            "wrong_type", right, message, date_suggestion(right, other, one) or date_suggestion(left, one, other)
        )
    elif intersection(one, other) == NEVER and _lists(left, one, right, other):
        _fault_not_among(checker, (left, one), (right, other))
    elif not strict and len(options(one)) + len(options(other)) > 2:
        message = f"{label(left)} is {described(one)}, {label(right)} is {described(other)}: {name} converts them"
        checker.add_fault("wrong_type", call, message, f"{name}=")
    return len(checker.faults) > noted


def _lists(left: Expression, one: Type, right: Expression, other: Type) -> bool:
    """Whether a value is compared with what lists its own, as an enum does; of two literals, neither does."""
    sides = ((left, one), (right, other))
    return any(not isinstance(side, Literal) and _has_values(type_) for side, type_ in sides)


def _has_values(of: Type) -> bool:
    return any(
        (isinstance(option, TextType | NumberType) and option.values is not None)
        or (isinstance(option, BooleanType) and option.value is not None)
        for option in options(of)
    )


def _are_same(left: Expression, right: Expression) -> bool:
    """Whether both look up the same."""
    looked_up = [static_path(side) for side in (left, right) if literal_path(side) and len(children(side)) == 1]  # type: ignore[arg-type]  # what has a path is a call
    return len(looked_up) == 2 and looked_up[0] == looked_up[1]


def _are_equal(left: Type, right: Type) -> bool | None:
    """Whether all values of both are the same one, or no two of them; None where it depends."""
    if (
        NEVER in (left, right)
        or may_be(left, AnyType, ArrayType, RecordType)
        or may_be(right, AnyType, ArrayType, RecordType)
    ):
        return None
    if intersection(left, right) == NEVER:
        return False
    return True if left == right and _is_one_value(left) else None


def _is_one_value(of: Type) -> bool:
    match of:
        case TextType() | NumberType():
            return of.values is not None and len(of.values) == 1 and not (isinstance(of, TextType) and of.open)
        case BooleanType():
            return of.value is not None
        case _:
            return of == NULL


def _fault_not_among(checker: Checker, left: tuple[Expression, Type], right: tuple[Expression, Type]) -> None:
    (said, _), (place, known) = (left, right) if isinstance(left[0], Literal) else (right, left)
    allowed = _values_of(known)
    names = ", ".join(map(exact.dumps, allowed[:8])) + (", ..." if len(allowed) > 8 else "")
    only = f"only one of {names}" if len(allowed) > 1 else f"only {names}" if allowed else "there is none"
    suggestion = _meant(said, allowed)
    never = "never holds" if may_be(checker.inferred(place), ArrayType) else "is never"
    message = f"{label(place)} {never} {label(said)}, {only}"
    checker.add_fault("not_in_enum", said, message, suggestion and exact.dumps(suggestion))


def _values_of(known: Type) -> list[Json]:
    """The values of an enum."""
    listed = [
        value for option in options(known) if isinstance(option, TextType | NumberType) for value in option.values or ()
    ]
    return listed + [
        option.value for option in options(known) if isinstance(option, BooleanType) and option.value is not None
    ]


def _meant(said: Expression, allowed: list[Json]) -> str | None:
    """The value that was probably meant."""
    if not isinstance(said, Literal) or not isinstance(said.value, str):
        return None
    return closest_match(said.value, (text for text in allowed if isinstance(text, str)))


def _checks_order(name: str) -> Callable[[Checker, Call], Type]:
    """Numbers, texts or dates, and all operands of one kind."""

    def check(checker: Checker, call: Call) -> Type:
        found = [checker.infer(operand) for operand in call.operands]
        kinds = (NUMBER, TEXT, INSTANT)
        wanted = next((kind for kind in kinds for type_ in found if type_ != NEVER and fits(type_, kind)), None)
        if wanted is None:
            likely = [
                kind for kind in kinds for type_ in found if present(type_) != NEVER and fits(present(type_), kind)
            ]
            wanted = likely[0] if likely else NUMBER
        if INSTANT in found:
            wanted = INSTANT
        for operand, type_ in zip(call.operands, found, strict=True):
            if not fits(type_, wanted):
                checker.add_mismatch(operand, type_, wanted, name)
        if any(_are_same(*pair) for pair in pairwise(call.operands)):
            return BOOLEAN if name.endswith("=") and len(found) > 2 else BooleanType(name.endswith("="))
        return _order_of(name, found)

    return check


def _order_of(name: str, found: list[Type]) -> Type:
    """True or false where the ranges of numbers say so, of each and the next."""
    answers = {_is_less(left, right, name) for left, right in pairwise(found)}
    if False in answers or _is_less(found[0], found[-1], name) is False:
        return BooleanType(False)
    return BooleanType(True) if answers == {True} else BOOLEAN


def _is_less(left: Type, right: Type, name: str) -> bool | None:
    """Whether the comparison holds for every number of the left with every one of the right, or for no two."""
    one, other = (left, right) if name.startswith("<") else (right, left)
    if not isinstance(one, NumberType) or not isinstance(other, NumberType):
        return None
    touching = name.endswith("=")
    if wholly_below(range_of(one), range_of(other), touching=touching):
        return True
    return False if wholly_below(range_of(other), range_of(one), touching=not touching) else None


def _check_in(checker: Checker, call: Call) -> Type:
    needle, haystack = call.operands
    sought, place = checker.infer(needle), present(checker.infer(haystack))
    if may_be(place, ArrayType) and len(options(place)) == 1:
        return BOOLEAN if _fault_elements(checker, call) else _among_elements(checker, call)
    if fits(place, TEXT) and place != NEVER:
        if not fits(sought, TEXT):
            checker.add_mismatch(needle, sought, TEXT, "in")
        if checker.inferred(haystack) != place:
            checker.add_mismatch(haystack, checker.inferred(haystack), TEXT, "in")
    elif may_be(place, AnyType):
        checker.add_fault("unknown_type", haystack, f"{label(haystack)} may be anything, in needs text or an array")
    elif place != NEVER:
        checker.add_fault("wrong_type", haystack, f"{label(haystack)} is {described(place)}, in needs text or an array")
    return BOOLEAN


def _fault_elements(checker: Checker, call: Call) -> bool:
    """Says which elements could never be the one that is sought, whatever conditions around it say."""
    (needle, haystack), noted = call.operands, len(checker.faults)
    one = present(checker.unnarrowed_type(needle))
    elements = haystack.elements if isinstance(haystack, ArrayLiteral) else ()
    outside: list[tuple[Expression, Type]] = []
    looked_at = [(element, checker.inferred(element)) for element in elements] or [
        (haystack, _element(checker, haystack))
    ]
    for element, type_ in looked_at:
        other = present(type_)
        if NEVER in (one, other) or may_be(one, AnyType) or may_be(other, AnyType):
            continue
        if may_be(one, ArrayType, RecordType) or may_be(other, ArrayType, RecordType):
            checker.add_fault(
                "wrong_type", element, "arrays and objects are in no array: in compares texts and numbers"
            )
        elif intersection(widened(one), widened(other)) == NEVER:
            what = f"{label(needle)} is {described(one)}, {label(element)} holds {described(other)}"
            checker.add_fault("wrong_type", element, f"{what}: it is never in it")
        elif intersection(one, other) == NEVER and _lists(needle, one, element, other):
            outside.append((element, other))
    for element, other in outside:
        # A list may name values of other days beside those of today: alone, or misspelt, they are a mistake.
        if len(outside) == len(looked_at) or _meant(element, _values_of(one)):
            _fault_not_among(checker, (needle, one), (element, other))
    return len(checker.faults) > noted


def _among_elements(checker: Checker, call: Call) -> Type:
    """True where a written list has all that is sought, false where the place holds nothing of it."""
    needle, haystack = call.operands
    sought, held = checker.inferred(needle), _element(checker, haystack)
    if (
        sought == NEVER
        or may_be(sought, AnyType, ArrayType, RecordType)
        or may_be(held, AnyType, ArrayType, RecordType)
    ):
        return BOOLEAN
    if intersection(sought, held) == NEVER:
        return BooleanType(False)
    is_written = isinstance(haystack, ArrayLiteral) and is_constant(haystack)
    is_listed = all(option == NULL or _has_values(option) for option in options(held))
    is_open = any(isinstance(option, TextType) and option.open for option in options(sought))
    return BooleanType(True) if is_written and is_listed and not is_open and fits(sought, held) else BOOLEAN


def _element(checker: Checker, haystack: Expression) -> Type:
    return union(*(option.element for option in options(checker.inferred(haystack)) if isinstance(option, ArrayType)))


def _equality(name: str, symbol: str, function: Callable[[Json, Json], bool]) -> Operator:
    check = _checks_equality(name, strict=function in (strictly_equal, _strictly_different))
    return Operator(name, 2, 2, applied(function), _emits_equality(symbol, function), check, name)


def _order(name: str, function: Callable[[Json, Json], bool], most: int) -> Operator:
    return Operator(name, 2, most, _closes_chain(function), _emits_order(name, function), _checks_order(name), name)


OPERATORS = (
    _equality("==", "==", loosely_equal),
    _equality("===", "==", strictly_equal),
    _equality("!=", "!=", _loosely_different),
    _equality("!==", "!=", _strictly_different),
    _order(">", _greater, 2),
    _order(">=", _greater_or_equal, 2),
    _order("<", less, 3),
    _order("<=", less_or_equal, 3),
    Operator("in", 2, 2, _close_in, _emit_in, _check_in, "one of"),
)
