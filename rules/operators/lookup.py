"""Lookup operators, which read the data: var, missing, missing_some."""

from rules import work
from rules.bounds import StepBudget
from rules.check import Checker
from rules.closures import Closure, ClosureBuilder
from rules.codegen import CodeGenerator, Operand, ReduceScope
from rules.expression import ArrayLiteral, Call, Expression, Literal, Operator, is_constant, walk
from rules.paths import LOOKUPS, requested_keys, split_path, static_keys, static_path
from rules.types import (
    ABSENT,
    ANY,
    NEVER,
    NUMBER,
    TEXT,
    AbsentType,
    AnyType,
    ArrayType,
    NullType,
    TextType,
    Type,
    falsy_only,
    filter_options,
    may_be,
    read_type,
    step_into,
    union,
)
from rules.values import MISSING, Json, look_up, to_number

_LOOKUP_ERRORS = (KeyError, TypeError)


def _build_var(builder: ClosureBuilder, call: Call) -> Closure:
    operands, steps = builder.build_operands(call), static_path(call)
    default = operands[1] if len(operands) > 1 else None

    def evaluate(data: Json, budget: StepBudget) -> Json:
        path = steps
        if path is None:
            computed = operands[0](data, budget)
            budget.charge(work.text(computed))
            path = split_path(computed)
        value = look_up(data, path)
        if value is not MISSING:
            return value
        return default(data, budget) if default else None

    return evaluate


def _emit_var(code: CodeGenerator, call: Call) -> Operand:
    steps = static_path(call)
    if steps is None:
        return _emit_computed(code, call)
    start, steps = _start(code, steps)
    if not steps:
        return Operand(start)
    value = code.new_variable()
    default = call.operands[1] if len(call.operands) > 1 else None
    if default is not None and not is_constant(default):
        code.flush()
    with code.block("try"):
        code.line(f"{value} = {start}{''.join(f'[{step!r}]' for step in steps)}")
    with code.block(f"except {code.bind(_LOOKUP_ERRORS)}"):
        if default is None:
            code.line(f"{value} = {code.bind(_at)}({start}, {steps!r})")
        else:
            code.line(f"{value} = {code.bind(look_up)}({start}, {steps!r})")
            _emit_default(code, call, value)
    return Operand(value)


def _emit_computed(code: CodeGenerator, call: Call) -> Operand:
    path, value = code.atom(code.emit(call.operands[0])), code.new_variable()
    code.charge(code.call(work.text, [path]).text)
    steps = code.atom(code.call(split_path, [path]))
    code.flush()
    code.line(f"{value} = {code.bind(look_up)}({_scope_variable(code)}, {steps.text})")
    _emit_default(code, call, value)
    return Operand(value)


def _emit_default(code: CodeGenerator, call: Call, value: str) -> None:
    with code.block(f"if {value} is {code.bind(MISSING)}"):
        if len(call.operands) > 1:
            code.assign(value, call.operands[1])
            if not is_constant(call.operands[1]):
                code.flush()
        else:
            code.line(f"{value} = None")


