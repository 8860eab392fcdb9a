"""Reaching into what the rule is evaluated on: var, missing, missing_some."""

from rules.bounds import Work
from rules.check import Checker
from rules.closures import Closer, Closure
from rules.expression import Call, Expression, Literal, Operator, Sequence, is_constant, walk
from rules.paths import LOOKING, static_keys, static_path, steps_of, wanted
from rules.source import Fold, Operand, Source
from rules.types import (
    ABSENT,
    ANY,
    NEVER,
    NUMBER,
    TEXT,
    Absent,
    Anything,
    Array,
    Null,
    Text,
    Type,
    falsy,
    may_be,
    only,
    read,
    step_into,
    union,
)
from rules.values import MISSING, Json, look_up, number

_NOT_THERE = (KeyError, TypeError)


def _close_var(closer: Closer, call: Call) -> Closure:
    operands, steps = closer.all(call), static_path(call)
    default = operands[1] if len(operands) > 1 else None

    def evaluate(data: Json, work: Work) -> Json:
        path = steps
        if path is None:
            path = steps_of(operands[0](data, work))
            work.charge(len(path))
        value = look_up(data, path)
        if value is not MISSING:
            return value
        return default(data, work) if default else None

    return evaluate


def _emit_var(source: Source, call: Call) -> Operand:
    steps = static_path(call)
    if steps is None:
        return _emit_computed(source, call)
    start, steps = _start(source, steps)
    if not steps:
        return Operand(start)
    value = source.new()
    default = call.operands[1] if len(call.operands) > 1 else None
    if default is not None and not is_constant(default):
        source.flush()
    with source.block("try"):
        source.line(f"{value} = {start}{''.join(f'[{step!r}]' for step in steps)}")
    with source.block(f"except {source.bind(_NOT_THERE)}"):
        if default is None:
            source.line(f"{value} = {source.bind(_at)}({start}, {steps!r})")
        else:
            source.line(f"{value} = {source.bind(look_up)}({start}, {steps!r})")
            _emit_default(source, call, value)
    return Operand(value)


def _emit_computed(source: Source, call: Call) -> Operand:
    path, value = source.atom(source.value(call.operands[0])), source.new()
    steps = source.atom(source.applied(steps_of, [path]))
    source.charge(f"len({steps.text})")
    source.flush()
    source.line(f"{value} = {source.bind(look_up)}({_all(source)}, {steps.text})")
    _emit_default(source, call, value)
    return Operand(value)


def _emit_default(source: Source, call: Call, value: str) -> None:
    with source.block(f"if {value} is {source.bind(MISSING)}"):
        if len(call.operands) > 1:
            source.into(value, call.operands[1])
            if not is_constant(call.operands[1]):
                source.flush()
        else:
            source.line(f"{value} = None")


