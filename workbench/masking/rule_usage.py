"""How the rules of a program use each field: the literals they compare it with, and whether they calculate."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeAlias, assert_never

from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Sum
from loyalty.program.effect_rules import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    SetAttributeRule,
)
from loyalty.program.effects import GrantBadge, IssueReward, SetTier
from loyalty.program.event_types import Reversal
from loyalty.program.logic import Logic, Template
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from rules.expression import LOOPS, ArrayLiteral, Call, Expression, Literal
from rules.paths import split_path, static_keys, static_path

FieldPath: TypeAlias = tuple[str, ...]
"""`body, TYPE, ...` in the body of an event, `member, ...` in a member. Indices of arrays are left out."""

_COMPUTED: Final[FieldPath] = ("",)
"""Stands for the field at a computed path, which may be any."""

_EQUALITIES: Final = frozenset({"==", "===", "!=", "!=="})
_CALCULATIONS: Final = frozenset(
    {">", ">=", "<", "<=", "+", "-", "*", "/", "%", "min", "max"}
    | {"date", "year", "month", "day", "hour", "weekday", "days_between"}
)


@dataclass(frozen=True, slots=True)
class ValueOrigin:
    """Where the value of an expression may come from."""

    fields: frozenset[FieldPath] = frozenset()
    """It is the value of one of these, or an element of it."""
    part_of: frozenset[FieldPath] = frozenset()
    """It is a part of the text in one of these."""
    literals: frozenset[str | Decimal] = frozenset()
    """It is one of these."""

    def __or__(self, other: "ValueOrigin") -> "ValueOrigin":
        return ValueOrigin(self.fields | other.fields, self.part_of | other.part_of, self.literals | other.literals)


@dataclass(frozen=True, slots=True)
class Counted:
    """The values that an achievement counts: their origins, and all fields read to compute them."""

    value: ValueOrigin = ValueOrigin()
    read: frozenset[FieldPath] = frozenset()


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a `var` reads: in a loop the current element, in a `reduce` two named values."""

    data: ValueOrigin
    named: Mapping[str, ValueOrigin] = field(default_factory=dict)

    def at(self, steps: tuple[str, ...]) -> ValueOrigin:
        if not steps:
            return self.data
        base, rest = (self.named[steps[0]], steps[1:]) if steps[0] in self.named else (self.data, steps)
        return ValueOrigin(frozenset(path + rest for path in base.fields)) if rest else base


