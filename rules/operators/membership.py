"""The operator `in`: a value among the elements of an array, or a part of a text."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from rules import work
from rules.bounds import StepBudget
from rules.check import Checker, label
from rules.closures import Closure, ClosureBuilder, charged
from rules.codegen import ChargedCall, CodeGenerator, Operand, charged_unless, guarded, number_test, text_test
from rules.expression import ArrayLiteral, Call, Expression, Literal, Operator, constant_value, is_constant
from rules.membership import ConstantList, found_in
from rules.operators.enums import add_enum_fault, closest_value, has_values, is_enum
from rules.suggestions import is_optional_text, list_suggestion
from rules.types import (
    BOOLEAN,
    NEVER,
    NULL,
    TEXT,
    AnyType,
    ArrayType,
    BooleanType,
    RecordType,
    TextType,
    Type,
    described,
    fits,
    intersection,
    may_be,
    options,
    present,
    union,
    widened,
)
from rules.values import Json, contains


def _is_haystack_constant(call: Call) -> bool:
    """Return whether the array or text that `in` searches is constant."""
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
    """Return a predicate: whether a constant contains a value."""
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
        elif intersection(one, other) == NEVER and is_enum(needle, one, element, other):
            outside.append((element, other))
    for element, other in outside:
        # A list may name values of older revisions, but not only those, and no misspelt ones.
        if len(outside) == len(looked_at) or closest_value(element, one):
            add_enum_fault(checker, (needle, one), (element, other))
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
    is_listed = all(option == NULL or has_values(option) for option in options(held))
    is_open = any(isinstance(option, TextType) and option.open for option in options(sought))
    return BooleanType(True) if is_written and is_listed and not is_open and fits(sought, held) else BOOLEAN


def _element(checker: Checker, haystack: Expression) -> Type:
    return union(*(option.element for option in options(checker.inferred(haystack)) if isinstance(option, ArrayType)))


OPERATORS = (Operator("in", 2, 2, _build_in, _emit_in, _check_in, "one of"),)