def _start(source: Source, steps: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The name to start from, and the steps left."""
    match source.scope:
        case Fold(current=current) if steps and steps[0] == "current":
            return current, steps[1:]
        case Fold(accumulator=accumulator) if steps and steps[0] == "accumulator":
            return accumulator, steps[1:]
        case _:
            return _all(source), steps


def _all(source: Source) -> str:
    if isinstance(source.scope, Fold):
        assert source.scope.whole is not None, "looks_at_all said that nothing looks at it"
        return source.scope.whole
    return source.scope.name


def looks_at_all(body: Expression) -> bool:
    """Whether the body of a `reduce` may look at anything but the current element or the accumulator."""
    return any(
        isinstance(part, Call)
        and part.operator.name in LOOKING
        and (static_path(part) or ("",) if part.operator is VAR else ("",))[0] not in ("current", "accumulator")
        for part in walk(body)
    )


def _absent(data: Json, keys: list[Json]) -> list[Json]:
    """The keys where nothing is, or null, or an empty text."""
    return [key for key in keys if _is_absent(look_up(data, steps_of(_first(key))))]


def _first(key: Json) -> Json:
    """A key that is an array is the operands of a `var`, the first of which is the path."""
    if isinstance(key, list):
        return key[0] if key else None
    return key


def _is_absent(value: Json) -> bool:
    return value is MISSING or value is None or value == ""


def _too_few(data: Json, needed: Json, options: Json) -> list[Json]:
    keys = options if isinstance(options, list) else [] if options is None else [options]
    absent, enough = _absent(data, wanted(keys)), number(needed)
    return [] if enough is not None and len(keys) - len(absent) >= enough else absent


def _close_missing(closer: Closer, call: Call) -> Closure:
    operands, written = closer.all(call), static_keys(call)

    def evaluate(data: Json, work: Work) -> Json:
        keys = wanted([operand(data, work) for operand in operands])
        if written is None:
            work.charge(len(keys))
        return _absent(data, keys)

    return evaluate


def _close_missing_some(closer: Closer, call: Call) -> Closure:
    needed, options = closer.all(call)
    written = _is_static(call)

    def evaluate(data: Json, work: Work) -> Json:
        enough, keys = needed(data, work), options(data, work)
        if not written:
            work.charge(len(keys) if isinstance(keys, list) else 1)
        return _too_few(data, enough, keys)

    return evaluate


def _emit_missing(source: Source, call: Call) -> Operand:
    keys = static_keys(call)
    if keys is not None:
        return _emit_keys(source, keys)
    asked = source.atom(source.applied(wanted, [source.value(Sequence(call.path, call.operands))]))
    source.charge(f"len({asked.text})")
    return source.applied(_absent, [Operand(_all(source)), asked], "array")


def _is_static(call: Call) -> bool:
    """Whether a `missing_some` writes out its number and its keys."""
    needed = call.operands[0]
    return isinstance(needed, Literal) and type(needed.value) is int and static_keys(call) is not None


def _emit_missing_some(source: Source, call: Call) -> Operand:
    needed, _ = call.operands
    keys = static_keys(call)
    if keys is not None and isinstance(needed, Literal) and _is_static(call):
        absent = _emit_keys(source, keys)
        source.line(f"if len({absent.text}) <= {len(keys) - needed.value}: {absent.text} = []")
        return absent
    enough, listed = source.atoms(call)
    source.charge(f"len({listed.text}) if {listed.text}.__class__ is list else 1")
    return source.applied(_too_few, [Operand(_all(source)), enough, listed], "array")


def _emit_keys(source: Source, keys: list[str]) -> Operand:
    """Looks every key up; the object that keys lie in is found once for all of them."""
    absent, holders, start = source.new(), dict[tuple[str, ...], str](), _all(source)
    source.line(f"{absent} = []")
    for key in keys:
        *way, last = steps_of(key)
        if tuple(way) not in holders:
            holders[tuple(way)] = _emit_place(source, start, tuple(way)) if way else start
        holder, value = holders[tuple(way)], source.new()
        slow = f"{source.bind(_at)}({holder}, {(last,)!r})"
        source.line(f"{value} = {holder}.get({last!r}) if {holder}.__class__ is dict else {slow}")
        source.line(f"if not {value} and ({value} is None or {value} == ''): {absent}.append({key!r})")
    return Operand(absent, "array")


def _emit_place(source: Source, start: str, steps: tuple[str, ...]) -> str:
    place = source.new()
    with source.block("try"):
        source.line(f"{place} = {start}{''.join(f'[{step!r}]' for step in steps)}")
    with source.block(f"except {source.bind(_NOT_THERE)}"):
        source.line(f"{place} = {source.bind(_at)}({start}, {steps!r})")
    return place


def _at(value: Json, steps: tuple[str, ...]) -> Json:
    found = look_up(value, steps)
    return None if found is MISSING else found


def _check_var(checker: Checker, call: Call) -> Type:
    steps = static_path(call)
    default = call.operands[1] if len(call.operands) > 1 else None
    if steps is None:
        path = checker.of(call.operands[0])
        if default is not None:
            checker.of(default)
        return NEVER if path == NEVER else ANY
    found = checker.path(steps, call.operands[0]) if call.operands else checker.scope
    if default is None:
        return read(found)
    otherwise = checker.of(default)
    return union(only(found, lambda option: option != ABSENT), otherwise) if may_be(found, Absent) else found


def _check_missing(checker: Checker, call: Call) -> Type:
    """Keys are texts: `{"missing": {"var": "email"}}` would look for what the email says."""
    keys = TEXT if len(call.operands) > 1 else _TEXT_OR_TEXTS
    for operand in call.operands:
        checker.needs(operand, keys, "missing")
    return _check_keys(checker, call)


def _check_keys(checker: Checker, call: Call) -> Type:
    for key, at in _written_keys(call):
        checker.path(steps_of(key), at)
    return Array(NEVER) if _are_all_there(checker, call) else Array(TEXT)


def _are_all_there(checker: Checker, call: Call) -> bool:
    """Whether none of the keys can be missing, null or an empty text."""
    keys = static_keys(call)
    return keys is not None and not any(_may_lack(checker.scope, steps_of(key)) for key in keys)


def _may_lack(scope: Type, steps: tuple[str, ...]) -> bool:
    for step in steps:
        scope = step_into(scope, step) or NEVER
    return scope == NEVER or may_be(scope, Absent, Null, Anything) or may_be(falsy(scope), Text)


def _written_keys(call: Call) -> list[tuple[str, Expression]]:
    """Each key with the literal that says it."""
    keys = static_keys(call) or []
    literals = [part for part in walk(call) if isinstance(part, Literal) and isinstance(part.value, str)]
    return [(key, next(literal for literal in literals if literal.value == key)) for key in keys]


def _check_missing_some(checker: Checker, call: Call) -> Type:
    checker.needs(call.operands[0], NUMBER, "missing_some")
    checker.needs(call.operands[1], Array(TEXT), "missing_some")
    return _check_keys(checker, call)


_TEXT_OR_TEXTS = union(TEXT, Array(TEXT))


VAR = Operator("var", 0, 2, _close_var, _emit_var, _check_var, "looks up")
MISSING_KEYS = Operator("missing", 0, None, _close_missing, _emit_missing, _check_missing, "lists what is missing")
MISSING_SOME = Operator(
    "missing_some", 2, 2, _close_missing_some, _emit_missing_some, _check_missing_some, "lists what is missing"
)
OPERATORS = (VAR, MISSING_KEYS, MISSING_SOME)