class RuleUsage:
    """The fields that the rules of a program read, and how."""

    def __init__(self, program: Program) -> None:
        self._compared: defaultdict[FieldPath, set[str | Decimal]] = defaultdict(set)
        self._contained: defaultdict[FieldPath, set[str]] = defaultdict(set)
        self._containers: defaultdict[FieldPath, set[str]] = defaultdict(set)
        self._calculated: set[FieldPath] = set()
        self._named: set[FieldPath] = set()
        self._copied_from: defaultdict[FieldPath, set[FieldPath]] = defaultdict(set)
        self._counted: dict[str, Counted] = {}
        self._read_now: set[FieldPath] = set()
        self._event_type = ""
        for reactor in program.reactors:
            self._event_type = reactor.on
            self._condition(reactor.when)
            self._condition(None if reactor.code is None else reactor.code.given)
            self._effects(reactor.then)
        for achievement in program.achievements:
            self._event_type = achievement.on
            self._condition(achievement.when)
            self._measure(achievement)
            self._event_type = "achievement_completed"
            self._effects(achievement.then)
        for event_type in program.event_types.values():
            self._event_type = event_type.name
            self._reversal(event_type.reverses)
        self._event_type = ""
        for reward in program.rewards.values():
            for logic in reward.logics():
                self._condition(logic)

    def compares(self, path: FieldPath, value: str | Decimal) -> bool:
        """Return whether a rule compares a field with this text or number, or looks the text up in a longer one."""
        return any(
            value in self._compared[each] or (isinstance(value, str) and self._compares_text(each, value.casefold()))
            for each in (path, *self._copied_from[path])
        )

    def _compares_text(self, path: FieldPath, folded: str) -> bool:
        """Return whether a rule compares a field with a text, whatever is upper or lower case."""
        return any(folded == each.casefold() for each in self._compared[path] if isinstance(each, str)) or any(
            folded in each.casefold() for each in self._containers[path]
        )

    def literal_in(self, path: FieldPath, text: str) -> str:
        """Return the longest part of `text` that a rule looks for in a field, in any case; empty if there is none."""
        found = max((each for each in self._contained[path] if each.lower() in text.lower()), key=len, default="")
        start = text.lower().find(found.lower())
        return text[start : start + len(found)]

    def calculates(self, path: FieldPath) -> bool:
        """Return whether a rule compares or computes with the numbers or dates of a field."""
        return any(each in self._calculated for each in (path, *self._copied_from[path]))

    def names(self, path: FieldPath) -> bool:
        """Return whether a rule names a field, or a field inside it."""
        return path in self._named

    def counted_by(self, achievement: str) -> "Counted":
        """Return where the values come from that an achievement counts, or counted under an earlier revision."""
        return self._counted.get(achievement, Counted(read=frozenset({_COMPUTED})))

    # -- rules

    def _condition(self, when: Logic | None) -> None:
        if when is not None:
            self._origin_of(when)

    def _reversal(self, reversal: Reversal | None) -> None:
        if reversal is None:
            return
        for rule in reversal.where.values():
            self._origin_of(rule)
        if reversal.share is not None:
            self._calculate(self._origin_of(reversal.share))

    def _measure(self, achievement: Achievement) -> None:
        match achievement.measure:
            case Sum(number):
                self._calculate(self._origin_of(number))
            case Distinct(value):
                self._read_now = set()
                self._counted[achievement.name] = Counted(self._origin_of(value), frozenset(self._read_now))
            case CountEvents() | CountDays():
                pass
            case _:
                assert_never(achievement.measure)

    def _effects(self, then: Iterable[EffectRule]) -> None:
        for rule in then:
            match rule:
                case AwardPointsRule() | DeductPointsRule():
                    self._calculate(self._origin_of(rule.points))
                case SetAttributeRule():
                    self._template(rule.value, ("member", "attributes", rule.name))
                case CallWebhookRule():
                    self._template(rule.body, None)
                case GrantBadge() | IssueReward() | SetTier():
                    pass
                case _:
                    assert_never(rule)

    def _template(self, template: Template, target: FieldPath | None) -> None:
        """Read a template; `target` is the field of the member that it sets, if any."""
        if target is not None:
            self._name(target)
        match template:
            case Logic():
                origin = self._origin_of(template)
                if target is not None:
                    self._compared[target] |= origin.literals
                    self._copied_from[target] |= origin.fields
            case dict():
                for key, value in template.items():
                    self._template(value, None if target is None else (*target, key))
            case list() | tuple():
                for value in template:
                    self._template(value, target)
            case str() if target is not None:
                self._compared[target].add(template)
            case _:
                pass  # a constant that is not a text, or sets no field

    def _origin_of(self, logic: Logic) -> ValueOrigin:
        return self._read(logic.expression, _Scope(ValueOrigin(frozenset({()}))))

    # -- expressions

    def _read(self, expression: Expression, scope: _Scope) -> ValueOrigin:
        match expression:
            case Literal(_, bool() | None):
                return ValueOrigin()
            case Literal(_, str() | int() | Decimal() as value):
                return ValueOrigin(literals=frozenset({value if isinstance(value, str) else Decimal(value)}))
            case Literal():
                return ValueOrigin()
            case ArrayLiteral(_, elements):
                return self._any_of(elements, scope)
            case Call():
                return self._call(expression, scope)

    def _any_of(self, expressions: Iterable[Expression], scope: _Scope) -> ValueOrigin:
        found = ValueOrigin()
        for expression in expressions:
            found |= self._read(expression, scope)
        return found

    def _call(self, call: Call, scope: _Scope) -> ValueOrigin:
        operands = call.operands
        match call.operator.name:
            case "var":
                return self._var(call, scope)
            case "missing" | "missing_some":
                for key in static_keys(call) or ():
                    self._located(scope.at(split_path(key)))
                return ValueOrigin()
            case "if":
                self._any_of(operands, scope)
                results = [index for index in range(len(operands)) if index % 2 or index == len(operands) - 1]
                return self._any_of((operands[index] for index in results), scope)
            case "and" | "or" | "??" | "merge" | "log" | "lower" | "upper":
                return self._any_of(operands, scope)
            case "substr":
                whole = self._read(operands[0], scope)
                return ValueOrigin(part_of=whole.fields | whole.part_of)
            case name if name in LOOPS:
                return self._loop(call, scope)
            case _:
                self._test(call, scope)
                return ValueOrigin()

    def _test(self, call: Call, scope: _Scope) -> None:
        """Note the use of fields by an operator whose result is not one of them any more."""
        match call.operator.name, call.operands:
            case "in", (needle, haystack):
                self._membership(needle, haystack, scope)
            case "starts_with" | "ends_with", (text, searched):
                self._containment(self._read(text, scope), self._read(searched, scope))
            case name, (one, other) if name in _EQUALITIES:
                self._equality(self._read(one, scope), self._read(other, scope))
            case name, operands if name in _CALCULATIONS:
                self._calculate(self._any_of(operands, scope))
            case _, operands:  # from any other operator, nothing is known to be harmless
                self._any_of(operands, scope)

    def _loop(self, call: Call, scope: _Scope) -> ValueOrigin:
        elements, body = self._read(call.operands[0], scope), call.operands[1]
        match call.operator.name:
            case "reduce":
                total = self._any_of(call.operands[2:], scope)
                for _ in range(2):  # the second time with what the first added to the accumulator
                    total |= self._read(body, _Scope(ValueOrigin(), {"current": elements, "accumulator": total}))
                return total
            case "map":
                return self._read(body, _Scope(elements))
            case name:
                self._read(body, _Scope(elements))
                return elements if name == "filter" else ValueOrigin()

    def _var(self, call: Call, scope: _Scope) -> ValueOrigin:
        default = self._any_of(call.operands[1:], scope)
        steps = static_path(call)
        if steps is None:
            self._read_now.add(_COMPUTED)
            self._any_of(call.operands[:1], scope)
            return default
        return self._located(scope.at(steps)) | default

    def _located(self, origin: ValueOrigin) -> ValueOrigin:
        """Return an origin with field paths, and note that a rule names them."""
        fields = frozenset(map(self._field_path, origin.fields))
        self._read_now |= fields
        for path in fields:
            self._name(path)
        return ValueOrigin(fields, origin.part_of, origin.literals)

    def _field_path(self, path: FieldPath) -> FieldPath:
        named = tuple(step for step in path if not step.isdigit())
        return ("body", self._event_type, *named[2:]) if named[:2] == ("event", "body") else named

    def _name(self, path: FieldPath) -> None:
        self._named.update(path[:length] for length in range(1, len(path) + 1))

    def _equality(self, one: ValueOrigin, other: ValueOrigin) -> None:
        for origin, literals in ((one, other.literals), (other, one.literals)):
            for path in origin.fields:
                self._compared[path] |= literals
            for path in origin.part_of:
                self._contained[path] |= _texts(literals)

    def _membership(self, searched: Expression, container: Expression, scope: _Scope) -> None:
        needle, haystack = self._read(searched, scope), self._read(container, scope)
        for path in needle.fields:
            if isinstance(container, Literal):
                self._containers[path] |= _texts(haystack.literals)
            else:
                self._compared[path] |= haystack.literals
        for path in needle.part_of:
            self._contained[path] |= _texts(haystack.literals)
        for path in haystack.fields:
            self._compared[path] |= needle.literals
        self._containment(haystack, needle)

    def _containment(self, text: ValueOrigin, searched: ValueOrigin) -> None:
        for path in text.fields | text.part_of:
            self._contained[path] |= _texts(searched.literals)

    def _calculate(self, origin: ValueOrigin) -> None:
        self._calculated |= origin.fields | origin.part_of


def _texts(literals: frozenset[str | Decimal]) -> set[str]:
    return {each for each in literals if isinstance(each, str) and each}


def program_names(program: Program) -> frozenset[str]:
    """Return all names that the files of a program give or use: of wallets, tiers, rewards, event types and so on."""
    owners: tuple[Reactor | Achievement, ...] = (*program.reactors, *program.achievements)
    effects = [effect for owner in owners for effect in owner.then]
    return frozenset(
        {
            *program.wallets,
            *program.event_types,
            *program.rewards,
            *program.badges,
            *program.tier_sets,
            *(tier.name for tier_set in program.tier_sets.values() for tier in tier_set.tiers),
            *(reactor.name for reactor in program.reactors),
            *(achievement.name for achievement in program.achievements),
            *(effect.badge for effect in effects if isinstance(effect, GrantBadge)),
        }
    )
