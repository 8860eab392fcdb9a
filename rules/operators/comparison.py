"""Comparison operators: equality, order and membership."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from itertools import pairwise

from rules import exact, work
from rules.bounds import StepBudget
from rules.check import Checker, label
from rules.closures import Closure, ClosureBuilder, charged
from rules.codegen import ChargedCall, CodeGenerator, Operand, charged_unless, guarded, number_test, text_test
from rules.expression import ArrayLiteral, Call, Expression, Literal, Operator, children, constant_value, is_constant
from rules.membership import ConstantList, found_in
from rules.paths import static_path
from rules.render import literal_path
from rules.spelling import closest_match
from rules.suggestions import date_suggestion, is_optional_text, list_suggestion
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
    """With three operands, test whether the middle one lies between the others."""

    def chained(first: Json, second: Json, third: Json) -> bool:
        return compare(first, second) and compare(second, third)

    return chained


def _builds_chain(compare: Callable[[Json, Json], bool]) -> Callable[[ClosureBuilder, Call], Closure]:
    two, three = charged(compare, work.comparison), charged(_chained(compare), work.comparison)
    return lambda builder, call: (two if len(call.operands) == 2 else three)(builder, call)


def _emits_equality(symbol: str, function: Callable[[Json, Json], bool]) -> Callable[[CodeGenerator, Call], Operand]:
    def emit(code: CodeGenerator, call: Call) -> Operand:
        left, right = code.atoms(call)
        fast, slow = f"{left.text} {symbol} {right.text}", ChargedCall(function, work.equality, (left, right))
        if right.text == "None" and left.is_name:
            return Operand(f"({left.text} {'is' if symbol == '==' else 'is not'} None)", "boolean", atom=False)
        if "text" in (left.static_type, right.static_type):
            tests = [text_test(left), text_test(right)]
        elif _is_numeric(left) or _is_numeric(right):
            tests = [number_test(left), number_test(right)]
        else:
            tests = [f"{left.text}.__class__ is {right.text}.__class__ is str"]
        if not any(map(is_constant, call.operands)):
            tests.append(f"len({left.text}) <= {work.CHARACTERS}" if _may_be_long(left, right) else None)
        return charged_unless(code, fast, tests, slow, "boolean")

    return emit


def _may_be_long(left: Operand, right: Operand) -> bool:
    """Whether both operands may be long texts."""
    return not (_is_numeric(left) or _is_numeric(right) or "boolean" in (left.static_type, right.static_type))


def _is_numeric(operand: Operand) -> bool:
    return operand.static_type in ("number", "decimal", "number or null")


def _emits_order(symbol: str, function: Callable[[Json, Json], bool]) -> Callable[[CodeGenerator, Call], Operand]:
    chained = _chained(function)

    def emit(code: CodeGenerator, call: Call) -> Operand:
        operands = code.atoms(call)
        slow = ChargedCall(function if len(operands) == 2 else chained, work.comparison, tuple(operands))
        fast = f" {symbol} ".join(operand.text for operand in operands)
        return charged_unless(code, fast, map(number_test, operands), slow, "boolean")

    return emit


def _is_haystack_constant(call: Call) -> bool:
    """Whether the array or text that `in` searches is constant."""
    return is_constant(call.operands[1])


def _build_in(builder: ClosureBuilder, call: Call) -> Closure:
    if _is_haystack_constant(call):
        return _build_in_constant(builder, call, constant_value(call.operands[1]))
    return charged(found_in, work.search)(builder, call)


def _build_in_constant(builder: ClosureBuilder, call: Call, haystack: Json) -> Closure:
    has, needle, is_text = _membership(haystack), builder.build(call.operands[0]), isinstance(haystack, str)

    def evaluate(data: Json, budget: StepBudget) -> Json:
        sought = needle(data, budget)
        if is_text:
            budget.charge(work.sought(sought))
        return has(sought)

    return evaluate


def _membership(haystack: Json) -> Callable[[Json], bool]:
    """A function that tells whether a constant contains a value."""
    return ConstantList(haystack).has if isinstance(haystack, list) else partial(_is_in, haystack)


def _is_in(haystack: Json, needle: Json) -> bool:
    return contains(needle, haystack)


def _emit_in(code: CodeGenerator, call: Call) -> Operand:
    if _is_haystack_constant(call):
        return _emit_in_constant(code, call, call.operands[1])
    operands = code.atoms(call)
    code.charge(code.call(work.search, operands).text)
    return code.call(found_in, operands, "boolean")


def _emit_in_constant(code: CodeGenerator, call: Call, haystack: Expression) -> Operand:
    needle, elements = code.atom(code.emit(call.operands[0])), constant_value(haystack)
    slow = code.call(_membership(elements), (needle,))
    if isinstance(elements, str):
        charged_slow = ChargedCall(_membership(elements), work.sought, (needle,))
        fast = f"{needle.text} in {elements!r}" if elements else "False"
        return charged_unless(code, fast, [text_test(needle)], charged_slow, "boolean")
    if elements and isinstance(elements, list):
        texts = all(isinstance(element, str) for element in elements)
        if texts or all(type(element) in (int, Decimal) for element in elements):
            test = text_test(needle) if texts else number_test(needle)
            return guarded(f"{needle.text} in {code.bind(frozenset(elements))}", [test], slow, "boolean")
    return Operand(slow.text, "boolean", atom=False)


def _checks_equality(name: str, *, strict: bool) -> Callable[[Checker, Call], Type]:
    """Both sides must be of one type: texts, numbers, booleans or dates. Null may be compared with anything."""
    negated = name.startswith("!")

    def check(checker: Checker, call: Call) -> Type:
        left, right = call.operands
        found = checker.infer(left), checker.infer(right)
        if _add_equality_fault(checker, call, strict=strict):
            return BOOLEAN
        equal = True if _are_same_var(left, right) else _are_equal(*found)
        return BOOLEAN if equal is None else BooleanType(equal is not negated)

    return check


def _add_equality_fault(checker: Checker, call: Call, *, strict: bool) -> bool:
    """Add a fault if the types before narrowing are never equal, or are converted; return whether there is one."""
    (left, right), name, faults_before = call.operands, call.operator.name, len(checker.faults)
    one, other = (present(checker.unnarrowed_type(side)) for side in (left, right))
    if NEVER in (one, other) or may_be(one, AnyType) or may_be(other, AnyType):
        return False
    if may_be(one, ArrayType, RecordType) or may_be(other, ArrayType, RecordType):
        at, found = (left, one) if may_be(one, ArrayType, RecordType) else (right, other)
        checker.add_fault("wrong_type", at, f"{label(at)} is {described(found)}, which {name} cannot compare")
    elif intersection(widened(one), widened(other)) == NEVER:
        message = f"{label(left)} is {described(one)}, {label(right)} is {described(other)}: they are never equal"
        checker.add_fault(
            "wrong_type", right, message, date_suggestion(right, other, one) or date_suggestion(left, one, other)
        )
    elif intersection(one, other) == NEVER and _is_enum(left, one, right, other):
        _add_enum_fault(checker, (left, one), (right, other))
    elif not strict and len(options(one)) + len(options(other)) > 2:
        message = (
            f"{label(left)} is {described(one)}, {label(right)} is {described(other)}: {name} would convert one of them"
        )
        checker.add_fault("wrong_type", call, message, f"{name}=")
    return len(checker.faults) > faults_before


def _is_enum(left: Expression, one: Type, right: Expression, other: Type) -> bool:
    """Whether one side is an enum, that is, not a literal and of a type that lists its values."""
    sides = ((left, one), (right, other))
    return any(not isinstance(side, Literal) and _has_values(type_) for side, type_ in sides)


def _has_values(of: Type) -> bool:
    return any(
        (isinstance(option, TextType | NumberType) and option.values is not None)
        or (isinstance(option, BooleanType) and option.value is not None)
        for option in options(of)
    )


def _are_same_var(left: Expression, right: Expression) -> bool:
    """Whether both are the same `var`."""
    looked_up = [static_path(side) for side in (left, right) if literal_path(side) and len(children(side)) == 1]  # type: ignore[arg-type]  # what has a path is a call
    return len(looked_up) == 2 and looked_up[0] == looked_up[1]


def _are_equal(left: Type, right: Type) -> bool | None:
    """True if both types have one and the same value, False if they share none, None otherwise."""
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


def _add_enum_fault(checker: Checker, left: tuple[Expression, Type], right: tuple[Expression, Type]) -> None:
    (literal, _), (enum, known) = (left, right) if isinstance(left[0], Literal) else (right, left)
    allowed = _values_of(known)
    names = ", ".join(map(exact.dumps, allowed[:8])) + (", ..." if len(allowed) > 8 else "")
    only = f"only one of {names}" if len(allowed) > 1 else f"only {names}" if allowed else "it has no values"
    suggestion = _closest_value(literal, allowed)
    never = "never holds" if may_be(checker.inferred(enum), ArrayType) else "is never"
    message = f"{label(enum)} {never} {label(literal)}, {only}"
    checker.add_fault("not_in_enum", literal, message, suggestion and exact.dumps(suggestion))


def _values_of(known: Type) -> list[Json]:
    """The values that a type lists."""
    listed = [
        value for option in options(known) if isinstance(option, TextType | NumberType) for value in option.values or ()
    ]
    return listed + [
        option.value for option in options(known) if isinstance(option, BooleanType) and option.value is not None
    ]


def _closest_value(literal: Expression, allowed: list[Json]) -> str | None:
    """The allowed text that a literal probably misspells."""
    if not isinstance(literal, Literal) or not isinstance(literal.value, str):
        return None
    return closest_match(literal.value, (text for text in allowed if isinstance(text, str)))


def _checks_order(name: str) -> Callable[[Checker, Call], Type]:
    """All operands must be numbers, or all texts, or all dates."""

    def check(checker: Checker, call: Call) -> Type:
        found = [checker.infer(operand) for operand in call.operands]
        types = (NUMBER, TEXT, INSTANT)
        wanted = next((each for each in types for type_ in found if type_ != NEVER and fits(type_, each)), None)
        if wanted is None:
            likely = [
                each for each in types for type_ in found if present(type_) != NEVER and fits(present(type_), each)
            ]
            wanted = likely[0] if likely else NUMBER
        if INSTANT in found:
            wanted = INSTANT
        for operand, type_ in zip(call.operands, found, strict=True):
            if not fits(type_, wanted):
                checker.add_mismatch(operand, type_, wanted, name)
        if any(_are_same_var(*pair) for pair in pairwise(call.operands)):
            return BOOLEAN if name.endswith("=") and len(found) > 2 else BooleanType(name.endswith("="))
        return _order_of(name, found)

    return check


def _order_of(name: str, found: list[Type]) -> Type:
    """The truth of an order comparison as far as the ranges of its neighbouring operands decide it."""
    truths = {_is_less(left, right, name) for left, right in pairwise(found)}
    if False in truths or _is_less(found[0], found[-1], name) is False:
        return BooleanType(False)
    return BooleanType(True) if truths == {True} else BOOLEAN


def _is_less(left: Type, right: Type, name: str) -> bool | None:
    """True if the comparison holds for all numbers of both types, False if for none, None otherwise."""
    one, other = (left, right) if name.startswith("<") else (right, left)
    if not isinstance(one, NumberType) or not isinstance(other, NumberType):
        return None
    touching = name.endswith("=")
    if wholly_below(range_of(one), range_of(other), touching=touching):
        return True
    return False if wholly_below(range_of(other), range_of(one), touching=not touching) else None


def _check_in(checker: Checker, call: Call) -> Type:
    needle, haystack = call.operands
    sought, searched = checker.infer(needle), present(checker.infer(haystack))
    if may_be(searched, ArrayType) and len(options(searched)) == 1:
        return BOOLEAN if _add_element_faults(checker, call) else _membership_type(checker, call)
    if fits(searched, TEXT) and searched != NEVER:
        text = haystack.value if isinstance(haystack, Literal) and isinstance(haystack.value, str) else None
        if text is not None and is_optional_text(sought):
            message = f"{label(needle)} may be missing, and in looks it up as a part of {label(haystack)}"
            checker.add_fault("may_be_missing", haystack, message, list_suggestion(text))
        elif not fits(sought, TEXT):
            checker.add_mismatch(needle, sought, TEXT, "in")
        elif text is not None:
            checker.warn_of_empty_default(needle, "in", haystack, list_suggestion(text))
        else:
            checker.warn_of_empty_default(needle, "in", needle, None)
        if checker.inferred(haystack) != searched:
            checker.add_mismatch(haystack, checker.inferred(haystack), TEXT, "in")
    elif may_be(searched, AnyType):
        if not fits(sought, TEXT):
            name, other = label(haystack), label(needle)
            message = f"{name} may be anything: in looks up text in it, and {other} is {described(sought)}"
            checker.add_fault("unknown_type", needle, message)
    elif searched != NEVER:
        checker.add_fault(
            "wrong_type", haystack, f"{label(haystack)} is {described(searched)}, in needs text or an array"
        )
    return BOOLEAN


def _add_element_faults(checker: Checker, call: Call) -> bool:
    """Add a fault for each element that can never equal the sought value; return whether there is one."""
    (needle, haystack), faults_before = call.operands, len(checker.faults)
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
                "wrong_type", element, "in never finds an array or an object: it compares texts and numbers"
            )
        elif intersection(widened(one), widened(other)) == NEVER:
            verb = "holds" if element is haystack else "is"
            what = f"{label(needle)} is {described(one)}, {label(element)} {verb} {described(other)}"
            checker.add_fault("wrong_type", element, f"{what}: in never finds it")
        elif intersection(one, other) == NEVER and _is_enum(needle, one, element, other):
            outside.append((element, other))
    for element, other in outside:
        # A list may name values of older revisions, but not only those, and no misspelt ones.
        if len(outside) == len(looked_at) or _closest_value(element, _values_of(one)):
            _add_enum_fault(checker, (needle, one), (element, other))
    return len(checker.faults) > faults_before


def _membership_type(checker: Checker, call: Call) -> Type:
    """True if a constant list has all possible values, False if the array can have none of them."""
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
    build = charged(function, work.equality)
    return Operator(name, 2, 2, build, _emits_equality(symbol, function), check, name)


def _order(name: str, function: Callable[[Json, Json], bool], most: int) -> Operator:
    return Operator(name, 2, most, _builds_chain(function), _emits_order(name, function), _checks_order(name), name)


OPERATORS = (
    _equality("==", "==", loosely_equal),
    _equality("===", "==", strictly_equal),
    _equality("!=", "!=", _loosely_different),
    _equality("!==", "!=", _strictly_different),
    _order(">", _greater, 2),
    _order(">=", _greater_or_equal, 2),
    _order("<", less, 3),
    _order("<=", less_or_equal, 3),
    Operator("in", 2, 2, _build_in, _emit_in, _check_in, "one of"),
)