def _start(code: CodeGenerator, steps: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the variable that a path starts from, and the remaining steps."""
    match code.scope:
        case ReduceScope(current=current) if steps and steps[0] == "current":
            return current, steps[1:]
        case ReduceScope(accumulator=accumulator) if steps and steps[0] == "accumulator":
            return accumulator, steps[1:]
        case _:
            return _scope_variable(code), steps


def _scope_variable(code: CodeGenerator) -> str:
    if isinstance(code.scope, ReduceScope):
        assert code.scope.whole is not None, "reads_whole_scope said that nothing reads it"
        return code.scope.whole
    return code.scope.name


def reads_whole_scope(body: Expression) -> bool:
    """Return whether the body of a `reduce` may read its scope other than by `current` or `accumulator`."""
    return any(
        isinstance(part, Call)
        and part.operator.name in LOOKUPS
        and (static_path(part) or ("",) if part.operator is VAR else ("",))[0] not in ("current", "accumulator")
        for part in walk(body)
    )


def _absent(data: Json, keys: list[Json]) -> list[Json]:
    """Return the keys whose value is absent, null or an empty text."""
    return [key for key in keys if _is_absent(look_up(data, split_path(_first(key))))]


def _first(key: Json) -> Json:
    """Return the path of a key: an array is read as the operands of a `var`, whose first is the path."""
    if isinstance(key, list):
        return key[0] if key else None
    return key


def _is_absent(value: Json) -> bool:
    return value is MISSING or value is None or value == ""


def _missing_some(data: Json, needed: Json, options: Json) -> list[Json]:
    keys = options if isinstance(options, list) else [] if options is None else [options]
    absent, enough = _absent(data, requested_keys(keys)), to_number(needed)
    return [] if enough is not None and len(keys) - len(absent) >= enough else absent


def _build_missing(builder: ClosureBuilder, call: Call) -> Closure:
    operands, written = builder.build_operands(call), static_keys(call)

    def evaluate(data: Json, budget: StepBudget) -> Json:
        keys = requested_keys([operand(data, budget) for operand in operands])
        if written is None:
            budget.charge(work.paths(*keys))
        return _absent(data, keys)

    return evaluate


def _build_missing_some(builder: ClosureBuilder, call: Call) -> Closure:
    needed, options = builder.build_operands(call)
    written = _is_static(call)

    def evaluate(data: Json, budget: StepBudget) -> Json:
        enough, keys = needed(data, budget), options(data, budget)
        if not written:
            budget.charge(work.text(keys))
        return _missing_some(data, enough, keys)

    return evaluate


def _emit_missing(code: CodeGenerator, call: Call) -> Operand:
    keys = static_keys(call)
    if keys is not None:
        return _emit_keys(code, keys)
    keys_ = code.atom(code.call(requested_keys, [code.emit(ArrayLiteral(call.path, call.operands))]))
    code.charge(f"{code.bind(work.paths)}(*{keys_.text})")
    return code.call(_absent, [Operand(_scope_variable(code)), keys_], "array")


def _is_static(call: Call) -> bool:
    """Return whether the number and the keys of a `missing_some` are literals."""
    needed = call.operands[0]
    return isinstance(needed, Literal) and type(needed.value) is int and static_keys(call) is not None


def _emit_missing_some(code: CodeGenerator, call: Call) -> Operand:
    needed, _ = call.operands
    keys = static_keys(call)
    if keys is not None and isinstance(needed, Literal) and _is_static(call):
        absent = _emit_keys(code, keys)
        code.line(f"if len({absent.text}) <= {len(keys) - needed.value}: {absent.text} = []")
        return absent
    enough, listed = code.atoms(call)
    code.charge(code.call(work.text, [listed]).text)
    return code.call(_missing_some, [Operand(_scope_variable(code)), enough, listed], "array")


def _emit_keys(code: CodeGenerator, keys: list[str]) -> Operand:
    """Look every key up; keys in the same object share the lookup of that object."""
    absent, holders, start = code.new_variable(), dict[tuple[str, ...], str](), _scope_variable(code)
    code.line(f"{absent} = []")
    for key in keys:
        *parents, last = split_path(key)
        if tuple(parents) not in holders:
            holders[tuple(parents)] = _emit_holder(code, start, tuple(parents)) if parents else start
        holder, value = holders[tuple(parents)], code.new_variable()
        slow = f"{code.bind(_at)}({holder}, {(last,)!r})"
        code.line(f"{value} = {holder}.get({last!r}) if {holder}.__class__ is dict else {slow}")
        code.line(f"if not {value} and ({value} is None or {value} == ''): {absent}.append({key!r})")
    return Operand(absent, "array")


def _emit_holder(code: CodeGenerator, start: str, steps: tuple[str, ...]) -> str:
    holder = code.new_variable()
    with code.block("try"):
        code.line(f"{holder} = {start}{''.join(f'[{step!r}]' for step in steps)}")
    with code.block(f"except {code.bind(_LOOKUP_ERRORS)}"):
        code.line(f"{holder} = {code.bind(_at)}({start}, {steps!r})")
    return holder


def _at(value: Json, steps: tuple[str, ...]) -> Json:
    found = look_up(value, steps)
    return None if found is MISSING else found


def _check_var(checker: Checker, call: Call) -> Type:
    steps = static_path(call)
    default = call.operands[1] if len(call.operands) > 1 else None
    if steps is None:
        path = checker.infer(call.operands[0])
        if default is not None:
            checker.infer(default)
        return NEVER if path == NEVER else ANY
    found = checker.path_type(steps, call.operands[0]) if call.operands else checker.scope
    if default is None:
        return read_type(found)
    otherwise = checker.infer(default)
    return (
        union(filter_options(found, lambda option: option != ABSENT), otherwise) if may_be(found, AbsentType) else found
    )


def _check_missing(checker: Checker, call: Call) -> Type:
    """Keys must be texts. `{"missing": {"var": "email"}}` tests the path that the email contains, not `email`."""
    keys = TEXT if len(call.operands) > 1 else _TEXT_OR_TEXTS
    for operand in call.operands:
        checker.require(operand, keys, "missing")
    return _check_keys(checker, call)


def _check_keys(checker: Checker, call: Call) -> Type:
    for key, at in _written_keys(call):
        checker.path_type(split_path(key), at)
    return ArrayType(NEVER) if _are_all_present(checker, call) else ArrayType(TEXT)


def _are_all_present(checker: Checker, call: Call) -> bool:
    """Return whether no key can be absent, null or an empty text."""
    keys = static_keys(call)
    return keys is not None and not any(_may_lack(checker.scope, split_path(key)) for key in keys)


def _may_lack(scope: Type, steps: tuple[str, ...]) -> bool:
    for step in steps:
        scope = step_into(scope, step) or NEVER
    return scope == NEVER or may_be(scope, AbsentType, NullType, AnyType) or may_be(falsy_only(scope), TextType)


def _written_keys(call: Call) -> list[tuple[str, Expression]]:
    """Each static key with its literal."""
    keys = static_keys(call) or []
    literals = [part for part in walk(call) if isinstance(part, Literal) and isinstance(part.value, str)]
    return [(key, next(literal for literal in literals if literal.value == key)) for key in keys]


def _check_missing_some(checker: Checker, call: Call) -> Type:
    checker.require(call.operands[0], NUMBER, "missing_some")
    checker.require(call.operands[1], ArrayType(TEXT), "missing_some")
    return _check_keys(checker, call)


_TEXT_OR_TEXTS = union(TEXT, ArrayType(TEXT))


VAR = Operator("var", 0, 2, _build_var, _emit_var, _check_var, "looks up")
MISSING_KEYS = Operator("missing", 0, None, _build_missing, _emit_missing, _check_missing, "lists what is missing")
MISSING_SOME = Operator(
    "missing_some", 2, 2, _build_missing_some, _emit_missing_some, _check_missing_some, "lists what is missing"
)
OPERATORS = (VAR, MISSING_KEYS, MISSING_SOME)
