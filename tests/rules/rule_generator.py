"""Generates well-typed rules with all operators, with guards and defaults where fields may be missing."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any, TypeAlias

from tests.rules.schema_generator import Field, FieldPath, field_paths

RuleJson: TypeAlias = Any
Scope: TypeAlias = list[FieldPath]
Generate: TypeAlias = Callable[[], RuleJson]

NUMBER, TEXT, BOOLEAN, DATE = Field("number"), Field("text"), Field("boolean"), Field("date")
_TEXTS = ("web", "a", "", "store", "12")
_NUMBERS = (0, 1, 2, 4, Decimal("0.5"), Decimal("-1.25"))
_INSTANTS = ("2026-01-01", "2024-02-29T12:00:00Z", "1999-12-31T23:59:59+01:00")


class RuleGenerator:
    """Generates expressions of a wanted type; `plain`: without Laurel's own operators."""

    def __init__(self, random: Random, *, plain: bool = False) -> None:
        self._pick = random.choice
        self._chance = random.random
        self._plain = plain

    # -- true or false

    def boolean(self, scope: Scope, depth: int) -> RuleJson:
        """A boolean, never null."""
        if depth < 1:
            return self._one(
                lambda: self._comparison(scope, 0),
                lambda: self._comparison(scope, 0),
                lambda: self._flag(scope),
                lambda: {self._pick(["!", "!!"]): [self._var(scope)]},
            )
        more = depth - 1
        return self._one(
            lambda: self._comparison(scope, more),
            lambda: self._comparison(scope, more),
            lambda: self._junction(scope, more),
            lambda: {self._pick(["!", "!!"]): [self._any(scope, more)]},
            lambda: {
                self._choice(): [self._condition(scope, more), self.boolean(scope, more), self.boolean(scope, more)]
            },
            lambda: self._else_if(scope, more),
            lambda: self._guarded(scope, more, self.boolean),
            lambda: self._guarded(scope, more, self.boolean),
            lambda: self._search(scope, more),
            lambda: self._missing(scope) if self._chance() < 0.5 else self._text_test(scope, more),
            lambda: self._text_test(scope, more),
        )

    def _condition(self, scope: Scope, depth: int) -> RuleJson:
        """An expression of any type that is evaluated for its truth."""
        return self.boolean(scope, depth) if self._chance() < 0.8 else self._any(scope, depth)

    def _junction(self, scope: Scope, depth: int) -> RuleJson:
        several = [self.boolean(scope, depth) for _ in range(self._pick([1, 2, 2, 3]))]
        return {self._pick(["and", "or"]): several}

    def _else_if(self, scope: Scope, depth: int) -> RuleJson:
        pairs = [part for _ in range(2) for part in (self._condition(scope, 0), self.boolean(scope, depth))]
        return {"if": [*pairs, self.boolean(scope, 0)]}

    def _flag(self, scope: Scope) -> RuleJson:
        return self._sure(scope, "boolean", self._pick([True, False])) or {"!": [self._var(scope)]}

    def _comparison(self, scope: Scope, depth: int) -> RuleJson:
        ways = (
            [self._ordered] * 4
            + [self._equal] * 4
            + [self._enum, self._enum, self._among, self._among, self._with_null]
        )
        return self._pick(ways)(scope, depth)

    def _sorted(self) -> Callable[[Scope, int], RuleJson]:
        return self._pick([self.number, self.text] if self._plain else [self.number, self.text, self.date])

    def _ordered(self, scope: Scope, depth: int) -> RuleJson:
        sort = self._sorted()
        if self._chance() < 0.2:
            return {self._pick(["<", "<="]): [sort(scope, depth), sort(scope, 0), sort(scope, 0)]}
        return {self._pick(["<", "<=", ">", ">="]): [sort(scope, depth), sort(scope, depth)]}

    def _equal(self, scope: Scope, depth: int) -> RuleJson:
        sort = self._sorted()
        one, other = sort(scope, depth), sort(scope, depth)
        if not isinstance(one, dict) and not isinstance(other, dict):  # two literals would be a constant condition
            one = {"cat": [one, "x"]} if isinstance(one, str) else {"+": [one, 1]}
        return {self._pick(["==", "!=", "===", "!=="]): [one, other]}

    def _enum(self, scope: Scope, depth: int) -> RuleJson:
        """An enum field, which may be missing, compared with one of its values."""
        found = [target for target in scope if target.field.values]
        if not found:
            return self._equal(scope, depth)
        target = self._pick(found)
        sides = [{"var": target.path}, self._pick(target.field.values)]
        return {self._pick(["==", "!=", "===", "!=="]): sides if self._chance() < 0.8 else sides[::-1]}

    def _with_null(self, scope: Scope, _depth: int) -> RuleJson:
        return {self._pick(["==", "!=", "===", "!=="]): [self._var(scope), None]}

    def _among(self, scope: Scope, depth: int) -> RuleJson:
        """An `in`: a value in a list, an element in an array field, or a text in a text."""
        lists = [target for target in scope if target.field.element and target.field.element.sort in ("text", "number")]
        if lists and self._chance() < 0.3:
            target = self._pick(lists)
            assert target.field.element is not None
            sought = self._operand(scope, target.field.element)
            return {"in": [sought, {"var": target.path}]}
        enums = [target for target in scope if target.field.values]
        if enums and self._chance() < 0.5:
            target = self._pick(enums)
            return {"in": [{"var": target.path}, [self._pick(target.field.values) for _ in range(2)]]}
        return self._one(
            lambda: {"in": [self.text(scope, depth), ["web", "a", self.text(scope, 0)]]},
            lambda: {"in": [self.number(scope, depth), [0, 2, Decimal("0.5")]]},
            lambda: {"in": [self.text(scope, 0), self.text(scope, depth)]},
        )

    def _missing(self, scope: Scope) -> RuleJson:
        paths = [target.path for target in scope if target.path]
        if not paths:
            return self._comparison(scope, 0)
        paths = [self._pick(paths) for _ in range(self._pick([1, 2, 3]))]
        return self._one(
            lambda: {"!": [{"missing": paths}]},
            lambda: {"!!": [{"missing_some": [self._pick([1, 2, len(paths)]), paths]}]},
        )

    def _search(self, scope: Scope, depth: int) -> RuleJson:
        array, element = self._array(scope, depth)
        return {self._pick(["some", "all", "none"]): [array, self._condition(field_paths(element), depth)]}

    def _text_test(self, scope: Scope, depth: int) -> RuleJson:
        if self._plain:
            return self._comparison(scope, depth)
        return {self._pick(["starts_with", "ends_with"]): [self.text(scope, depth), self.text(scope, 0)]}

    # -- guards

    def _guarded(self, scope: Scope, depth: int, write: Callable[[Scope, int], RuleJson]) -> RuleJson:
        """An expression that uses a field that may be missing, behind a guard."""
        unsure = [target for target in scope if not target.sure and _can_be_guarded(target)]
        if not unsure:
            return write(scope, depth)
        target = self._pick(unsure)
        there, absent = self._guard(target)
        use, otherwise = write(_with_present(scope, target), depth), write(scope, 0)
        ways: list[RuleJson] = [{"if": [there, use, otherwise]}, {"if": [absent, otherwise, use]}]
        if write == self.boolean:
            ways += [{"and": [there, use]}, {"or": [{"!!": [absent]}, use]}, {"and": [{"!!": [there]}, True, use]}]
        return self._pick(ways)

    def _guard(self, target: FieldPath) -> tuple[RuleJson, RuleJson]:
        """A condition that a field is present, and one that it is absent."""
        var = {"var": target.path}
        guards = [
            (var, {"!": [var]}),
            ({"!!": [var]}, {"!": [{"!!": [var]}]}),
            ({"!=": [var, None]}, {"==": [var, None]}),
            ({"!==": [None, var]}, {"===": [None, var]}),
            ({"!": [{"missing": [target.path]}]}, {"missing": [target.path]}),
            ({"!": [{"missing_some": [1, [target.path]]}]}, {"missing_some": [1, [target.path]]}),
        ]
        if target.field.values:
            guards.append(({"in": [var, list(target.field.values)]}, {"!": [{"in": [var, list(target.field.values)]}]}))
            guards.append(({"==": [var, target.field.values[0]]}, {"!=": [var, target.field.values[0]]}))
        return self._pick(guards)

    # -- numbers

    def number(self, scope: Scope, depth: int) -> RuleJson:
        """A number, never null."""
        if depth < 1 or self._chance() < 0.2:
            return self._operand(scope, NUMBER)
        more = depth - 1
        ways: list[Generate] = [
            lambda: {self._pick(["+", "-", "*", "min", "max"]): [self.number(scope, more), self.number(scope, more)]},
            lambda: {self._pick(["+", "-", "*", "min", "max", "??"]): [self.number(scope, 0) for _ in range(3)]},
            lambda: {self._pick(["-", "+", "*"]): [self.number(scope, more)]},
            lambda: {self._pick(["/", "%"]): [self.number(scope, more), self._divisor(scope)]},
            lambda: {"if": [self.boolean(scope, more), self.number(scope, more), self.number(scope, 0)]},
            lambda: self._guarded(scope, more, self.number),
            lambda: self._sum(scope, more),
        ]
        if not self._plain:
            ways += [
                lambda: {"length": [self._one(lambda: self.text(scope, more), lambda: self._array(scope, more)[0])]},
                lambda: {self._pick(["year", "month", "day", "hour"]): [self.date(scope, more)]},
                lambda: {"days_between": [self.date(scope, more), self.date(scope, 0)]},
                lambda: {"log": [self.number(scope, more)]},
            ]
        return self._pick(ways)()

    def _divisor(self, scope: Scope) -> RuleJson:
        """A number that is never 0; a plain one gives quotients that a double can hold."""
        if self._plain:
            return self._pick([2, 4, Decimal("0.5")])
        found = [target for target in scope if target.field.sort == "number"]
        if not found or self._chance() < 0.3:
            return self._pick([2, 3, Decimal("0.1")])
        target = self._pick(found)
        var = {"var": target.path}
        if target.sure and not target.field.zero:
            return var
        return self._pick([{"if": [var, var, 7]}, {"or": [var, 3]}])

    def _sum(self, scope: Scope, depth: int) -> RuleJson:
        array, element = self._array(scope, depth)
        inner = [*field_paths(element, "current"), FieldPath("accumulator", NUMBER, True)]
        body = {"+": [{"var": "accumulator"}, self.number(inner, depth)]}
        return {"reduce": [array, body if self._chance() < 0.8 else self.number(inner, depth), 0]}

    # -- texts and dates

    def text(self, scope: Scope, depth: int) -> RuleJson:
        """A text, never null."""
        if depth < 1 or self._chance() < 0.2:
            return self._operand(scope, TEXT)
        more = depth - 1
        ways: list[Generate] = [
            lambda: {"cat": [self.text(scope, more), self._one(lambda: self.number(scope, 0), lambda: "x")]},
            lambda: {"substr": [self.text(scope, more), self._pick([0, 1, -2])]},
            lambda: {"substr": [self.text(scope, more), self._pick([0, 1, -2]), self._pick([1, -1, 3])]},
            lambda: {"if": [self._condition(scope, more), self.text(scope, more), self.text(scope, 0)]},
            lambda: {"or": [self.text(scope, more), "web"]},
            lambda: self._guarded(scope, more, self.text),
        ]
        if not self._plain:
            ways += [
                lambda: {self._pick(["lower", "upper"]): [self.text(scope, more)]},
                lambda: {"weekday": [self.date(scope, more)]},
            ]
        return self._pick(ways)()

    def date(self, scope: Scope, depth: int) -> RuleJson:
        """An instant, never null."""
        if depth > 0 and self._chance() < 0.4:
            return self._one(
                lambda: {"if": [self._condition(scope, 0), self.date(scope, depth - 1), self.date(scope, 0)]},
                lambda: self._guarded(scope, depth - 1, self.date),
            )
        literal = {"date": self._pick(_INSTANTS)}
        instants = [target for target in scope if target.field.sort == "instant" and target.sure]
        if instants and self._chance() < 0.6:
            return {"var": self._pick(instants).path}
        dated = [target for target in scope if target.field.sort == "date"]
        if not dated or self._chance() < 0.2:
            return literal
        target = self._pick(dated)
        var = {"date": [{"var": target.path}]}
        if target.sure or not _can_be_guarded(target):
            return var if target.sure else literal
        there, absent = self._guard(target)
        return self._pick([{"if": [there, var, literal]}, {"if": [absent, literal, var]}])

    # -- arrays

    def _array(self, scope: Scope, depth: int) -> tuple[RuleJson, Field]:
        """An array, and the field that describes its elements."""
        found = [target for target in scope if target.field.sort == "array"]
        if found and self._chance() < 0.8:
            target = self._pick(found)
            assert target.field.element is not None
            array, element = self._array_at(target), target.field.element
        else:
            array, element = self._pick([([1, 2, Decimal("0.5")], NUMBER), (["web", "a", ""], TEXT)])
        if depth < 1 or self._chance() < 0.5:
            return array, element
        body = field_paths(element)
        return self._one(
            lambda: ({"filter": [array, self._condition(body, depth - 1)]}, element),
            lambda: ({"map": [array, self.number(body, depth - 1)]}, NUMBER),
            lambda: ({"map": [array, self.text(body, depth - 1)]}, TEXT),
            lambda: ({"merge": [{"map": [array, self.number(body, 0)]}, [self.number(scope, 0)]]}, NUMBER),
        )

    def _array_at(self, target: FieldPath) -> RuleJson:
        """A `var` of an array, sometimes with a default: a loop over a missing array needs no guard."""
        var = {"var": target.path}
        return {"var": [target.path, []]} if not target.sure and self._chance() < 0.3 else var

    # -- anything

    def _any(self, scope: Scope, depth: int) -> RuleJson:
        return self._one(
            lambda: self._var(scope),
            lambda: self.number(scope, depth),
            lambda: self.text(scope, depth),
            lambda: self._array(scope, depth)[0],
            lambda: self.boolean(scope, depth),
        )

    def value(self, scope: Scope, depth: int) -> RuleJson:
        """An expression of any type."""
        return self._any(scope, depth)

    def _var(self, scope: Scope) -> RuleJson:
        return {"var": self._pick(scope).path}

    def _operand(self, scope: Scope, wanted: Field) -> RuleJson:
        """A field of the wanted sort, or a literal."""
        literal = self._pick(_NUMBERS if wanted.sort == "number" else wanted.values or _TEXTS)
        if self._chance() < 0.3:
            return literal
        found = self._sure(scope, wanted.sort, literal)
        return literal if found is None else found

    def _sure(self, scope: Scope, sort: str, otherwise: RuleJson) -> RuleJson | None:
        """A field of a sort, guarded if it may be missing; None if the scope has none."""
        found = [target for target in scope if target.field.sort == sort]
        if not found:
            return None
        target = self._pick(found)
        var = {"var": target.path}
        if target.sure:
            return var if self._chance() < 0.9 else {"var": [target.path, otherwise]}
        ways: list[RuleJson] = [] if target.field.nullable else [{"var": [target.path, otherwise]}] * 3
        if _can_be_guarded(target):
            there, absent = self._guard(target)
            ways += [{"if": [there, var, otherwise]}, {"if": [absent, otherwise, var]}]
        return self._pick(ways) if ways else otherwise

    def _one(self, *ways: Callable[[], Any]) -> Any:
        return self._pick(ways)()

    def _choice(self) -> str:
        return self._pick(["if", "if", "?:"])


def _can_be_guarded(target: FieldPath) -> bool:
    """Whether a guard of this path narrows it: elements at an index are not narrowed by all guards."""
    return bool(target.path) and not target.path.endswith(".0") and ".0." not in target.path


def _with_present(scope: Scope, there: FieldPath) -> Scope:
    """The scope in which a field is known to be present."""
    outer = {".".join(there.path.split(".")[:end]) for end in range(1, there.path.count(".") + 2)}
    known = [
        replace(target, sure=True) if target.path in outer and target.field.sort != "anything" else target
        for target in scope
    ]
    if there.field.sort != "object":
        return known
    inner = {target.path: target for target in field_paths(there.field, there.path)}
    return [inner.get(target.path, target) if target.path != there.path else target for target in known]
